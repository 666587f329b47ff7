/** The forecast of a study's time and disk space, from the first batches of its first trials. */
import { isSeedRule, type StudyDefinition } from '../study/definition.ts';
import { plannedLevels } from '../study/strategies.ts';
import type { StudyView } from '../study/strategy.ts';
import type { OpenTask } from '../tasks/task.ts';
import type { LoopEvent } from './loop.ts';

/**
 * Time and disk space of the remaining trials. Under a seed rule `least` assumes that every level leaves as soon as the
 * rule allows; without one, both numbers are equal.
 */
export interface Forecast {
  readonly seconds: readonly [least: number, most: number];
  /** The largest use of the disk at one time. */
  readonly bytes: readonly [least: number, most: number];
}

/** The time (milliseconds) and the share of a trial to observe before the forecast. */
const observedMs = 1500;
const observedShare = 0.005;

/** Observes the first trials and makes one forecast. */
export class Forecaster {
  readonly #jobs: number;
  #began = new Map<number, { at: number; share: number | undefined }>();
  #done = false;

  constructor(jobs: number) {
    this.#jobs = jobs;
  }

  hear(
    event: LoopEvent,
    view: StudyView,
    task: Pick<OpenTask, 'bytesPerTrial'>,
    now = performance.now(),
  ): Forecast | undefined {
    if (this.#done) return undefined;
    if (event.type === 'trial-start') this.#began.set(event.number, { at: now, share: undefined });
    if (event.type !== 'progress') return undefined;
    const work = this.#began.get(event.number);
    if (!work) return undefined;
    // The clock starts at the first batches, because loading, compiling and evaluating the untrained network are not
    // training.
    if (work.share === undefined) {
      if (event.share > 0) this.#began.set(event.number, { at: now, share: event.share });
      return undefined;
    }
    const elapsed = now - work.at;
    const gained = event.share - work.share;
    if (elapsed < observedMs || gained < observedShare) return undefined;
    this.#done = true;
    return forecastOf(view, { secondsPerTrial: elapsed / 1000 / gained, jobs: this.#jobs, task });
  }
}

function forecastOf(
  view: StudyView,
  { secondsPerTrial, jobs, task }: { secondsPerTrial: number; jobs: number; task: Pick<OpenTask, 'bytesPerTrial'> },
): Forecast {
  const ended = view.trials.filter(({ state }) => state !== 'running').length;
  const most = Math.max(0, view.expected - ended);
  const { seeds } = view.definition;
  const least = isSeedRule(seeds) ? Math.ceil((most * seeds.atLeast) / seeds.atMost) : most;
  const { running, whole, dropped } = task.bytesPerTrial(view.stages[0]?.levels[0]?.configuration ?? {});
  // All trials of a stage keep their models until the stage is decided.
  const together = view.definition.keep === 'winners' ? trialsOfLargestStage(view.definition) : most;
  const bytes = (trials: number) =>
    Math.min(trials, together) * whole + Math.max(0, trials - together) * dropped + Math.min(trials, jobs) * running;
  const seconds = (trials: number) => (trials * secondsPerTrial) / jobs;
  return { seconds: [seconds(least), seconds(most)], bytes: [bytes(least), bytes(most)] };
}

function trialsOfLargestStage(definition: StudyDefinition): number {
  const { seeds } = definition;
  const levels = Math.max(0, ...plannedLevels(definition).map((stage) => stage.length));
  return levels * (isSeedRule(seeds) ? seeds.atMost : seeds.length);
}
