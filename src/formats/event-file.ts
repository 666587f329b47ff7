/**
 * Reads the scalars of TensorBoard event files of any tool: old summaries (`simple_value`) and new ones (a tensor with the
 * plugin `scalars`).
 * Formats: tensorflow/core/lib/io/record_reader.h, tensorflow/core/util/event.proto, framework/summary.proto,
 * framework/tensor.proto and framework/types.proto; tensorboard/data_compat.py for what counts as a scalar.
 */
import { maskedCrc32c } from '../base/digest.ts';
import { WorldError } from '../base/errors.ts';
import { Message } from './protobuf.ts';

/** One value of a curve. */
export interface ScalarPoint {
  readonly tag: string;
  readonly step: number;
  /** May be NaN or infinite. */
  readonly value: number;
  /** Seconds since 1970. */
  readonly wallTime: number;
}

/** Reads a file piece by piece, while another process writes it. */
export class EventFileReader {
  readonly #what: string;
  /** By tag: the plugin that its first value named, since later values may name none. */
  readonly #plugins = new Map<string, string>();
  /** By tag: the title that the tool gave it. */
  readonly titles = new Map<string, string>();
  /** Records that were left out, because their checksum does not match or they are no events. */
  damaged = 0;

  /** @param what names the file in errors. */
  constructor(what: string) {
    this.#what = what;
  }

  /**
   * The scalars of the records in `bytes`, and how many bytes whole records take. A record that is cut off at the end is
   * left for the next piece.
   * @throws WorldError where the length of a record is damaged: nothing after it can be found.
   */
  read(bytes: Uint8Array): { readonly points: ScalarPoint[]; readonly length: number } {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const points: ScalarPoint[] = [];
    let at = 0;
    while (at + 12 <= bytes.length) {
      if (view.getUint32(at + 8, true) !== maskedCrc32c(bytes.subarray(at, at + 8))) {
        throw new WorldError(`${this.#what} is damaged: the length of a record does not match its checksum`);
      }
      // No record of this size is written; the checksum has shown that the length is meant.
      if (view.getUint32(at + 4, true) !== 0) throw new WorldError(`${this.#what} has a record of more than 4 GB`);
      const end = at + 12 + view.getUint32(at, true);
      if (end + 4 > bytes.length) break;
      const data = bytes.subarray(at + 12, end);
      if (view.getUint32(end, true) === maskedCrc32c(data)) this.#readEvent(data, points);
      else this.damaged++;
      at = end + 4;
    }
    return { points, length: at };
  }

  #readEvent(data: Uint8Array, points: ScalarPoint[]): void {
    try {
      const event = new Message(data, this.#what);
      const wallTime = event.double(1) ?? 0;
      const step = event.integer(2) ?? 0;
      for (const value of event.message(5)?.messages(1) ?? []) {
        const found = this.#scalarOf(value);
        if (found) points.push({ ...found, step, wallTime });
      }
    } catch (error) {
      if (!(error instanceof WorldError)) throw error;
      this.damaged++;
    }
  }

  #scalarOf(value: Message): Pick<ScalarPoint, 'tag' | 'value'> | undefined {
    const tag = value.text(1);
    const metadata = value.message(9);
    const named = metadata?.message(1)?.text(1) ?? '';
    if (named !== '' && !this.#plugins.has(tag)) this.#plugins.set(tag, named);
    const title = metadata?.text(2) ?? '';
    if (title !== '') this.titles.set(tag, title);
    if (value.has(2)) return { tag, value: value.float(2)! };
    const tensor = value.message(8);
    const plugin = this.#plugins.get(tag);
    if (!tensor || (plugin !== undefined && plugin !== 'scalars')) return undefined;
    const number = scalarIn(tensor);
    return number === undefined ? undefined : { tag, value: number };
  }
}

/** Types of tensors (types.proto): how one number of each is read from raw bytes, and the field of its list. */
const types: Readonly<
  Record<number, { readonly bytes: number; read(view: DataView): number; readonly field: number }>
> = {
  1: { bytes: 4, read: (view) => view.getFloat32(0, true), field: 5 },
  2: { bytes: 8, read: (view) => view.getFloat64(0, true), field: 6 },
  3: { bytes: 4, read: (view) => view.getInt32(0, true), field: 7 },
  9: { bytes: 8, read: (view) => Number(view.getBigInt64(0, true)), field: 10 },
};

/** The number of a tensor without dimensions, or with one element; undefined for other tensors and types. */
function scalarIn(tensor: Message): number | undefined {
  const type = types[tensor.integer(1) ?? 0];
  const sizes =
    tensor
      .message(2)
      ?.messages(2)
      .map((dimension) => dimension.integer(1) ?? 0) ?? [];
  if (!type || sizes.some((size) => size !== 1)) return undefined;
  const raw = tensor.bytes(4);
  if (raw && raw.length > 0) return raw.length === type.bytes ? type.read(viewOf(raw)) : undefined;
  if (!tensor.has(type.field)) return undefined;
  if (type.field === 5) return tensor.floats(5)[0];
  if (type.field !== 6) return tensor.integers(type.field)[0];
  // Lists of doubles are packed by every writer; a single one may stand as a plain field.
  const packed = tensor.isBytes(6) ? tensor.bytes(6) : undefined;
  return packed ? (packed.length === 8 ? viewOf(packed).getFloat64(0, true) : undefined) : tensor.double(6);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
