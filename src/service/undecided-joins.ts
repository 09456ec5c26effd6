import type { JsonText } from '../../generated/json-text.js';
import type { Outlet } from '../delivery/port.js';
import type { Present } from './presences.js';
import type { JoinRequest } from './service-port.js';

/** A join that its handlers still decide. */
export interface Undecided {
  readonly request: JoinRequest;
  readonly context: JsonText | undefined;
  /** It was left before it was decided. */
  left: boolean;
  /** Who has the item that it asked for. */
  present?: Present;
  /** True when it will not be decided. */
  takeBack: () => boolean;
}

/** Joins that are not decided yet, by outlet and subscription. */
export class UndecidedJoins {
  readonly #joins = new Map<Outlet, Map<string, Undecided>>();

  find(outlet: Outlet, subscriptionId: string): Undecided | undefined {
    return this.#joins.get(outlet)?.get(subscriptionId);
  }

  count(outlet: Outlet): number {
    return this.#joins.get(outlet)?.size ?? 0;
  }

  /** Their subscriptions' ids. */
  ids(outlet: Outlet): string[] {
    return [...(this.#joins.get(outlet)?.keys() ?? [])];
  }

  add(outlet: Outlet, join: Undecided): void {
    const joins = this.#joins.get(outlet) ?? new Map<string, Undecided>();
    this.#joins.set(outlet, joins.set(join.request.subscriptionId, join));
  }

  /** Takes it out, unless another one of its id has taken its place. */
  delete(outlet: Outlet, join: Undecided): void {
    const joins = this.#joins.get(outlet);
    const id = join.request.subscriptionId;
    if (joins?.get(id) !== join) return;
    joins.delete(id);
    if (joins.size === 0) this.#joins.delete(outlet);
  }
}
