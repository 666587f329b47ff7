/**
 * TensorBoard's HParams: records that name a run's hyperparameters, so that its dashboard compares runs and averages those of one group.
 * Source: tensorboard/plugins/hparams, plugin_data.proto and api.proto, whose field numbers these are.
 */
import { bytesField, doubleField, type FieldBytes, integerField, joined, messageField, textField } from './protobuf.ts';
import { summaryEvent } from './tensorboard.ts';

/** The value of a hyperparameter. */
export type HparamValue = number | string | boolean | null;

/** A hyperparameter that an experiment varies. */
export interface HparamInfo {
  readonly name: string;
  readonly type: 'text' | 'flag' | 'number';
  readonly description: string;
}

/** A number that its runs record. */
export interface HparamMetric {
  /** The tag of the scalars, such as `test/acc`. */
  readonly tag: string;
  readonly set: 'training' | 'validation';
}

/** An experiment: what its runs vary, and by which numbers they are compared. */
export interface HparamsExperiment {
  readonly name: string;
  readonly hyperparameters: readonly HparamInfo[];
  readonly metrics: readonly HparamMetric[];
}

/** The start of a run. */
export interface HparamsSession {
  readonly hyperparameters: Readonly<Record<string, HparamValue>>;
  /** Runs of one group differ in their seeds alone. */
  readonly group: string;
}

const types = { text: 1, flag: 2, number: 3 } as const;
const sets = { training: 1, validation: 2 } as const;
const statuses = { success: 1, failure: 2 } as const;

/** The record of an experiment, in an event file above the folders of its runs. @param wallTime seconds since 1970. */
export function experimentRecord(wallTime: number, { name, hyperparameters, metrics }: HparamsExperiment): Uint8Array {
  return hparamsRecord(wallTime, 'experiment', 2, [
    doubleField(3, wallTime),
    ...hyperparameters.map((each) =>
      messageField(4, [textField(1, each.name), textField(3, each.description), integerField(4, types[each.type])]),
    ),
    ...metrics.map(({ tag, set }) =>
      messageField(5, [messageField(1, [textField(2, tag)]), integerField(5, sets[set])]),
    ),
    textField(6, name),
  ]);
}

/** The first record of a run. @param wallTime seconds since 1970. */
export function sessionStartRecord(wallTime: number, { hyperparameters, group }: HparamsSession): Uint8Array {
  const entries = Object.entries(hyperparameters).map(([name, value]) =>
    messageField(1, [textField(1, name), messageField(2, [valueField(value)])]),
  );
  return hparamsRecord(wallTime, 'session_start_info', 3, [...entries, textField(4, group), doubleField(5, wallTime)]);
}

/** The last record of a run: TensorBoard takes it once. @param wallTime seconds since 1970. */
export function sessionEndRecord(wallTime: number, status: keyof typeof statuses): Uint8Array {
  const fields = [integerField(1, statuses[status]), doubleField(2, wallTime)];
  return hparamsRecord(wallTime, 'session_end_info', 4, fields);
}

/** google.protobuf.Value. */
function valueField(value: HparamValue): FieldBytes {
  if (value === null) return integerField(1, 0);
  if (typeof value === 'number') return doubleField(2, value);
  return typeof value === 'string' ? textField(3, value) : integerField(4, value ? 1 : 0);
}

/** A summary that holds the message as the plugin's data, beside an empty float32 tensor. */
function hparamsRecord(wallTime: number, tag: string, field: number, message: readonly FieldBytes[]): Uint8Array {
  const content = joined([integerField(1, 0), messageField(field, message)]);
  const metadata = messageField(9, [messageField(1, [textField(1, 'hparams'), bytesField(2, content)])]);
  const emptyShape = messageField(2, [messageField(2, [integerField(1, 0)])]);
  const tensor = messageField(8, [integerField(1, 1), emptyShape]);
  return summaryEvent(wallTime, 0, [messageField(1, [textField(1, `_hparams_/${tag}`), tensor, metadata])]);
}
