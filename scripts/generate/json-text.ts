/** `generated/json-text.ts`: the brand that generated code puts on raw values. */
export const JSON_TEXT = `declare const json: unique symbol;
/** A string that is valid JSON text: a value that was parsed once on its way in and is not parsed again. */
export type JsonText = string & { readonly [json]: true };
`;
