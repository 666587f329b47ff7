/** A study's journal in the study's own words: what is written when, and what a replay finds. */
import { UsageError, WorldError } from '../base/errors.ts';
import { version } from '../base/version.ts';
import type { Settings, StudyDefinition } from '../study/definition.ts';
import type { Parameter } from '../study/distribution.ts';
import { configurationKey, type EpochPoint, type Metrics, scoreOf, type Trial } from '../study/plan.ts';
import { JournalFile } from './journal-file.ts';
import {
  datetime,
  directions,
  distributionText,
  type Operation,
  operations,
  type ReplayedStudy,
  type ReplayedTrial,
  replay,
  trialStates,
} from './optuna.ts';

/**
 * Of what our attributes mean and of the bits that strict arithmetic gives (2: Winograd's convolution; 3: variants, losses and
 * schedules among the hyperparameters); a larger number comes
 * from a newer version. A study of a smaller one can be shown, but not gone on with: its trials would not be comparable.
 */
const recordFormat = 3;

/** The machine and the way a process worked on the study. */
export interface Environment {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly os: string;
  readonly node: string;
  readonly version: string;
  readonly jobs: number;
}

/** One process that worked on the study. */
export interface WorkSession {
  readonly started: string;
  readonly environment: Environment;
  /** Wall time up to the last thing it recorded. */
  readonly seconds: number;
}

/** One evaluation of one trained network on the test set, under protocol held-out. */
export interface TestLook extends Metrics {
  readonly trial: number;
  readonly key: string;
  readonly seed: number;
}

export interface StudyRecord {
  readonly definition: StudyDefinition;
  readonly dataHash: string;
  readonly trials: readonly Trial[];
  readonly looks: readonly TestLook[];
  readonly sessions: readonly WorkSession[];
}

/** What lies in an epoch's attribute beside its point. */
interface EpochAttribute extends EpochPoint {
  readonly session: number;
  /** Since the session's start. */
  readonly elapsedSeconds: number;
}

interface StartedSession {
  readonly started: string;
  readonly environment: Environment;
}

/** What the journal at `path` says; undefined if there is none or nothing in it yet. @throws WorldError, UsageError. */
export function readStudy(path: string): StudyRecord | undefined {
  const file = new JournalFile(path);
  return file.exists ? interpret(replay(file.read(), path), path) : undefined;
}

/** The format and version that began a study. */
function writtenBy({ attributes }: ReplayedStudy): { format: number; version: string } | undefined {
  return attributes.get('lenet_lab') as { format: number; version: string } | undefined;
}

function interpret(studies: readonly ReplayedStudy[], path: string): StudyRecord | undefined {
  const study = studies.find(({ deleted }) => !deleted);
  if (!study) return undefined;
  const { attributes } = study;
  const format = writtenBy(study);
  if (format === undefined) {
    // Killed between the first line and the second: nothing is lost by beginning again.
    if (study.trials.length === 0 && attributes.size === 0) return undefined;
    throw new UsageError(`${path} is a journal of another program: its study "${study.name}" is none of lenet's`);
  }
  if (format.format > recordFormat) {
    throw new WorldError(
      `${path} was written by version ${format.version} (record format ${format.format}); this is version ${version}, which reads format ${recordFormat}: use the newer version`,
    );
  }
  const definition = attributes.get('definition') as StudyDefinition | undefined;
  if (definition === undefined) return undefined;
  const numbered = <T>(prefix: string) =>
    [...attributes].flatMap(([key, value]) => (key.startsWith(prefix) ? [value as T] : []));
  const elapsed: number[] = [];
  const trials = study.trials.flatMap((trial) => {
    const found = interpretTrial(trial, definition, path);
    for (const { session, elapsedSeconds } of found?.epochs ?? []) {
      elapsed[session] = Math.max(elapsed[session] ?? 0, elapsedSeconds);
    }
    return found ? [found.trial] : [];
  });
  const sessions = numbered<StartedSession>('session:').map((session, index) => ({
    ...session,
    seconds: elapsed[index] ?? 0,
  }));
  const dataHash = String(attributes.get('data_hash') ?? '');
  return { definition, dataHash, trials, looks: numbered<TestLook>('test_look:'), sessions };
}

function interpretTrial(
  { id, state, attributes, values }: ReplayedTrial,
  { objective }: StudyDefinition,
  path: string,
): { trial: Trial; epochs: EpochAttribute[] } | undefined {
  const seed = attributes.get('seed');
  const configuration = attributes.get('configuration') as Settings | undefined;
  // Without both it is a trial that Optuna added, or one whose start was cut off.
  if (typeof seed !== 'number' || configuration === undefined) return undefined;
  const epochs = [...attributes]
    .flatMap(([key, value]) => (key.startsWith('epoch:') ? [value as EpochAttribute] : []))
    .sort((a, b) => a.epoch - b.epoch);
  const wrong = attributes.get('wrong');
  const ended = state === trialStates.complete ? 'complete' : state === trialStates.running ? 'running' : 'failed';
  const trial: Trial = {
    ...{ number: id, key: configurationKey(configuration), seed, state: ended },
    ...(ended === 'failed' ? { reason: String(attributes.get('fail_reason') ?? 'not recorded') } : {}),
    curve: epochs.map(({ epoch, train, selection, seconds }) => ({ epoch, train, selection, seconds })),
    ...(typeof wrong === 'string' ? { wrong: bytesOf(wrong) } : {}),
  };
  if (ended === 'complete' && (trial.curve.length === 0 || scoreOf(trial, objective) !== values?.[0])) {
    throw new WorldError(
      `${path}: trial ${id} ended with ${values?.[0]}, but its last epoch does not say so; lines are missing`,
    );
  }
  return { trial, epochs };
}

