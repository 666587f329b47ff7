/**
 * The one table of hyperparameters: name, default, allowed values and a sentence. Help, checks and records are derived
 * from it.
 */
import {
  checkValue,
  choice,
  completeValues,
  type Hyperparameter,
  type HyperparameterTable,
  integer,
  limit,
  on,
  type ValuesOf,
} from '../../base/hyperparameter.ts';
import { type Kinds, type RowsOf, readersOf, rowsOf } from '../../base/kinds.ts';
import { augmentationHyperparameters } from '../../data/augmentations.ts';
import { type Arithmetic, arithmetics } from '../../engine/kernels.ts';
import { type Initialization, initializations, initializerKinds } from '../../nn/initializers.ts';
import { type LossName, lossKinds, lossNames } from '../../nn/losses.ts';
import { commonHyperparameters } from '../../nn/optimizers/optimizer.ts';
import { type OptimizerName, optimizerKinds, optimizerNames } from '../../nn/optimizers.ts';
import { warmUpHyperparameters } from '../../nn/schedules/schedule.ts';
import { type ScheduleName, scheduleKinds, scheduleNames } from '../../nn/schedules.ts';
import type { Condition } from '../../study/space.ts';
import { trainingHyperparameters } from '../../train/recipe.ts';
import { type VariantName, variantChoices } from './lenet5-1998.ts';
import { modelNames } from './models.ts';

/** A row of the table. `when`: it counts only under these values of others; otherwise it must have its default. */
export type Row = Hyperparameter & { readonly when?: Condition };

/** A row for one difference from a published network; `published` is no difference. */
const variant = <T extends string>(choices: readonly T[], sentence: string) => ({
  ...choice<T | 'published'>('published', ['published', ...choices], `${sentence} (lenet5-1998 only)`),
  when: { model: ['lenet5-1998'] },
});
const variants = {
  activation: variant(variantChoices.activation, 'Activation'),
  pooling: variant(variantChoices.pooling, 'How maps are reduced to half their size'),
  poolActivation: variant(variantChoices.poolActivation, 'Whether an activation follows pooling, too'),
  output: variant(variantChoices.output, 'Output layer'),
  connections: variant(variantChoices.connections, 'Which maps of S2 each map of C3 reads'),
  inputSize: variant(variantChoices.inputSize, 'Height and width of the padded image'),
} satisfies Readonly<Record<VariantName, Row>>;

/**
 * The hyperparameters that only some kinds read, with the condition under which each counts.
 * @param what the hyperparameter that chooses the kind. @param also further values of `what` under which the rows
 * count.
 */
function rowsOfKinds<List extends Kinds>(
  kinds: List,
  what: string,
  { prefix = '', also = [] }: { readonly prefix?: string; readonly also?: readonly string[] } = {},
): RowsOf<List> {
  const rows = Object.entries(rowsOf(kinds)).map(([name, entry]): [string, Row] => {
    const readers = readersOf(kinds, name);
    const mark = ` (${prefix}${readers.join(', ')}${readers.length === 1 ? ' only' : ''})`;
    const off = entry.kind === 'flag' && entry.off !== undefined ? { off: entry.off + mark } : {};
    return [name, { ...entry, ...off, sentence: entry.sentence + mark, when: { [what]: [...readers, ...also] } }];
  });
  return Object.fromEntries(rows) as RowsOf<List>;
}

/** Summaries of kinds in one line: `cosine: falls along half a cosine; ...`. */
function summaries(kinds: Readonly<Record<string, { readonly summary?: string }>>): string {
  return Object.entries(kinds)
    .flatMap(([name, { summary }]) => (summary === undefined ? [] : `${name}: ${summary}`))
    .join('; ');
}

/**
 * The rows of a table, with these names first. Records hold the hyperparameters in the order of the table, and files of
 * equal runs are equal byte for byte, so rows must keep their places; rows of new kinds come after them.
 */
function withFirst<Table extends object>(names: readonly (keyof Table & string)[], table: Table): Table {
  return { ...Object.fromEntries(names.map((name) => [name, table[name]])), ...table };
}

const { learningRate, l2, decayBiases } = commonHyperparameters;

/** Defaults are those of the Flux model zoo's script. */
export const hyperparameters = {
  model: { ...choice('lenet5', modelNames, 'Network to train'), file: 'a network file (YAML)' },
  optimizer: choice<OptimizerName>('adam', optimizerNames, 'How weights follow their gradients'),
  learningRate,
  schedule: choice<ScheduleName>(
    'constant',
    scheduleNames,
    `How the learning rate changes; ${summaries(scheduleKinds)}`,
  ),
  ...warmUpHyperparameters,
  ...rowsOfKinds(scheduleKinds, 'schedule', { prefix: 'schedule ' }),
  batchSize: integer(128, 1, 10_000_000, 'Images over which a step averages its gradient'),
  l2,
  decayBiases,
  ...withFirst(['weightDecay'], rowsOfKinds(optimizerKinds, 'optimizer')),
  loss: choice<LossName | 'published'>(
    'published',
    ['published', ...lossNames],
    `What is minimized; ${summaries(lossKinds)}; published: map for an rbf output, else cross-entropy`,
  ),
  ...rowsOfKinds(lossKinds, 'loss', { prefix: 'loss ', also: ['published'] }),
  ...variants,
  initialization: choice<Initialization | 'published'>(
    'published',
    ['published', ...initializations],
    `How initial weights are drawn; ${summaries(initializerKinds)}; published: the network's own rule`,
  ),
  normalization: choice<'none' | 'standard'>(
    'none',
    ['none', 'standard'],
    'Standardization of pixels; standard: each channel by the mean and the deviation of the training images',
  ),
  ...augmentationHyperparameters,
  ...trainingHyperparameters,
  epochs: integer(10, 0, 1_000_000, 'Passes over the training set'),
  seed: integer(
    1,
    0,
    Number.MAX_SAFE_INTEGER,
    'Determines initial weights, the order of images and their augmentation',
  ),
  shuffle: on('Draw a new order of the images every epoch', 'Keep the images in the order of the data'),
  trainLimit: limit('Use only the first N training images'),
  testLimit: limit('Use only the first N test images'),
  arithmetic: choice<Arithmetic>('strict', arithmetics, 'strict: same bits everywhere; fused: faster'),
} as const satisfies HyperparameterTable;

export type HyperparameterName = keyof typeof hyperparameters;
export const hyperparameterNames = Object.keys(hyperparameters) as HyperparameterName[];
export const variantNames = Object.keys(variants) as readonly VariantName[];

export type Hyperparameters = ValuesOf<typeof hyperparameters>;

/**
 * The given values, checked, and the defaults of all other hyperparameters.
 * @throws UsageError for a value that is not allowed.
 */
export function completeHyperparameters(
  given: Readonly<Partial<Record<HyperparameterName, unknown>>>,
): Hyperparameters {
  return completeValues(hyperparameters, given);
}

/**
 * @param options label: the name in the message, for instance `--batch-size`; say: how the value is shown (default: a
 * text stands without quotes, as in a file or on a command line).
 * @throws UsageError unless the value is allowed.
 */
export function checkHyperparameter(
  name: HyperparameterName,
  value: unknown,
  { label, say = String }: { readonly label: string; readonly say?: (value: unknown) => string },
): void {
  checkValue(name, hyperparameters[name], value, { label, say });
}
