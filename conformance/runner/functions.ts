import { FUNCTION } from '../../generated/constants.js';
import { Names } from '../wire/names.js';

/** A group's address, as functions take it. */
export interface At {
  readonly stream_name: string;
  readonly group_id: string;
}

/** The functions in short, on a group that nobody else uses unless another is named. */
export abstract class Functions {
  protected readonly names = new Names();
  readonly at: At = { stream_name: this.name('stream'), group_id: this.name('group') };

  /** Calls a function and waits for its result. @throws CallFailed */
  abstract call(functionId: string, data: unknown): Promise<unknown>;

  /** A name that nobody else uses. */
  name(hint: string): string {
    return this.names.make(hint);
  }

  async set(item: string, data: unknown, at = this.at): Promise<{ old_value?: unknown; new_value: unknown }> {
    return (await this.call(FUNCTION.set, { ...at, item_id: item, data })) as never;
  }

  get(item: string, at = this.at): Promise<unknown> {
    return this.call(FUNCTION.get, { ...at, item_id: item });
  }

  async delete(item: string, at = this.at): Promise<{ old_value?: unknown }> {
    return (await this.call(FUNCTION.delete, { ...at, item_id: item })) as never;
  }

  async list(at = this.at): Promise<unknown[]> {
    return (await this.call(FUNCTION.list, at)) as never;
  }

  async listGroups(stream = this.at.stream_name): Promise<string[]> {
    return (await this.call(FUNCTION.listGroups, { stream_name: stream })) as never;
  }

  async listAll(): Promise<{ stream: { id: string; groups: string[] }[]; count: number }> {
    return (await this.call(FUNCTION.listAll, {})) as never;
  }

  async update(
    item: string,
    ops: readonly unknown[],
    at = this.at,
  ): Promise<{
    old_value?: unknown;
    new_value: unknown;
    errors?: { op_index: number; code: string; message: string }[];
  }> {
    return (await this.call(FUNCTION.update, { ...at, item_id: item, ops })) as never;
  }

  send(type: string, data: unknown, id?: string, at = this.at): Promise<unknown> {
    return this.call(FUNCTION.send, { ...at, type, data, ...(id === undefined ? {} : { id }) });
  }
}
