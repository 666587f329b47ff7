/** A study store in memory: for simulations, tests, and studies that need not be continued later. */
import { shown } from '../base/argument.ts';
import { UsageError } from '../base/errors.ts';
import type { StudyDefinition } from '../study/definition.ts';
import type { EpochPoint, Trial } from '../study/trial.ts';
import { datetime } from './optuna.ts';
import type {
  Environment,
  NewTrial,
  OpenedStudy,
  ResultsRecord,
  StudyRecord,
  StudyStart,
  StudyStore,
  TestLook,
  TrialEnd,
} from './store.ts';

/** A study in memory. Nothing is left of it when the program ends. */
export class MemoryStore implements StudyStore {
  #record: StudyRecord | undefined;
  readonly #trials: Trial[] = [];
  readonly #looks: TestLook[] = [];
  #began = performance.now();

  read(): Promise<StudyRecord | undefined> {
    const record = this.#record;
    return Promise.resolve(record && { ...record, trials: [...this.#trials], looks: [...this.#looks] });
  }

  async open(
    { definition, dataHash, data, environment }: StudyStart & { environment: Environment },
    accept: (before: StudyRecord) => void,
  ): Promise<OpenedStudy> {
    const before = await this.read();
    if (before) accept(before);
    const session = { started: datetime(new Date()), environment, seconds: 0 };
    const sessions = [...(before?.sessions ?? []), session];
    this.#began = performance.now();
    const start = data ? { definition, dataHash, data } : { definition, dataHash };
    this.#record = { ...start, trials: [], looks: [], sessions, foreign: [], format: 0 };
    return { record: { ...this.#record, trials: [...this.#trials], looks: [...this.#looks] }, torn: undefined };
  }

  redefine(definition: StudyDefinition): Promise<void> {
    this.#record = this.#record && { ...this.#record, definition };
    return Promise.resolve();
  }

  startTrial({ configuration, seed, proposal }: NewTrial): Promise<number> {
    if (!this.#record)
      return Promise.reject(new UsageError('MemoryStore: open() must be called before trials are recorded'));
    const number = this.#trials.length;
    const proposed = proposal === undefined ? {} : { proposal };
    this.#trials.push({ number, configuration, seed, ...proposed, state: 'running', curve: [] });
    return Promise.resolve(number);
  }

  reportEpoch(number: number, point: EpochPoint): Promise<void> {
    return this.#change(number, (trial) => ({ ...trial, curve: [...trial.curve, point] }));
  }

  endTrial(number: number, end: TrialEnd): Promise<void> {
    return this.#change(number, (trial) => ({ ...trial, ...end }));
  }

  recordLook(look: TestLook): Promise<void> {
    this.#looks.push(look);
    return Promise.resolve();
  }

  recordResults(number: number, results: ResultsRecord): Promise<void> {
    this.#change(number, ({ results: _, ...trial }) => (results === 'whole' ? trial : { ...trial, results }));
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Rejects with a UsageError where there is no such trial. */
  async #change(number: number, change: (trial: Trial) => Trial): Promise<void> {
    const trial = this.#trials[number];
    if (!trial)
      throw new UsageError(`MemoryStore: there is no trial ${shown(number)}; startTrial() numbers them from 0`);
    this.#trials[number] = change(trial);
    const sessions = this.#record?.sessions ?? [];
    const seconds = (performance.now() - this.#began) / 1000;
    this.#record = this.#record && {
      ...this.#record,
      sessions: sessions.map((session, index) => (index === sessions.length - 1 ? { ...session, seconds } : session)),
    };
  }
}
