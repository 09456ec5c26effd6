/** A Lua script under the name that the connection offers it by. */
export interface Script {
  readonly name: string;
  readonly lua: string;
  readonly readOnly: boolean;
}
