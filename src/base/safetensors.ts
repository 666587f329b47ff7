/**
 * safetensors files: named tensors and a map of strings, as bytes. Format: huggingface/safetensors, README "Format".
 */
import { UsageError, WorldError } from './errors.ts';
import { describeKind, kindOfFile } from './file-kind.ts';
import { elementsOf, type StateDict, type Tensor } from './tensor.ts';

export interface Safetensors {
  readonly tensors: StateDict;
  readonly metadata: ReadonlyMap<string, string>;
}

/** The floating-point tensors of any safetensors file, converted to float32. */
export interface AnySafetensors extends Safetensors {
  /** The type of each tensor in `tensors` that was converted. */
  readonly converted: ReadonlyMap<string, string>;
  /** The type of each tensor that was left unread: integers, truth values, types of 8 bits and less. */
  readonly unread: ReadonlyMap<string, string>;
}

/** The format's own limit on its JSON header. */
const mostHeaderBytes = 100_000_000;

/**
 * Equal content gives equal bytes: tensors stand in the map's order, metadata sorted by key, and the header is padded
 * with spaces so that the numbers start on a multiple of 8.
 * @throws UsageError for a tensor whose data does not fill its shape, or named `__metadata__`, the format's own name.
 */
export function writeSafetensors(tensors: StateDict, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const header: [string, unknown][] = [];
  const keys = Object.keys(metadata).sort();
  if (keys.length > 0) header.push(['__metadata__', Object.fromEntries(keys.map((key) => [key, metadata[key]]))]);
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    if (name === '__metadata__') throw new UsageError('a tensor cannot be named __metadata__ in a safetensors file');
    if (data.length !== elementsOf(shape)) {
      throw new UsageError(
        `tensor ${name} [${shape.join(', ')}] needs ${elementsOf(shape)} numbers, got ${data.length}`,
      );
    }
    const begin = end;
    end += data.length * 4;
    header.push([name, { dtype: 'F32', shape, data_offsets: [begin, end] }]);
  }
  const members = header.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  const json = new TextEncoder().encode(`{${members.join(',')}}`);
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + headerBytes + end);
  const view = new DataView(file.buffer);
  view.setBigUint64(0, BigInt(headerBytes), true);
  file.fill(0x20, 8 + json.length, 8 + headerBytes);
  file.set(json, 8);
  let at = 8 + headerBytes;
  for (const { data } of tensors.values()) {
    for (let i = 0; i < data.length; i++, at += 4) view.setFloat32(at, data[i]!, true);
  }
  return file;
}

/**
 * Reads a file whose tensors are all float32 and finite, as our own programs write them. Numbers are copied.
 * @param what names the file in errors.
 * @throws WorldError saying what is wrong: another kind of file, a damaged header, wrong offsets, another type, a
 * number that is not finite.
 */
export function readSafetensors(bytes: Uint8Array, what: string): Safetensors {
  const { tensors, metadata, converted, unread } = readAnySafetensors(bytes, what);
  for (const [name, type] of [...converted, ...unread]) {
    throw unsound(what, `tensor ${name} has type ${type}; only F32 is read here`);
  }
  for (const [name, { data }] of tensors) {
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw unsound(what, `tensor ${name} holds ${data[bad]} at position ${bad}`);
  }
  return { tensors, metadata };
}

/**
 * Reads a file of any software. F16 and BF16 become float32 exactly, F64 is rounded to the nearest (what is too large
 * becomes infinite). Numbers that are not finite stay: only the caller knows whether it needs the tensor. Numbers are
 * copied.
 * @param what names the file in errors.
 * @throws WorldError saying what is wrong: another kind of file, a damaged header, wrong offsets.
 */
