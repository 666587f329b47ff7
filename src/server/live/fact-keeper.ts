/** Keeps the facts of a study: computed when somebody asks or watches, never more often than the study's size allows. */
import type { Desk } from '../desk/desk.ts';
import type { DeskOrders } from '../desk/desk-work.ts';
import type { StudySummary } from '../desk/study-facts.ts';

/** The least time between two computations for watchers [milliseconds]. A slow one waits three times its own duration. */
const leastMs = 1000;

type FoundFacts = DeskOrders['facts']['result'];

export class FactKeeper {
  readonly #desk: Desk;
  readonly #folder: string;
  #facts: FoundFacts | undefined;
  #summary: { readonly position: string; readonly summary: StudySummary } | undefined;
  readonly #turns = { facts: new Turns(), summary: new Turns() };

  constructor(desk: Desk, folder: string) {
    this.#desk = desk;
    this.#folder = folder;
  }

  /** The newest summary, perhaps of an earlier place in the journal. */
  get summary(): StudySummary | undefined {
    return this.#summary?.summary;
  }

  /** The place in the journal of the newest facts; undefined before the first. */
  get position(): string | undefined {
    return this.#facts?.position;
  }

  /** Keeps the summary alone. */
  forget(): void {
    this.#facts = undefined;
  }

  /** The facts at this place in the journal, or a newer one. */
  async facts(position: string): Promise<FoundFacts> {
    if (this.#facts?.position === position) return this.#facts;
    const facts = await this.#desk.ask('facts', { folder: this.#folder });
    this.#facts = facts;
    this.#summary = { position: facts.position, summary: facts.summary };
    return facts;
  }

  /** Computes the facts if they are older than this place and it is time. @param onNew is called when there are new ones. */
  refresh(position: string, onNew: () => void = () => {}): void {
    if (this.#facts?.position === position) return;
    this.#turns.facts.take(position, () => this.facts(position).then(onNew));
  }

  /** The same for the summary, which is less work. */
  refreshSummary(position: string, onNew: () => void): void {
    if (this.#summary?.position === position) return;
    this.#turns.summary.take(position, async () => {
      this.#summary = await this.#desk.ask('summary', { folder: this.#folder });
      onNew();
    });
  }
}

/** Work that is done again and again: one at a time, not too often, and not again where it failed. */
class Turns {
  #nextAt = 0;
  #isAtWork = false;
  #failedAt: string | undefined;

  /** Does the work if it is time. @param position of the journal; where the work failed, it is not tried again. */
  take(position: string, work: () => Promise<unknown>): void {
    const began = performance.now();
    if (this.#isAtWork || began < this.#nextAt || this.#failedAt === position) return;
    this.#isAtWork = true;
    work()
      // The page asks for the facts itself, and is told why there are none.
      .catch(() => {
        this.#failedAt = position;
      })
      .finally(() => {
        this.#isAtWork = false;
        const now = performance.now();
        this.#nextAt = now + Math.max(leastMs, 3 * (now - began));
      });
  }
}
