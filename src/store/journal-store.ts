/** A study store in Optuna's journal format: the lines that each event writes, and the record that a replay gives. */
import { checkPath } from '../base/argument.ts';
import { onesInBytes } from '../base/bits.ts';
import { UsageError, WorldError } from '../base/errors.ts';
import { version } from '../base/version.ts';
import { objectives, type StudyDefinition, type Value } from '../study/definition.ts';
import { distributionOf, type Space } from '../study/space.ts';
import { checkDefinition } from '../study/strategies.ts';
import { type EpochPoint, scoreOf, type Trial, type TrialState } from '../study/trial.ts';
import {
  Attributes,
  type EpochAttribute,
  isDefinition,
  isEpoch,
  isExpandedDefinition,
  isIndex,
  isLook,
  isOldLook,
  isSession,
  isSettings,
  isStudyData,
  isWrittenBy,
  type StartedSession,
} from './attributes.ts';
import { JournalFile } from './journal-file.ts';
import { upgradedDefinition, upgradedLook } from './older-formats.ts';
import {
  choicesOf,
  datetime,
  directions,
  distributionClass,
  distributionText,
  type Operation,
  operations,
  trialStates,
} from './optuna.ts';
import { Replay, type ReplayedStudy, type ReplayedTrial, replay } from './replay.ts';
import { isInteger, isText, oneOf } from './shape.ts';
import {
  type Environment,
  type ForeignTrial,
  isValue,
  type NewTrial,
  type OpenedStudy,
  type ResultsRecord,
  resultsRecords,
  type StudyRecord,
  type StudyStart,
  type StudyStore,
  type TestLook,
  type TrialEnd,
} from './store.ts';
import { isOurs, workerPrefix } from './worker.ts';

/**
 * The record format: the version of our lines and attributes and of the bits of strict arithmetic. docs/formats.md
 * lists all formats. A larger number was written by a newer version of this software.
 */
const recordFormat = 7;

/**
 * The first format with the current definitions and bits. Older studies are shown but not continued, since their trials
 * are not comparable.
 */
const oldestContinued = 4;

/**
 * The study in a journal; undefined where the file does not exist or holds no study yet. @throws WorldError for damage,
 * UsageError for another program's journal.
 */
export function readStudy(path: string): StudyRecord | undefined {
  checkPath('readStudy(): path', path);
  const file = new JournalFile(path);
  return file.exists ? interpret(replay(file.read(), path).studies, path) : undefined;
}

/**
 * The Optuna studies that make up our study: the first, and one more for each time our study grew by a choice that
 * Optuna's study could not hold.
 */
export function ownStudies(studies: readonly ReplayedStudy[]): ReplayedStudy[] {
  return studies.filter(({ deleted, attributes }) => !deleted && attributes.has('lenet_lab'));
}

/**
 * The study that the replayed Optuna studies make up; undefined where nothing is recorded yet.
 * @param trialOf the trial of a replayed one; a reader that follows a growing journal remembers those that stayed as
 * they were. @throws as {@link readStudy} does.
 */
