/** The post's own numbers (studies/post-logs.json), found for the levels of a study that repeats its conditions. */
import { readFileSync } from 'node:fs';
import { type Settings, type StudyDefinition, valueText } from '../study/definition.ts';

interface PostEpoch {
  readonly epoch: number;
  readonly trainLoss: number;
  /** Percent. */
  readonly trainAccuracy: number;
  readonly testLoss: number;
  readonly testAccuracy: number;
  /** Of the batch loop alone. */
  readonly trainSeconds?: number;
}

export interface PostRun {
  readonly id: string;
  readonly batchSize: number;
  readonly l2: number;
  readonly optimizer: string;
  readonly epochs: readonly PostEpoch[];
}

interface PostLogs {
  readonly source: string;
  readonly learningRate: number;
  readonly runs: readonly PostRun[];
}

const path = new URL('../../studies/post-logs.json', import.meta.url);

export function postLogs(): PostLogs {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** What the post carried on into each of its stages. */
const carried: Readonly<Record<string, Settings>> = {
  batchSize: {},
  l2: { batchSize: 32 },
  optimizer: { batchSize: 32, l2: 1e-6 },
};

export interface PostRow {
  readonly run: PostRun;
  /** Settings the post had and this level has not, for instance `l2 1e-6`. */
  readonly otherwise: readonly string[];
}

/**
 * The post's run of the same stage and level, if the study repeats the post's conditions (network, rate, epochs, all of
 * the data): there and nowhere else the numbers may stand side by side.
 */
export function postRow(
  { base }: Pick<StudyDefinition, 'base'>,
  stage: string,
  settings: Settings,
  complete: Settings,
): PostRow | undefined {
  const { runs, learningRate } = postLogs();
  const same =
    complete.model === 'lenet5' &&
    complete.learningRate === learningRate &&
    complete.epochs === 10 &&
    complete.trainLimit === null &&
    complete.testLimit === null &&
    complete.weightDecay === 0 &&
    complete.shuffle === true &&
    (base.optimizer ?? 'adam') === 'adam';
  const before = carried[stage];
  if (!same || before === undefined || !(stage in settings)) return undefined;
  // A level that says more than its stage's factor stands for the post's run of just these settings.
  const varied = ['batchSize', 'l2', 'optimizer'].filter((name) => name in settings);
  const exact = varied.length > 1;
  const optimizer = String(complete.optimizer);
  if (!exact && stage !== 'optimizer' && optimizer !== 'adam') return undefined;
  // Flux 0.12.4's AdaBelief had no bias correction; with it, it is another optimizer.
  if (optimizer === 'adabelief' ? complete.biasCorrection !== false : complete.biasCorrection !== true)
    return undefined;
  const wanted: Settings = exact
    ? complete
    : { batchSize: 32, l2: 0, optimizer: 'adam', ...before, [stage]: complete[stage]! };
  const run = runs.find(
    (item) =>
      item.batchSize === wanted.batchSize &&
      item.l2 === wanted.l2 &&
      item.optimizer.toLowerCase() === String(wanted.optimizer).toLowerCase(),
  );
  if (!run) return undefined;
  const trained: Settings = { batchSize: run.batchSize, l2: run.l2, optimizer: run.optimizer.toLowerCase() };
  const otherwise = Object.entries(trained).filter(([name, value]) => complete[name] !== value);
  return { run, otherwise: otherwise.map(([name, value]) => `${name} ${valueText(value)}`) };
}

/** Testing accuracy in percent after the last epoch. */
export function postAccuracy(run: PostRun): number {
  return run.epochs.at(-1)!.testAccuracy;
}
