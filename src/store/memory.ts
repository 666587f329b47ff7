/** A study store in memory: for simulations, tests, and studies that need not be continued later. */

import type { EpochPoint, Trial } from '../study/trial.ts';
import { datetime } from './optuna.ts';
import type {
  Environment,
  NewTrial,
  OpenedStudy,
  ResultsRecord,
  StudyRecord,
  StudyStore,
  TestLook,
  TrialEnd,
} from './store.ts';

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
    { definition, dataHash, environment }: Pick<StudyRecord, 'definition' | 'dataHash'> & { environment: Environment },
    accept: (before: StudyRecord) => void,
  ): Promise<OpenedStudy> {
    const before = await this.read();
    if (before) accept(before);
    const session = { started: datetime(new Date()), environment, seconds: 0 };
    const sessions = [...(before?.sessions ?? []), session];
    this.#began = performance.now();
    this.#record = { definition, dataHash, trials: [], looks: [], sessions, foreign: [], format: 0 };
    return { record: { ...this.#record, trials: [...this.#trials], looks: [...this.#looks] }, torn: undefined };
  }

  startTrial({ configuration, seed }: NewTrial): Promise<number> {
    const number = this.#trials.length;
    this.#trials.push({ number, configuration, seed, state: 'running', curve: [] });
    return Promise.resolve(number);
  }

  reportEpoch(number: number, point: EpochPoint): Promise<void> {
    this.#change(number, (trial) => ({ ...trial, curve: [...trial.curve, point] }));
    return Promise.resolve();
  }

  endTrial(number: number, end: TrialEnd): Promise<void> {
    this.#change(number, (trial) => ({ ...trial, ...end }));
    return Promise.resolve();
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

  #change(number: number, change: (trial: Trial) => Trial): void {
    this.#trials[number] = change(this.#trials[number]!);
    const sessions = this.#record?.sessions ?? [];
    const seconds = (performance.now() - this.#began) / 1000;
    this.#record = this.#record && {
      ...this.#record,
      sessions: sessions.map((session, index) => (index === sessions.length - 1 ? { ...session, seconds } : session)),
    };
  }
}