export function interpret(
  studies: readonly ReplayedStudy[],
  path: string,
  trialOf: typeof interpretTrial = interpretTrial,
): StudyRecord | undefined {
  const first = studies.find(({ deleted }) => !deleted);
  if (!first) return undefined;
  const own = ownStudies(studies).map(({ id, attributes }) => new Attributes(attributes, `${path}, study ${id}`));
  const written = own.at(-1)?.get('lenet_lab', isWrittenBy);
  if (written === undefined) {
    // The process was killed after the first line. Nothing is lost by starting again.
    if (isBegun(first)) return undefined;
    throw new UsageError(`${path} is the journal of another program, with its study "${first.name}"`);
  }
  const { format } = written;
  if (format > recordFormat) {
    throw new WorldError(
      `${path} was written by version ${written.version} (record format ${format}); this is version ${version}, which reads format ${recordFormat}: use the newer version`,
    );
  }
  const definition = own.flatMap((attributes) => definitionOf(attributes, format) ?? []).at(-1);
  if (definition === undefined) return undefined;
  const elapsed: number[] = [];
  const results = new Map(own.flatMap((attributes) => resultsIn(attributes)));
  const trials: Trial[] = [];
  const foreign: ForeignTrial[] = [];
  const all = studies.filter(({ deleted }) => !deleted).flatMap((study) => study.trials);
  for (const trial of all.sort((a, b) => a.id - b.id)) {
    if (!isOurs(trial.worker)) {
      foreign.push(foreignTrial(trial));
      continue;
    }
    const found = trialOf(trial, definition, path);
    if (!found) continue;
    const decided = results.get(trial.id);
    const isWhole = decided === undefined || decided === 'whole';
    trials.push(isWhole ? found.trial : { ...found.trial, results: decided });
    for (const { session, elapsedSeconds } of found.epochs) {
      elapsed[session] = Math.max(elapsed[session] ?? 0, elapsedSeconds);
    }
  }
  const sessions = own
    .flatMap((attributes) => attributes.all('session:', isSession))
    .map((session, index) => ({ ...session, seconds: elapsed[index] ?? 0 }));
  const looks = own.flatMap((attributes) => looksOf(attributes, format, path));
  const dataHash = own[0]!.get('data_hash', isText) ?? '';
  const data = own[0]!.get('data', isStudyData);
  return { definition, dataHash, ...(data ? { data } : {}), trials, looks, sessions, foreign, format };
}

function definitionOf(attributes: Attributes, format: number): StudyDefinition | undefined {
  if (format >= oldestContinued) {
    const definition = attributes.get('definition', isDefinition);
    try {
      if (definition) checkDefinition(definition);
    } catch (error) {
      if (error instanceof UsageError) throw attributes.damaged('definition', error.message);
      throw error;
    }
    return definition;
  }
  const expanded = attributes.get('definition', isExpandedDefinition);
  return expanded && upgradedDefinition(expanded);
}

/**
 * The results records by trial number. They are attributes of the study, because Optuna forbids new attributes of ended
 * trials.
 */
function resultsIn(attributes: Attributes): [number, ResultsRecord][] {
  return attributes
    .keys(resultsPrefix)
    .map((key) => [Number(key.slice(resultsPrefix.length)), attributes.get(key, oneOf(resultsRecords))!]);
}

/** The attributes with the decision about a trial's model; the trial's number follows. */
export const resultsPrefix = 'results:';

function looksOf(attributes: Attributes, format: number, path: string): TestLook[] {
  if (format >= oldestContinued) return attributes.all('test_look:', isLook);
  return attributes.all('test_look:', isOldLook).map((look) => upgradedLook(look, path));
}

const stateNames: Readonly<Record<number, ForeignTrial['state']>> = {
  [trialStates.running]: 'running',
  [trialStates.complete]: 'complete',
  [trialStates.pruned]: 'pruned',
  [trialStates.failed]: 'failed',
  [trialStates.waiting]: 'waiting',
};

