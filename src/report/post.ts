/**
 * The post "How My LeNet Achieves 99% Accuracy" as a reference: its runs beside levels trained under its conditions.
 */
import { mnistHash } from '../data/mnist.ts';
import type { StudyRecord } from '../store/store.ts';
import type { LevelView, StageView } from '../study/contest.ts';
import { type Settings, type StudyDefinition, valueText } from '../study/definition.ts';
import type { TaskSettings } from '../tasks/task.ts';
import { median } from './facts.ts';
import type { Reference, ReferenceRun } from './reference.ts';

interface PostEpoch {
  readonly epoch: number;
  /** Percent. */
  readonly trainAccuracy: number;
  readonly testAccuracy: number;
  /** Seconds of the batch loop, without evaluation. */
  readonly trainSeconds?: number;
}

interface PostRun {
  readonly batchSize: number;
  readonly l2: number;
  readonly optimizer: string;
  readonly epochs: readonly PostEpoch[];
}

/** studies/post-logs.json. */
export interface PostLogs {
  readonly source: string;
  readonly learningRate: number;
  readonly machine: { readonly cpu: string };
  readonly runs: readonly PostRun[];
}

/** The settings that the post had selected before each of its stages. */
const carried: Readonly<Record<string, Settings>> = {
  batchSize: {},
  l2: { batchSize: 32 },
  optimizer: { batchSize: 32, l2: 1e-6 },
};

/** The hyperparameters that may differ from the defaults, which are the post's: those that it varied, and arithmetic. */
const varied = ['batchSize', 'l2', 'optimizer', 'biasCorrection', 'arithmetic'];

/** The meaning of the settings of our networks. */
type Meaning = Pick<TaskSettings, 'complete' | 'canonical'>;

/** The post beside a study; undefined for other data than MNIST as shipped, and for a loss. */
export function postReference(
  logs: PostLogs,
  { definition, dataHash, trials }: Pick<StudyRecord, 'definition' | 'dataHash' | 'trials'>,
  meaning: Meaning,
): Reference | undefined {
  if (dataHash !== mnistHash || definition.objective !== 'accuracy') return undefined;
  // Seconds per epoch are comparable only if all 60,000 images are trained on.
  const isWhole =
    definition.protocol === 'post' && trials.every(({ configuration }) => (configuration.trainLimit ?? null) === null);
  return {
    name: 'the post',
    source: logs.source,
    machine: 'eight cores of an i7-9700',
    aim: 99,
    remarks: [
      `The post’s values (${logs.source}) are single runs with one seed, chosen on the test set. All eleven start from one initial network (their logs agree before the first step), so their luck is shared. Its AdaBelief is Flux 0.12.4’s, without bias correction.`,
      'Rate and epochs are fixed, so batch 512 makes a sixteenth of the updates of batch 32: the batch-size stage compares numbers of updates as much as batch sizes.',
    ],
    beside: ({ factors }, level) => besideLevel(logs, { definition, factors, meaning }, level),
    secondsPerEpoch: (batchSize) => (isWhole ? secondsPerEpoch(logs, batchSize) : undefined),
  };
}

function besideLevel(
  logs: PostLogs,
  {
    definition: { base, protocol },
    factors,
    meaning,
  }: { readonly definition: StudyDefinition; readonly factors: StageView['factors']; readonly meaning: Meaning },
  { level, settings }: Pick<LevelView, 'level' | 'settings'>,
): ReferenceRun | undefined {
  const complete: Settings = meaning.complete(settings);
  const same =
    protocol === 'post' &&
    complete.learningRate === logs.learningRate &&
    complete.epochs === 10 &&
    Object.keys(meaning.canonical(settings)).every((name) => varied.includes(name)) &&
    (base.optimizer ?? 'adam') === 'adam';
  const [stage, ...more] = factors;
  const before = stage === undefined || more.length > 0 ? undefined : carried[stage];
  if (!same || stage === undefined || before === undefined || !(stage in level.settings)) return undefined;
  // A level that sets several of the post's factors is compared with the post's run of exactly these settings.
  const set = ['batchSize', 'l2', 'optimizer'].filter((name) => name in level.settings);
  const exact = set.length > 1;
  const optimizer = String(complete.optimizer);
  if (!exact && stage !== 'optimizer' && optimizer !== 'adam') return undefined;
  // Flux 0.12.4's AdaBelief had no bias correction; with it, it is another optimizer.
  if (optimizer === 'adabelief' ? complete.biasCorrection !== false : complete.biasCorrection !== true) {
    return undefined;
  }
  const wanted: Settings = exact
    ? complete
    : { batchSize: 32, l2: 0, optimizer: 'adam', ...before, [stage]: complete[stage]! };
  const run = logs.runs.find(
    (item) =>
      item.batchSize === wanted.batchSize &&
      item.l2 === wanted.l2 &&
      item.optimizer.toLowerCase() === String(wanted.optimizer).toLowerCase(),
  );
  return run && referenceRun(run, complete);
}

function referenceRun(run: PostRun, complete: Settings): ReferenceRun {
  const trained: Settings = { batchSize: run.batchSize, l2: run.l2, optimizer: run.optimizer.toLowerCase() };
  const otherwise = Object.entries(trained).filter(([name, value]) => complete[name] !== value);
  const isAdamw = run.optimizer === 'ADAMW';
  return {
    score: run.epochs.at(-1)!.testAccuracy,
    curve: run.epochs.map(({ epoch, trainAccuracy, testAccuracy }) => ({
      epoch,
      train: trainAccuracy,
      selection: testAccuracy,
    })),
    otherwise: otherwise.map(([name, value]) => `${name} ${valueText(value)}`),
    ...(isAdamw
      ? {
          remark:
            'The post’s ADAMW row is Adam, too: Flux’s ADAMW has decay 0 unless told otherwise, and its log equals the ADAM log in every number.',
        }
      : {}),
  };
}

/** Median seconds of training an epoch. The first epoch is left out: it includes Julia's compilation. */
function secondsPerEpoch({ runs }: PostLogs, batchSize: number): number | undefined {
  const comparable = runs.filter((run) => run.batchSize === batchSize && run.optimizer === 'ADAM' && run.l2 === 0);
  const seconds = comparable.flatMap(({ epochs }) =>
    epochs.flatMap(({ epoch, trainSeconds }) => (epoch > 1 && trainSeconds !== undefined ? [trainSeconds] : [])),
  );
  return seconds.length > 0 ? median(seconds) : undefined;
}
