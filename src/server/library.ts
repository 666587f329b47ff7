/** Everything that the server shows: the entries of its folder by id, each followed from the first time somebody asks. */
import { basename } from 'node:path';
import { Attention, mostIdleBytes } from './attention.ts';
import { LiveRun } from './curves/live-run.ts';
import { Desk } from './desk/desk.ts';
import { discover, type Found } from './discovery/discover.ts';
import { entryId } from './discovery/entry-id.ts';
import { FactKeeper } from './live/fact-keeper.ts';
import { JournalPool } from './live/journal-pool.ts';
import type { LiveStudy } from './live/live-study.ts';
import { OptunaStudy } from './live/optuna-study.ts';
import { OwnStudy } from './live/own-study.ts';
import type { EntryKind } from './protocol.ts';
import { Refusal } from './refusal.ts';

/** What all entries have. */
interface Shelf {
  readonly id: string;
  readonly kind: EntryKind;
  /** Below the server's folder; `.` for the folder itself. */
  readonly path: string;
  /** Its folder, or its journal's file; absolute. */
  readonly place: string;
  /** When its newest file was changed [milliseconds since 1970]. */
  readonly changed: number;
}

export type StudyShelf = Shelf & {
  readonly kind: 'study' | 'optuna';
  readonly study: LiveStudy;
  /** Of a study of ours alone. */
  readonly own: { readonly study: OwnStudy; readonly facts: FactKeeper } | undefined;
  /** What the list says of a study that has left the memory, as long as its journal has not changed. */
  readonly resting?: { readonly name: string; readonly changed: number };
};
export type RunShelf = Shelf & { readonly kind: 'run' | 'tensorboard'; readonly run: LiveRun };
export type AnyShelf = StudyShelf | RunShelf;

/** How long a look through the folders is good for [milliseconds]; for something that it has not found, less. */
const freshMs = 1000;
const freshForUnknownMs = 50;
/** A journal that has grown so recently belongs to a study that runs [milliseconds]. */
const busyMs = 60_000;

export class Library {
  readonly folder: string;
  /** Facts, and what reads models and data, have a thread each: neither waits for the other. */
  readonly facts = new Desk();
  readonly pictures = new Desk();
  readonly #journals = new JournalPool();
  readonly #attention = new Attention();
  readonly #mostIdleBytes: number;
  #shelves = new Map<string, AnyShelf>();
  #isWhole = true;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  /** @param folder absolute. @param mostIdleBytes of journals in memory that nobody watches. */
  constructor(folder: string, { mostIdleBytes: most = mostIdleBytes }: { readonly mostIdleBytes?: number } = {}) {
    this.folder = folder;
    this.#mostIdleBytes = most;
  }

  /** All entries, in the order of their paths. */
  async shelves(): Promise<readonly AnyShelf[]> {
    await this.#look();
    return [...this.#shelves.values()];
  }

  /** Whether all folders were looked through. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** @throws Refusal where there is no such study. */
  async study(id: string): Promise<StudyShelf> {
    const shelf = await this.#shelf(id);
    if (shelf?.kind !== 'study' && shelf?.kind !== 'optuna') throw new Refusal(404, `There is no study "${id}".`);
    this.#attention.ask(id);
    return shelf;
  }

  /** Keeps the study in memory until the signal is aborted. */
  watch({ id }: StudyShelf, signal: AbortSignal): void {
    this.#attention.watch(id, signal, () => this.#letGo());
  }

  /** @throws Refusal where there is no such run. */
  async run(id: string): Promise<RunShelf> {
    const shelf = await this.#shelf(id);
    if (shelf?.kind === 'run' || shelf?.kind === 'tensorboard') return shelf;
    throw new Refusal(404, `There is no run "${id}".`);
  }

  async close(): Promise<void> {
    await Promise.all([this.facts.close(), this.pictures.close()]);
  }

  /** An id is never made into a path: it is looked up among what was found. */
  async #shelf(id: string): Promise<AnyShelf | undefined> {
    if (!this.#shelves.has(id)) await this.#look(freshForUnknownMs);
    return this.#shelves.get(id);
  }

  async #look(goodForMs = freshMs): Promise<void> {
    if (performance.now() - this.#lookedAt < goodForMs) return;
    this.#looking ??= this.#lookAgain().finally(() => {
      this.#looking = undefined;
    });
    await this.#looking;
  }

  async #lookAgain(): Promise<void> {
    const { found, isWhole } = await discover(this.folder);
    const shelves = new Map<string, AnyShelf>();
    for (const each of found) {
      for (const shelf of await this.#shelvesOf(each)) shelves.set(shelf.id, shelf);
    }
    this.#shelves = shelves;
    this.#isWhole = isWhole;
    this.#journals.keep(new Set(found.map(({ place }) => place)));
    this.#attention.keep(new Set(shelves.keys()));
    this.#letGo();
    this.#lookedAt = performance.now();
  }

  /** Begins anew with studies that nobody watches: they are read again when somebody asks for them. */
  #letGo(): void {
    const held = [...this.#shelves.values()].flatMap((shelf) => {
      // The list needs a name and a summary.
      if (!('study' in shelf) || !shelf.own?.facts.summary || shelf.study.offset === 0) return [];
      return [{ id: shelf.id, bytes: shelf.study.offset, isBusy: Date.now() - shelf.changed < busyMs, shelf }];
    });
    const idle = new Set(this.#attention.idle(held, this.#mostIdleBytes));
    for (const { shelf } of held) {
      const { id, path, place, changed, own } = shelf;
      const name = shelf.study.head()?.name;
      if (!idle.has(id) || !own || name === undefined) continue;
      own.facts.forget();
      const study = new OwnStudy(place, { id, path });
      this.#shelves.set(id, { ...shelf, study, own: { ...own, study }, resting: { name, changed } });
    }
  }

  async #shelvesOf({ kind, path, place, changed }: Found): Promise<AnyShelf[]> {
    const shown = path === '' ? '.' : path;
    const id = entryId(path);
    const known = this.#shelves.get(id);
    const shelf = { id, path: shown, place, changed };
    if (kind === 'run' || kind === 'tensorboard') {
      const isKnown = known?.kind === kind && known.place === place;
      return [{ ...shelf, kind, run: isKnown && 'run' in known ? known.run : new LiveRun(kind, place) }];
    }
    if (kind === 'study') {
      if (known?.kind === 'study' && known.place === place) return [{ ...known, changed }];
      const study = new OwnStudy(place, { id, path: shown });
      return [{ ...shelf, kind, study, own: { study, facts: new FactKeeper(this.facts, place) } }];
    }
    return this.#optunaShelves({ path, place, changed });
  }

  async #optunaShelves({ path, place, changed }: Omit<Found, 'kind'>): Promise<AnyShelf[]> {
    const follower = this.#journals.get(place);
    try {
      await follower.look();
    } catch {
      // It is shown as damaged.
    }
    const { studies } = follower.replayed;
    const parts = studies.flatMap(({ deleted }, index) => (deleted ? [] : [index]));
    return (parts.length > 0 ? parts : [0]).map((part): StudyShelf => {
      const id = entryId(path, part);
      const known = this.#shelves.get(id);
      const shelf = { id, kind: 'optuna' as const, path, place, changed };
      if (known?.kind === 'optuna' && known.place === place) return { ...known, changed };
      return { ...shelf, study: new OptunaStudy(follower, part, { id, path }), own: undefined };
    });
  }
}

/** The last part of an entry's path, or of its place for the folder itself. */
export function nameOfShelf({ path, place }: Pick<Shelf, 'path' | 'place'>): string {
  return basename(path === '.' ? place : path);
}