/** The trial and its epochs; undefined where a crash cut off its start. @throws WorldError for damage. */
export function interpretTrial(
  { id, state, attributes: found, values, intermediate }: ReplayedTrial,
  { objective }: StudyDefinition,
  path: string,
): { trial: Trial; epochs: EpochAttribute[] } | undefined {
  const attributes = new Attributes(found, `${path}, trial ${id}`);
  const seed = attributes.get('seed', isInteger);
  const configuration = attributes.get('configuration', isSettings);
  const proposal = attributes.get('proposal', isIndex);
  // A crash cut off the start of this trial.
  if (seed === undefined || configuration === undefined) return undefined;
  const epochs = attributes.all('epoch:', isEpoch).sort((a, b) => a.epoch - b.epoch);
  const wrong = attributes.get('wrong', isText);
  const ended = stateNames[state];
  const known: TrialState = ended === 'waiting' || ended === undefined ? 'failed' : ended;
  const curve = epochs.map((attribute): EpochPoint => {
    const { session: _, elapsedSeconds: __, ...point } = attribute;
    const score = intermediate.get(point.epoch);
    if (score === undefined) throw missing(path, id, `epoch ${point.epoch} has no value`);
    const { selection } = point;
    const own = selection && objective !== 'score' ? scoreOf(selection, objective) : score;
    if (own !== score) {
      throw new WorldError(
        `${path}: trial ${id} has the value ${score} in epoch ${point.epoch}, which contradicts its ${objectives[objective].name} of ${own}; a line is damaged`,
      );
    }
    return { ...point, score };
  });
  if (known === 'complete' && (curve.length === 0 || curve.at(-1)!.score !== values?.[0])) {
    throw missing(path, id, `ended with the value ${values?.[0]}, which is not that of its last recorded epoch`);
  }
  const answers = known === 'complete' && wrong !== undefined ? bytesOf(wrong) : undefined;
  const accuracy = curve.at(-1)?.selection?.accuracy;
  if (answers && accuracy !== undefined && !fitsAccuracy(answers, accuracy)) {
    throw new WorldError(
      `${path}: trial ${id} has a number of wrong answers that contradicts its accuracy of ${accuracy}; the line is damaged`,
    );
  }
  const trial: Trial = {
    number: id,
    configuration,
    seed,
    ...(proposal === undefined ? {} : { proposal }),
    state: known,
    curve,
    ...(known === 'complete' ? { score: values![0]! } : {}),
    // A trial whose end a crash cut off still runs; its answers are recorded again.
    ...(answers ? { wrong: answers } : {}),
    ...(known === 'failed' || known === 'pruned'
      ? { reason: attributes.get('fail_reason', isText) ?? 'not recorded' }
      : {}),
  };
  return { trial, epochs };
}

/**
 * Whether the number of wrong answers fits the accuracy. The bits are padded to bytes, so eight numbers of images are
 * possible.
 */
function fitsAccuracy(wrong: Uint8Array, accuracy: number): boolean {
  const mistakes = onesInBytes(wrong);
  const counts = Array.from({ length: 8 }, (_, padding) => 8 * wrong.length - padding);
  return counts.some((images) => Math.abs((images - mistakes) / images - accuracy) < 1e-9);
}

function missing(path: string, id: number, what: string): WorldError {
  return new WorldError(`${path}: trial ${id} ${what}; lines are missing`);
}

function foreignTrial({ id, state, values, parameters, distributions }: ReplayedTrial): ForeignTrial {
  const settings = [...parameters].flatMap(([name, internal]): [string, Value][] => {
    if (internal === null) return [];
    const choice = choicesOf(distributions.get(name) ?? '')?.[internal];
    return [[name, isValue(choice) ? choice : internal]];
  });
  return {
    number: id,
    state: stateNames[state] ?? 'failed',
    value: values?.[0],
    settings: Object.fromEntries(settings),
  };
}

/** Whether this is our study with its first line only: its process was killed then. */
function isBegun({ worker, deleted, trials, attributes }: ReplayedStudy): boolean {
  return !deleted && isOurs(worker) && trials.length === 0 && attributes.size === 0;
}

/**
 * Whether Optuna would keep parameters of this space in the study. Optuna drops a parameter whose distribution has
 * another class than the first of its name.
 */
function canHold(study: ReplayedStudy, space: Space): boolean {
  return Object.entries(space).every(([name, dimension]) => {
    const recorded = study.distributions.get(name);
    return (
      recorded === undefined ||
      distributionClass(recorded) === distributionClass(distributionText(distributionOf(dimension)))
    );
  });
}

