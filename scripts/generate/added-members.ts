import type { Addition } from './overlay.js';
import type { Schema } from './schema.js';

/** A member of the spec that is ours. */
export interface AddedMember {
  readonly capability: string;
  /** `stream: /return_schema/properties/seq`, `JoinData.ack`, `ErrorMessage`. */
  readonly member: string;
}

const MARK = 'x-capability';

/**
 * What the overlay adds, and what the AsyncAPI document marks.
 *
 * @throws Error for a capability that is not described, or to which nothing belongs
 */
export function membersOf(
  capabilities: Readonly<Record<string, string>>,
  overlay: readonly Addition[],
  schemas: Readonly<Record<string, Schema>>,
): readonly AddedMember[] {
  const members = [...overlay.flatMap(ofAddition), ...Object.entries(schemas).flatMap(ofSchema)];
  const stray = members.find(({ capability }) => capabilities[capability] === undefined);
  if (stray !== undefined) {
    throw new Error(`${stray.member}: spec/capabilities.json does not describe ${stray.capability}`);
  }
  const empty = Object.keys(capabilities).find((name) =>
    members.every(({ capability }) => capability !== name),
  );
  if (empty !== undefined) throw new Error(`spec/capabilities.json: nothing belongs to ${empty}`);
  return members;
}

const ofAddition = ({ capability, target, change }: Addition): readonly AddedMember[] =>
  change
    .filter(({ op, path }) => op !== 'test' && !/\/(-|required)$/.test(path))
    .map(({ path }) => ({ capability, member: path === '' ? target : `${target}${path}` }));

function ofSchema([name, schema]: [string, Schema]): readonly AddedMember[] {
  const own = schema[MARK];
  const fields = Object.entries(schema.properties ?? {}).flatMap(([key, field]) => {
    const capability = field === true ? undefined : field[MARK];
    return typeof capability === 'string' ? [{ capability, member: `${name}.${key}` }] : [];
  });
  return typeof own === 'string' ? [{ capability: own, member: name }, ...fields] : fields;
}

/** The schema as generated code needs it. */
export function withoutMarks({ [MARK]: _, ...schema }: Schema): Schema {
  return schema;
}
