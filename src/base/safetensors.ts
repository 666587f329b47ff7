/** safetensors files: named float32 tensors and a map of strings, as bytes. Format: huggingface/safetensors, README "Format". */
import { UsageError, WorldError } from './errors.ts';
import { elementsOf, type StateDict, type Tensor } from './tensor.ts';

export interface Safetensors {
  readonly tensors: StateDict;
  readonly metadata: ReadonlyMap<string, string>;
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
 * Reads a file whose tensors are all float32. Numbers are copied.
 * @param what names the file in errors.
 * @throws WorldError saying what is wrong: damaged header, wrong offsets, another type, a number that is not finite.
 */
export function readSafetensors(bytes: Uint8Array, what: string): Safetensors {
  const damaged = (why: string) => new WorldError(`${what} is not a sound safetensors file: ${why}`);
  if (bytes.length < 8) throw damaged(`${bytes.length} bytes are too few for a header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const announced = view.getBigUint64(0, true);
  if (announced > BigInt(Math.min(mostHeaderBytes, bytes.length - 8))) {
    throw damaged(`its header claims ${announced} bytes, the file has ${bytes.length}`);
  }
  const start = 8 + Number(announced);
  const header = parseHeader(bytes.subarray(8, start), damaged);
  const metadata = new Map<string, string>();
  const entries: { name: string; shape: number[]; begin: number; end: number }[] = [];
  for (const [name, value] of header) {
    if (name === '__metadata__') {
      for (const [key, text] of members(value, damaged, '__metadata__')) {
        if (typeof text !== 'string') throw damaged(`metadata "${key}" is no string`);
        metadata.set(key, text);
      }
    } else entries.push({ name, ...parseEntry(name, value, damaged) });
  }
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
  if (start + expected !== bytes.length) {
    throw damaged(`its tensors end at byte ${start + expected}, the file has ${bytes.length}`);
  }
  const tensors = new Map<string, Tensor>();
  for (const { name, shape, begin, end } of entries) {
    const data = new Float32Array((end - begin) / 4);
    for (let i = 0; i < data.length; i++) data[i] = view.getFloat32(start + begin + i * 4, true);
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw damaged(`tensor ${name} holds ${data[bad]} at position ${bad}`);
    tensors.set(name, { shape, data });
  }
  return { tensors, metadata };
}

type Complaint = (why: string) => WorldError;

function parseHeader(bytes: Uint8Array, damaged: Complaint): [string, unknown][] {
  if (bytes[0] !== 0x7b) throw damaged('its header does not start with {');
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw damaged('its header is no valid JSON');
  }
  return members(json, damaged, 'the header');
}

function members(value: unknown, damaged: Complaint, what: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw damaged(`${what} is no JSON object`);
  return Object.entries(value);
}

function parseEntry(name: string, value: unknown, damaged: Complaint): { shape: number[]; begin: number; end: number } {
  const fields = new Map(members(value, damaged, `tensor ${name}`));
  const dtype = fields.get('dtype');
  // A damaged header can hold anything here, also what cannot become a string.
  if (typeof dtype !== 'string') throw damaged(`tensor ${name} has no valid dtype`);
  if (dtype !== 'F32') throw damaged(`tensor ${name} has type ${dtype}; only F32 is read here`);
  const shape = integers(fields.get('shape'));
  const offsets = integers(fields.get('data_offsets'));
  if (shape === undefined) throw damaged(`tensor ${name} has no valid shape`);
  if (offsets?.length !== 2 || offsets[0]! > offsets[1]!) throw damaged(`tensor ${name} has no valid data_offsets`);
  const [begin, end] = offsets as [number, number];
  if (end - begin !== elementsOf(shape) * 4) {
    throw damaged(
      `tensor ${name} [${shape.join(', ')}] needs ${elementsOf(shape) * 4} bytes, its data_offsets give ${end - begin}`,
    );
  }
  return { shape, begin, end };
}

function integers(value: unknown): number[] | undefined {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0) ? value : undefined;
}