/** The one writer of a study. Every method returns when its lines are on disk. */
export class StudyLog {
  readonly #file: JournalFile;
  readonly #worker = `lenet-lab-${globalThis.crypto.randomUUID()}`;
  readonly #began = performance.now();
  readonly #starts = new Map<number, string>();
  #study = 0;
  #session = 0;
  #looks = 0;
  #trials = 0;

  constructor(path: string) {
    this.#file = new JournalFile(path);
  }

  /**
   * Opens or begins the journal: mends its tail, then `accept` sees what is there and may refuse it by throwing; then the
   * definition (if it is new or grew) and this session are recorded.
   */
  open(
    { definition, dataHash, environment }: Pick<StudyRecord, 'definition' | 'dataHash'> & { environment: Environment },
    accept: (before: StudyRecord) => void,
  ): { record: StudyRecord; torn: string | undefined } {
    const torn = this.#file.exists ? this.#file.repair() : undefined;
    const text = this.#file.exists ? this.#file.read() : '';
    const studies = replay(text, this.#file.path);
    const before = interpret(studies, this.#file.path);
    // A study whose process was killed after its first line has been created already.
    const study = studies.find(({ deleted }) => !deleted);
    if (before && study) {
      const format = writtenBy(study)?.format ?? recordFormat;
      if (format < recordFormat) {
        throw new UsageError(
          `${this.#file.path} has record format ${format}, whose trials cannot be compared with this version's (${recordFormat}): show it as it is, or run the study in another folder`,
        );
      }
      accept(before);
    }
    const lines: Operation[] = [];
    this.#study = study?.id ?? studies.length;
    if (!study) {
      const direction = definition.objective === 'accuracy' ? directions.maximize : directions.minimize;
      lines.push(this.#line(operations.createStudy, { study_name: definition.name, directions: [direction] }));
    }
    if (!before) {
      lines.push(this.#studyAttribute('lenet_lab', { format: recordFormat, version }));
      lines.push(this.#studyAttribute('data_hash', dataHash));
    }
    if (JSON.stringify(before?.definition) !== JSON.stringify(definition)) {
      lines.push(this.#studyAttribute('definition', definition));
    }
    this.#session = before?.sessions.length ?? 0;
    this.#looks = before?.looks.length ?? 0;
    for (const { id, started } of studies.flatMap(({ trials }) => trials)) {
      this.#trials = Math.max(this.#trials, id + 1);
      if (started !== null) this.#starts.set(id, started);
    }
    const session: StartedSession = { started: datetime(new Date()), environment };
    lines.push(this.#studyAttribute(`session:${this.#session}`, session));
    this.#append(lines);
    const empty = { trials: [], looks: [], sessions: [] };
    const { trials, looks, sessions } = before ?? empty;
    return {
      record: { definition, dataHash, trials, looks, sessions: [...sessions, { ...session, seconds: 0 }] },
      torn,
    };
  }

  /** @returns the number of the new trial. */
  startTrial(configuration: Settings, seed: number, parameters: readonly Parameter[]): number {
    const start = datetime(new Date());
    let created = 0;
    this.#file.append((foreign) => {
      this.#countTrials(foreign);
      const trial_id = this.#trials++;
      created = trial_id;
      return [
        this.#line(operations.createTrial, { study_id: this.#study, datetime_start: start }),
        ...parameters.map(({ name, internal, distribution }) =>
          this.#line(operations.setTrialParameter, {
            ...{ trial_id, param_name: name, param_value_internal: internal },
            distribution: distributionText(distribution),
          }),
        ),
        this.#trialAttribute(trial_id, 'configuration', configuration),
        this.#trialAttribute(trial_id, 'seed', seed),
      ];
    });
    this.#starts.set(created, start);
    return created;
  }

  reportEpoch(trial_id: number, point: EpochPoint, value: number): void {
    const elapsedSeconds = (performance.now() - this.#began) / 1000;
    const attribute: EpochAttribute = { ...point, session: this.#session, elapsedSeconds };
    const line = { trial_id, step: point.epoch, intermediate_value: value };
    this.#append([
      this.#line(operations.setTrialIntermediateValue, line),
      this.#trialAttribute(trial_id, `epoch:${point.epoch}`, attribute),
    ]);
  }

  finishTrial(trial_id: number, value: number, wrong: Uint8Array): void {
    this.#end(trial_id, this.#trialAttribute(trial_id, 'wrong', base64(wrong)), trialStates.complete, [value]);
  }

  failTrial(trial_id: number, reason: string): void {
    this.#end(trial_id, this.#trialAttribute(trial_id, 'fail_reason', reason), trialStates.failed, null);
  }

  /** Counts a look at the test set. */
  recordLook(look: TestLook): void {
    this.#append([this.#studyAttribute(`test_look:${this.#looks++}`, look)]);
  }

  #append(lines: readonly Operation[]): void {
    this.#file.append((foreign) => {
      this.#countTrials(foreign);
      return lines;
    });
  }

  /** A trial's number is its place among all that were created, by whomever: Optuna may add some while we work. */
  #countTrials(foreign: string): void {
    for (const line of foreign.split('\n')) {
      if (line !== '' && JSON.parse(line).op_code === operations.createTrial) this.#trials++;
    }
  }

  #end(trial_id: number, attribute: Operation, state: number, values: readonly number[] | null): void {
    const complete = datetime(new Date());
    const line = { trial_id, state, values, datetime_start: this.#starts.get(trial_id), datetime_complete: complete };
    this.#append([attribute, this.#line(operations.setTrialState, line)]);
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
