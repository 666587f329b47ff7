/**
 * A map that is never changed and grows by a few entries at a time: in two layers, of which only the small one is copied.
 * A copy of all 100,000 keys of a long study in each step would be most of the coordinator's work.
 */
export interface Layers<Value> {
  readonly old: ReadonlyMap<string, Value>;
  readonly recent: ReadonlyMap<string, Value>;
}

export function emptyLayers<Value>(): Layers<Value> {
  return { old: new Map(), recent: new Map() };
}

/** Entries above which the recent layer becomes part of the old one. */
const mostRecent = 1_000;

/** New entries over layers. */
export class Overlay<Value> {
  readonly #below: Layers<Value>;
  readonly #added = new Map<string, Value>();

  constructor(below: Layers<Value>) {
    this.#below = below;
  }

  get(key: string): Value | undefined {
    return this.#added.get(key) ?? this.#below.recent.get(key) ?? this.#below.old.get(key);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  set(key: string, value: Value): void {
    this.#added.set(key, value);
  }

  /** The layers with what was added. */
  layers(): Layers<Value> {
    if (this.#added.size === 0) return this.#below;
    const { old, recent } = this.#below;
    const both = new Map([...recent, ...this.#added]);
    return both.size <= mostRecent ? { old, recent: both } : { old: new Map([...old, ...both]), recent: new Map() };
  }
}
