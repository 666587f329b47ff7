/** How long a study will take and how much disk it needs, reckoned from the first batches of its first trials. */
import { isSeedRule, type StudyDefinition } from '../study/definition.ts';
import { plannedLevels } from '../study/strategies.ts';
import type { StudyView } from '../study/strategy.ts';
import type { OpenTask } from '../tasks/task.ts';
import type { LoopEvent } from './loop.ts';

/** Of the trials still to come. Under a seed rule the first number is the least, with every level leaving as soon as it may. */
export interface Forecast {
  readonly seconds: readonly [least: number, most: number];
  /** At the moment when most is on the disk. */
  readonly bytes: readonly [least: number, most: number];
}

/** Work seen before a forecast is made, and the part of a trial that was. */
const observedMs = 1500;
const observedShare = 0.005;

/** Listens to the first trials; gives one forecast, when enough was seen. */
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
    // The first batches date the work: loading, compiling and looking at the untrained network are no training.
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
  // Before a stage is decided all of its trials keep their models.
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
