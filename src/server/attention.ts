/** Which followed studies stay in memory: those that somebody watches, and of the others those that were asked for last. */

/** The most bytes of journals that stay in memory although nobody watches their studies. */
export const mostIdleBytes = 2 ** 26;

/** A study in memory. */
export interface HeldStudy {
  readonly id: string;
  /** Of its journal, as far as it was read. */
  readonly bytes: number;
  /** Whether it counts as watched also without a watcher. */
  readonly isBusy: boolean;
}

export class Attention {
  readonly #watchers = new Map<string, number>();
  /** The one that was asked for last comes last. */
  readonly #asked = new Set<string>();

  /** Somebody has asked for the study. */
  ask(id: string): void {
    this.#asked.delete(id);
    this.#asked.add(id);
  }

  /** Forgets the studies that are not there any more. */
  keep(ids: ReadonlySet<string>): void {
    for (const id of this.#asked) if (!ids.has(id)) this.#asked.delete(id);
  }

  /** Somebody watches the study until the signal is aborted. @param onEnd is called then. */
  watch(id: string, signal: AbortSignal, onEnd: () => void): void {
    this.ask(id);
    this.#add(id, 1);
    const end = () => {
      this.#add(id, -1);
      this.ask(id);
      onEnd();
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  }

  /** The ids of studies that are to leave the memory. */
  idle(held: readonly HeldStudy[], mostBytes = mostIdleBytes): string[] {
    const order = [...this.#asked];
    const resting = held
      .filter(({ id, isBusy }) => !isBusy && !this.#watchers.has(id))
      .sort((a, b) => order.indexOf(b.id) - order.indexOf(a.id));
    let bytes = 0;
    return resting.flatMap((study, index) => {
      bytes += study.bytes;
      // The page asks for the last one again at once, however large it is.
      return index > 0 && bytes > mostBytes ? [study.id] : [];
    });
  }

  #add(id: string, count: number): void {
    const now = (this.#watchers.get(id) ?? 0) + count;
    if (now > 0) this.#watchers.set(id, now);
    else this.#watchers.delete(id);
  }
}