/** A free study name in the journal: `post`, or `post-2`, `post-3` ... where other studies have the earlier names. */
function freeName(name: string, studies: readonly ReplayedStudy[]): string {
  const taken = new Set(studies.filter(({ deleted }) => !deleted).map((study) => study.name));
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name}-${number}`;
  return free;
}

/** What one call of the store appends. */
interface Waiting {
  readonly make: () => readonly Operation[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** A study store in a journal file. Only one may be open per study. A promise resolves when its lines are on disk. */
export class JournalStore implements StudyStore {
  readonly #file: JournalFile;
  readonly #worker = `${workerPrefix}${globalThis.crypto.randomUUID()}`;
  /** The start times of running trials. */
  readonly #starts = new Map<number, string>();
  /** The replay of the whole journal, including other programs' lines. */
  #replayed: Replay;
  #began = performance.now();
  #study = 0;
  #session = 0;
  #looks = 0;
  #isOpen = false;
  /** Lines that wait for the next append, with whom to tell. */
  #waiting: Waiting[] = [];
  /** The append to come; resolves when nothing waits. */
  #appending: Promise<void> = Promise.resolve();

  /**
   * @param path of the journal; the file is made when the study is opened.
   * @param check is called before each write, and may prevent it by throwing: when another process has taken the study over.
   * @throws UsageError for what is no path.
   */
  constructor(path: string, check?: () => void) {
    checkPath('JournalStore: path', path);
    this.#file = new JournalFile(path, check);
    this.#replayed = new Replay(path);
  }

  async read(): Promise<StudyRecord | undefined> {
    return readStudy(this.#file.path);
  }

  async open(
    { definition, dataHash, data, environment }: StudyStart & { environment: Environment },
    accept: (before: StudyRecord) => void,
  ): Promise<OpenedStudy> {
    const { path } = this.#file;
    const torn = this.#file.exists ? this.#file.repair() : undefined;
    this.#replayed = replay(this.#file.exists ? this.#file.read() : '', path);
    const { studies, trials } = this.#replayed;
    const before = interpret(studies, path);
    if (before) {
      if (before.format < oldestContinued) {
        throw new UsageError(
          `${path} has record format ${before.format}, whose trials cannot be compared with this version's (${recordFormat}): show the study, or run it in another folder`,
        );
      }
      accept(before);
    }
    for (const { id, started } of trials) if (started !== null) this.#starts.set(id, started);
    this.#session = before?.sessions.length ?? 0;
    this.#looks = before?.looks.length ?? 0;
    this.#began = performance.now();
    const start: StudyStart = data ? { definition, dataHash, data } : { definition, dataHash };
    const session: StartedSession = { started: datetime(new Date()), environment };
    this.#file.append((foreign) => {
      this.#replayed.read(foreign);
      const lines = [...this.#begin(start, before), this.#studyAttribute(`session:${this.#session}`, session)];
      return this.#replayed.add(lines);
    });
    this.#isOpen = true;
    return {
      record: {
        ...start,
        format: recordFormat,
        trials: before?.trials ?? [],
        looks: before?.looks ?? [],
        foreign: before?.foreign ?? [],
        sessions: [...(before?.sessions ?? []), { ...session, seconds: 0 }],
      },
      torn,
    };
  }

  /**
   * Finds the Optuna study for the next trials, or a number for a new one. @returns the lines that create or update the
   * study.
   */
  #begin({ definition, dataHash, data }: StudyStart, before: StudyRecord | undefined): Operation[] {
    const { studies } = this.#replayed;
    const last = ownStudies(studies).at(-1);
    const open = last && canHold(last, definition.space) ? last : studies.find(isBegun);
    const lines: Operation[] = [];
    this.#study = open?.id ?? studies.length;
    if (!open) {
      const direction = directions[objectives[definition.objective].goal];
      const study_name = freeName(definition.name, studies);
      lines.push(this.#line(operations.createStudy, { study_name, directions: [direction] }));
    }
    // The new format tells older versions not to continue the study.
    if (!before || open !== last || before.format < recordFormat) {
      lines.push(this.#studyAttribute('lenet_lab', { format: recordFormat, version }));
    }
    if (!before || open !== last) {
      lines.push(this.#studyAttribute('data_hash', dataHash));
      if (data) lines.push(this.#studyAttribute('data', data));
    }
    if (open !== last || JSON.stringify(before?.definition) !== JSON.stringify(definition)) {
      lines.push(this.#studyAttribute('definition', definition));
    }
    return lines;
  }

  async redefine(definition: StudyDefinition): Promise<void> {
    await this.#append(() => [this.#studyAttribute('definition', definition)]);
  }

  async startTrial({ configuration, seed, proposal, parameters }: NewTrial): Promise<number> {
    const start = datetime(new Date());
    let created: number | undefined;
    await this.#append(() => {
      const trial_id = this.#replayed.trials.length;
      created = trial_id;
      return [
        this.#line(operations.createTrial, { study_id: this.#study, datetime_start: start }),
        ...parameters.map(({ name, internal, distribution }) =>
          this.#line(operations.setTrialParameter, {
            trial_id,
            param_name: name,
            param_value_internal: internal,
            distribution: distributionText(distribution),
          }),
        ),
        this.#trialAttribute(trial_id, 'configuration', configuration),
        this.#trialAttribute(trial_id, 'seed', seed),
        ...(proposal === undefined ? [] : [this.#trialAttribute(trial_id, 'proposal', proposal)]),
      ];
    });
    if (created === undefined) throw new Error('the journal appended nothing');
    this.#starts.set(created, start);
    return created;
  }

  async reportEpoch(trial_id: number, { score, ...point }: EpochPoint): Promise<void> {
    const elapsedSeconds = (performance.now() - this.#began) / 1000;
    const attribute: EpochAttribute = { ...point, session: this.#session, elapsedSeconds };
    const line = { trial_id, step: point.epoch, intermediate_value: score };
    await this.#append(() => [
      this.#line(operations.setTrialIntermediateValue, line),
      this.#trialAttribute(trial_id, `epoch:${point.epoch}`, attribute),
    ]);
  }

  async endTrial(trial_id: number, end: TrialEnd): Promise<void> {
    const complete = datetime(new Date());
    const attributes =
      end.state === 'complete'
        ? end.wrong
          ? [this.#trialAttribute(trial_id, 'wrong', base64(end.wrong))]
          : []
        : [this.#trialAttribute(trial_id, 'fail_reason', end.reason)];
    await this.#append(() => {
      // As Optuna does, a pruned trial keeps its last value.
      const last = [...(this.#replayed.trials[trial_id]?.intermediate ?? [])].at(-1)?.[1];
      const value = end.state === 'complete' ? end.score : end.state === 'pruned' ? last : undefined;
      const line = {
        trial_id,
        state: trialStates[end.state],
        values: value === undefined ? null : [value],
        datetime_start: this.#starts.get(trial_id),
        datetime_complete: complete,
      };
      return [...attributes, this.#line(operations.setTrialState, line)];
    });
    this.#starts.delete(trial_id);
  }

  async recordLook(look: TestLook): Promise<void> {
    await this.#append(() => [this.#studyAttribute(`test_look:${this.#looks++}`, look)]);
  }

  async recordResults(number: number, results: ResultsRecord): Promise<void> {
    await this.#append(() => [this.#studyAttribute(`${resultsPrefix}${number}`, results)]);
  }

  close(): Promise<void> {
    return this.#appending;
  }

  /**
   * Appends lines. The lines of all calls of one turn of the event loop are written together and forced to disk once.
   * @param make returns the lines. It is called after the lines that other programs appended have been replayed, because
   * a trial's number is its position among all trials in the journal.
   */
  #append(make: () => readonly Operation[]): Promise<void> {
    if (!this.#isOpen)
      throw new UsageError(`the study in ${this.#file.path} must be opened before anything is recorded`);
    if (this.#waiting.length === 0) {
      this.#appending = new Promise((resolve) => setImmediate(() => resolve(this.#appendWaiting())));
    }
    return new Promise((resolve, reject) => this.#waiting.push({ make, resolve, reject }));
  }

  #appendWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    try {
      this.#file.append((foreign) => {
        this.#replayed.read(foreign);
        if (this.#replayed.studies[this.#study]?.deleted) {
          throw new WorldError(
            `another program deleted the study in ${this.#file.path}; run the same command to start it again`,
          );
        }
        return waiting.flatMap(({ make }) => this.#replayed.add(make()));
      });
      for (const { resolve } of waiting) resolve();
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }

  #studyAttribute(key: string, value: unknown): Operation {
    return this.#line(operations.setStudyUserAttribute, { study_id: this.#study, user_attr: { [key]: value } });
  }

  #trialAttribute(trial_id: number, key: string, value: unknown): Operation {
    return this.#line(operations.setTrialUserAttribute, { trial_id, user_attr: { [key]: value } });
  }

  #line(op_code: number, fields: object): Operation {
    return { op_code, worker_id: this.#worker, ...fields };
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}
