/** The list of everything that the server shows: one line an entry. */
import { version } from '../base/version.ts';
import type { Children } from './control/children.ts';
import { startsIn } from './control/starts.ts';
import { type AnyShelf, type Library, nameOfShelf, type RunShelf, type StudyShelf } from './library.ts';
import { patienceMs } from './live/study-events.ts';
import type { Privacy } from './privacy.ts';
import type { Entry, Listing, StartView } from './protocol.ts';
import { problemOf } from './refusal.ts';
import { stateOf } from './study-state.ts';

/** How recently a run's files must have been written for it to count as running [milliseconds]. */
const runningMs = 60_000;

export interface ListingOptions {
  readonly library: Library;
  readonly control: boolean;
  readonly children: Children;
  readonly privacy: Privacy;
}

/** The list as far as it is known. Summaries that are missing are computed afterwards; `wake` is called for each. */
export async function listing(options: ListingOptions, wake: () => void = () => {}): Promise<Listing> {
  const { library, control, privacy } = options;
  const shelves = await library.shelves();
  const entries: Entry[] = [];
  for (const shelf of shelves) entries.push(await entryOf(shelf, options, wake));
  return {
    folder: privacy.folder(library.folder),
    version,
    control,
    entries,
    starts: startsBeside(shelves, options),
    ...(library.isWhole ? {} : { note: 'The folder holds more folders than are looked through; name a smaller one.' }),
  };
}

/** The processes that were started for studies which are not in the list. */
function startsBeside(shelves: readonly AnyShelf[], { children, privacy, library }: ListingOptions): StartView[] {
  const listed = new Set(shelves.map(({ place }) => place));
  return startsIn(library.folder, children)
    .filter(({ folder, child }) => !listed.has(folder) && (child.isRunning || child.lastWords !== null))
    .map(({ id, name, child: { lastWords } }) => ({ id, name, problem: lastWords && privacy.text(lastWords) }));
}

async function entryOf(shelf: AnyShelf, options: ListingOptions, wake: () => void): Promise<Entry> {
  const { kind, id, path, changed } = shelf;
  const base = { kind, id, path, name: nameOfShelf(shelf), changed };
  try {
    return 'run' in shelf ? await runEntry(shelf, base) : await studyEntry(shelf, base, { ...options, wake });
  } catch (error) {
    const found = problemOf(error);
    if (!found) throw error;
    const nothing = { progress: null, best: null, verdict: null, secondsLeft: null };
    return { ...base, ...nothing, state: 'damaged', problem: options.privacy.text(found.problem) };
  }
}

type Base = Pick<Entry, 'kind' | 'id' | 'path' | 'name' | 'changed'>;

async function studyEntry(
  shelf: StudyShelf,
  base: Base,
  { wake, ...options }: ListingOptions & { readonly wake: () => void },
): Promise<Entry> {
  const { study, own, resting } = shelf;
  // Nothing is read of a study that has left the memory and has not changed.
  const isResting = resting?.changed === shelf.changed;
  if (!isResting) await study.look(patienceMs);
  const head = study.head();
  const { state, message } = options.privacy.state(stateOf(shelf, options));
  const problem = message === null ? {} : { problem: options.privacy.text(message) };
  const name = head?.name ?? resting?.name ?? base.name;
  const known = own?.facts.summary;
  if (study.isBehind) wake();
  else if (head) own?.facts.refreshSummary(study.position, wake);
  if (!known) return { ...base, name, state, ...problem, ...rowCounts(shelf) };
  const { progress, best, verdict, secondsLeft } = known;
  return {
    ...base,
    name,
    state,
    ...problem,
    progress,
    best,
    verdict,
    secondsLeft: state === 'running' ? secondsLeft : null,
  };
}

/** What the rows tell without facts: of studies of other programs, and before the first facts. */
function rowCounts({ study, own }: StudyShelf): Pick<Entry, 'progress' | 'best' | 'verdict' | 'secondsLeft'> {
  const nothing = { best: null, verdict: null, secondsLeft: null };
  const head = study.head();
  if (own || !head) return { progress: null, ...nothing };
  const rows = study.rows();
  const ended = rows.filter(({ state }) => state !== 'running' && state !== 'waiting');
  const scores = ended.flatMap(({ score, state }) => (score === null || state !== 'complete' ? [] : [score]));
  const { goal } = head.objective;
  const failed = rows.filter(({ state }) => state === 'failed').length;
  const progress = { ended: ended.length, expected: null, failed };
  if (scores.length === 0) return { progress, ...nothing };
  const value = scores.reduce((best, score) => (goal === 'maximize' ? Math.max(best, score) : Math.min(best, score)));
  const of = rows.find(({ score, state }) => score === value && state === 'complete');
  return {
    ...nothing,
    progress,
    best: { value, text: `${Number(value.toPrecision(6))}`, of: of ? `trial ${of.number}` : null },
  };
}

async function runEntry({ run, changed, kind }: RunShelf, base: Base): Promise<Entry> {
  const { content } = await run.look();
  const { series, settings, isFinished, notes } = content;
  const isFresh = Date.now() - changed < runningMs;
  const steps = series.flatMap(({ step }) => step.at(-1) ?? []);
  const best = series.find(({ tag }) => tag === 'validation/acc' || tag === 'test/acc');
  const values = (best?.value ?? []).filter((value) => value !== null);
  const last = values.at(-1);
  const epochs = typeof settings.epochs === 'number' ? settings.epochs : null;
  return {
    ...base,
    state: isFinished ? 'finished' : isFresh ? 'running' : 'interrupted',
    progress: kind === 'run' && steps.length > 0 ? { ended: Math.max(...steps), expected: epochs, failed: 0 } : null,
    best: last === undefined ? null : { value: 100 * last, text: `${(100 * last).toFixed(2)} %`, of: null },
    verdict: kind === 'run' ? (notes[0] ?? null) : `${series.length} curves`,
    secondsLeft: null,
  };
}
