/** The workers that are alive, as the coordinator last saw them, and what they do for its study. */
import type { FleetWorker } from '../runner/fleet-status.ts';
import { isAlive, type WorkerSeen } from './sql/workers.ts';
import type { TrainingAtWork } from './stragglers.ts';

export class SeenWorkers {
  readonly #study: string;
  #alive: ReadonlyMap<string, WorkerSeen> = new Map();
  /** Of workers that have left, too: their results still come. */
  readonly #names = new Map<string, string>();

  constructor(study: string) {
    this.#study = study;
  }

  /** Takes what the database says now. @returns who came and who left since the last time. */
  see(workers: readonly WorkerSeen[]): { readonly came: readonly WorkerSeen[]; readonly left: readonly WorkerSeen[] } {
    const before = this.#alive;
    const now = workers.filter(isAlive);
    this.#alive = new Map(now.map((worker) => [worker.id, worker]));
    for (const { id, name } of now) this.#names.set(id, name);
    return {
      came: now.filter(({ id }) => !before.has(id)),
      left: [...before.values()].filter(({ id }) => !this.#alive.has(id)),
    };
  }

  get count(): number {
    return this.#alive.size;
  }

  /** Places that do nothing. */
  get idle(): number {
    return [...this.#alive.values()].reduce((sum, { slots, doing }) => sum + Math.max(0, slots - doing.length), 0);
  }

  /** The trainings of the study that are at work. */
  get atWork(): readonly TrainingAtWork[] {
    return [...this.#alive.values()].flatMap(({ doing, silentSeconds }) =>
      doing
        .filter(({ study }) => study === this.#study)
        .map((one) => ({ ...one, silentSeconds: one.silentSeconds + silentSeconds })),
    );
  }

  /** For messages. */
  name(id: string): string {
    const name = this.#names.get(id);
    return name === undefined ? `worker ${id.slice(0, 8)}` : `worker ${name} (${id.slice(0, 8)})`;
  }

  /** For the page. @param trialOf the trial of a training of this study; undefined where it has ended. */
  shown(trialOf: (key: string) => number | undefined): FleetWorker[] {
    return [...this.#alive.values()].map(({ id, name, cpu, slots, ended, upSeconds, doing, silentSeconds }) => ({
      id,
      name,
      cpu,
      slots,
      ended,
      upSeconds,
      doing: doing.map(({ study, key, seconds, share, silentSeconds: since }) => ({
        trial: (study === this.#study ? trialOf(key) : undefined) ?? null,
        seconds: seconds + silentSeconds,
        share,
        silentSeconds: since + silentSeconds,
      })),
    }));
  }
}
