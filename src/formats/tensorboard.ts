/**
 * TensorBoard event files: TFRecords of protobuf Event messages.
 * Formats: tensorflow/core/lib/io/record_writer.h, tensorflow/core/util/event.proto and framework/summary.proto.
 */
import { maskedCrc32c } from '../base/digest.ts';
import { doubleField, type FieldBytes, floatField, integerField, joined, messageField, textField } from './protobuf.ts';

/** The record every event file starts with. @param wallTime seconds since 1970. */
export function fileVersion(wallTime: number): Uint8Array {
  return record([doubleField(1, wallTime), textField(3, 'brain.Event:2')]);
}

/** One record with scalars of a step, for instance `{ 'train/loss': 0.1 }`. @param wallTime seconds since 1970. */
export function scalarEvent(wallTime: number, step: number, scalars: Readonly<Record<string, number>>): Uint8Array {
  const values = Object.entries(scalars).map(([tag, value]) =>
    messageField(1, [textField(1, tag), floatField(2, value)]),
  );
  return summaryEvent(wallTime, step, values);
}

/** One record with values of a step. @param values fields of a Summary. @param wallTime seconds since 1970. */
export function summaryEvent(wallTime: number, step: number, values: readonly FieldBytes[]): Uint8Array {
  return record([doubleField(1, wallTime), integerField(2, step), messageField(5, values)]);
}

/**
 * The time of each record of an event file [seconds since 1970], in the file's order, without the records of plugins. Undefined for a record
 * whose checksum does not match. The list ends at the first record that is cut off or has a damaged length.
 */
export function wallTimes(bytes: Uint8Array): (number | undefined)[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const times: (number | undefined)[] = [];
  for (let at = 0; at + 16 <= bytes.length; ) {
    if (view.getUint32(at + 8, true) !== maskedCrc32c(bytes.subarray(at, at + 8))) break;
    const end = at + 12 + view.getUint32(at, true);
    if (end + 4 > bytes.length) break;
    const data = bytes.subarray(at + 12, end);
    // Our records start with the time: field 1, a double.
    const isSound = view.getUint32(end, true) === maskedCrc32c(data) && data.length >= 9 && data[0] === ((1 << 3) | 1);
    if (!isSound || !isOfPlugin(data)) times.push(isSound ? view.getFloat64(at + 13, true) : undefined);
    at = end + 4;
  }
  return times;
}

/** Whether a record is of the HParams plugin, by its tag. */
function isOfPlugin(data: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(data).includes('_hparams_/');
}

/** A TFRecord: the length, the checksum of the length, the data, the checksum of the data. */
function record(fields: readonly FieldBytes[]): Uint8Array {
  const data = joined(fields);
  const bytes = new Uint8Array(16 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length, true);
  view.setUint32(8, maskedCrc32c(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(bytes.subarray(12, 12 + data.length)), true);
  return bytes;
}
