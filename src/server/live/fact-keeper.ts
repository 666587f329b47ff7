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
  #nextAt = 0;
  #computing: Promise<unknown> | undefined;
  #failedAt: string | undefined;

  constructor(desk: Desk, folder: string) {
    this.#desk = desk;
    this.#folder = folder;
  }

  /** The newest summary, perhaps of an earlier place in the journal. */
  get summary(): StudySummary | undefined {
    return this.#summary?.summary;
  }

  /** The place of the newest summary. */
  get summaryPosition(): string | undefined {
    return this.#summary?.position;
  }

  /** The place in the journal of the newest facts; undefined before the first. */
  get position(): string | undefined {
    return this.#facts?.position;
  }

  /** The facts at this place in the journal, or a newer one. */
  async facts(position: string): Promise<FoundFacts> {
    if (this.#facts?.position === position) return this.#facts;
    return this.#keep(await this.#desk.ask('facts', { folder: this.#folder }));
  }

  /** Computes the facts if they are older than this place and it is time. @returns whether newer ones are there now. */
  async refresh(position: string, now = performance.now()): Promise<boolean> {
    if (this.#facts?.position === position || this.#failedAt === position || now < this.#nextAt || this.#computing) {
      return false;
    }
    const before = this.#facts?.position;
    try {
      this.#computing = this.facts(position);
      await this.#computing;
    } catch {
      // The page asks for the facts itself, and is told why there are none.
      this.#failedAt = position;
    } finally {
      this.#computing = undefined;
      const after = performance.now();
      this.#nextAt = after + Math.max(leastMs, 3 * (after - now));
    }
    return this.#facts?.position !== before;
  }

  /** A summary of this place in the journal, or a newer one: less work than facts. */
  async summarize(position: string): Promise<StudySummary> {
    if (this.#summary?.position === position) return this.#summary.summary;
    this.#summary = await this.#desk.ask('summary', { folder: this.#folder });
    return this.#summary.summary;
  }

  #keep(facts: FoundFacts): FoundFacts {
    this.#facts = facts;
    this.#summary = { position: facts.position, summary: facts.summary };
    return facts;
  }
}