export function readAnySafetensors(bytes: Uint8Array, what: string): AnySafetensors {
  if (bytes.length === 0) throw new WorldError(`${what} is an empty file`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = bytes.length < 8 ? undefined : view.getBigUint64(0, true);
  if (
    headerBytes === undefined ||
    headerBytes > BigInt(Math.min(mostHeaderBytes, bytes.length - 8)) ||
    bytes[8] !== 0x7b
  ) {
    const kind = kindOfFile(bytes);
    if (kind) throw new WorldError(`${what} is no safetensors file but ${describeKind(kind)}`);
  }
  const damaged = (why: string) => unsound(what, why);
  if (headerBytes === undefined) throw damaged(`${bytes.length} bytes are too few for a header`);
  if (headerBytes > BigInt(Math.min(mostHeaderBytes, bytes.length - 8))) {
    throw damaged(`its header claims ${headerBytes} bytes, the file has ${bytes.length}`);
  }
  const start = 8 + Number(headerBytes);
  const metadata = new Map<string, string>();
  const entries: Entry[] = [];
  for (const [name, value] of parseHeader(bytes.subarray(8, start), damaged)) {
    if (name === '__metadata__') {
      for (const [key, text] of members(value, damaged, '__metadata__')) {
        if (typeof text !== 'string') throw damaged(`metadata "${key}" is no string`);
        metadata.set(key, text);
      }
    } else entries.push(parseEntry(name, value, damaged));
  }
  requireWhole(entries, bytes.length - start, damaged);
  const tensors = new Map<string, Tensor>();
  const converted = new Map<string, string>();
  const unread = new Map<string, string>();
  for (const { name, type, shape, begin, end } of entries) {
    const read = readers.get(type);
    if (!read) {
      unread.set(name, type);
      continue;
    }
    const width = typeBytes.get(type)!;
    const data = new Float32Array((end - begin) / width);
    for (let i = 0; i < data.length; i++) data[i] = read(view, start + begin + i * width);
    tensors.set(name, { shape, data });
    if (type !== 'F32') converted.set(name, type);
  }
  return { tensors, metadata, converted, unread };
}

/** One tensor of the header. `begin` and `end` count bytes from the end of the header. */
interface Entry {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * Bytes per number, by the format's type names. The size of any other type is not known here.
 */
const typeBytes: ReadonlyMap<string, number> = new Map([
  ...(['BOOL', 'U8', 'I8', 'F8_E4M3', 'F8_E5M2', 'F8_E8M0'] as const).map((type) => [type, 1] as const),
  ...(['U16', 'I16', 'F16', 'BF16'] as const).map((type) => [type, 2] as const),
  ...(['U32', 'I32', 'F32'] as const).map((type) => [type, 4] as const),
  ...(['U64', 'I64', 'F64', 'C64'] as const).map((type) => [type, 8] as const),
]);

/** By type, the function that reads one number at byte `at`. Only these types become float32. */
const readers: ReadonlyMap<string, (view: DataView, at: number) => number> = new Map([
  ['F32', (view: DataView, at: number) => view.getFloat32(at, true)],
  ['F64', (view: DataView, at: number) => view.getFloat64(at, true)],
  ['F16', (view: DataView, at: number) => halfToNumber(view.getUint16(at, true))],
  ['BF16', (view: DataView, at: number) => bfloatToNumber(view.getUint16(at, true))],
]);

/** IEEE 754 binary16: a sign, 5 bits of exponent with bias 15, 10 bits of fraction. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

const scratch = new DataView(new ArrayBuffer(4));

/** bfloat16 is the upper half of a float32. */
function bfloatToNumber(bits: number): number {
  scratch.setUint16(0, bits);
  return scratch.getFloat32(0);
}

/** Sorts the tensors by offset. @throws WorldError unless they follow each other without holes and fill the file. */
function requireWhole(entries: Entry[], dataBytes: number, damaged: Complaint): void {
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let expected = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== expected) {
      throw damaged(
        `tensor ${name} starts at byte ${begin} of the data, expected ${expected} (tensors may not overlap or leave holes)`,
      );
    }
    expected = end;
  }
  if (expected !== dataBytes) throw damaged(`its tensors have ${expected} bytes, the file has ${dataBytes} for them`);
}

function unsound(what: string, why: string): WorldError {
  return new WorldError(`${what} is not a sound safetensors file: ${why}`);
}

type Complaint = (why: string) => WorldError;

function parseHeader(bytes: Uint8Array, damaged: Complaint): [string, unknown][] {
  if (bytes[0] !== 0x7b) throw damaged('its header does not start with {');
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw damaged('its header is not valid JSON');
  }
  return members(json, damaged, 'the header');
}

function members(value: unknown, damaged: Complaint, what: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw damaged(`${what} is no JSON object`);
  return Object.entries(value);
}

function parseEntry(name: string, value: unknown, damaged: Complaint): Entry {
  const fields = new Map(members(value, damaged, `tensor ${name}`));
  const type = fields.get('dtype');
  // A damaged header can hold a value of any type here.
  if (typeof type !== 'string') throw damaged(`tensor ${name} has no valid dtype`);
  const shape = integers(fields.get('shape'));
  const offsets = integers(fields.get('data_offsets'));
  if (shape === undefined) throw damaged(`tensor ${name} has no valid shape`);
  if (offsets?.length !== 2 || offsets[0]! > offsets[1]!) throw damaged(`tensor ${name} has no valid data_offsets`);
  const [begin, end] = offsets as [number, number];
  const width = typeBytes.get(type);
  if (width !== undefined && end - begin !== elementsOf(shape) * width) {
    throw damaged(
      `tensor ${name} [${shape.join(', ')}] needs ${elementsOf(shape) * width} bytes, its data_offsets give ${end - begin}`,
    );
  }
  return { name, type, shape, begin, end };
}

function integers(value: unknown): number[] | undefined {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0) ? value : undefined;
}
