/** Reads NumPy arrays (.npy). Source: NumPy, "NEP 1, a simple file format for NumPy arrays". */
import { WorldError } from '../base/errors.ts';
import { counted } from '../base/format.ts';
import { visible } from '../base/plain-text.ts';

/** The kinds of numbers that are read: the letter of their kind and their bytes. */
const kinds = ['b1', 'u1', 'i1', 'u2', 'i2', 'u4', 'i4', 'u8', 'i8', 'f4', 'f8'] as const;
type NumberKind = (typeof kinds)[number];

/** An array as the file has it. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly kind: NumberKind;
  /** How many numbers there are. */
  readonly length: number;
  /** Number `index` in the order of rows. 64-bit integers beyond 2^53 are rounded. */
  at(index: number): number;
  /** The numbers as bytes, where the kind is u1 or b1. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
}

/** The most bytes of a header, which is a line of text. */
const mostHeaderBytes = 65_536;

/** The most bytes before an array's numbers. */
export const mostNpyStart = 12 + mostHeaderBytes;

/**
 * Checks the first bytes of an array, before memory is taken for the rest of it.
 * @param first the whole file, or its first {@link mostNpyStart} bytes. @param size of the whole file (bytes).
 * @throws WorldError when it is damaged, of a kind that is not read, or when its header needs another size.
 */
export function checkNpyStart(first: Uint8Array<ArrayBuffer>, size: number, where: string): void {
  startOf(first, size, where);
}

/** @param where names the array in errors. @throws WorldError when it is damaged, or of a kind that is not read. */
export function parseNpy(file: Uint8Array<ArrayBuffer>, where: string): NpyArray {
  const { shape, kind, isBigEndian, start, length, itemBytes } = startOf(file, file.length, where);
  const data = new DataView(file.buffer, file.byteOffset + start, length * itemBytes);
  const bytes = itemBytes === 1 && kind !== 'i1' ? file.subarray(start) : undefined;
  const read = readers[kind];
  return { shape, kind, length, bytes, at: (index) => read(data, index * itemBytes, !isBigEndian) };
}

/** The header, where the numbers start, and how many there are. @param size of the whole file (bytes). */
function startOf(file: Uint8Array<ArrayBuffer>, size: number, where: string) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 12 || view.getUint32(0) !== 0x934e554d || view.getUint16(4) !== 0x5059) {
    throw new WorldError(`${where} is no NumPy array`);
  }
  const isFirst = file[6] === 1;
  const headerBytes = isFirst ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = (isFirst ? 10 : 12) + headerBytes;
  if (headerBytes > mostHeaderBytes || start > file.length) throw damaged(where, 'its header is cut off');
  const header = headerIn(new TextDecoder().decode(file.subarray(isFirst ? 10 : 12, start)), where);
  const { shape, kind } = header;
  const length = shape.reduce((product, each) => product * each, 1);
  const itemBytes = Number(kind[1]);
  if (size - start !== length * itemBytes) {
    const has = counted(size - start);
    throw damaged(where, `its shape [${shape.join(', ')}] needs ${counted(length * itemBytes)} bytes, it has ${has}`);
  }
  return { ...header, start, length, itemBytes };
}

type Reader = (view: DataView, at: number, isLittle: boolean) => number;

const readers: Readonly<Record<NumberKind, Reader>> = {
  b1: (view, at) => view.getUint8(at),
  u1: (view, at) => view.getUint8(at),
  i1: (view, at) => view.getInt8(at),
  u2: (view, at, isLittle) => view.getUint16(at, isLittle),
  i2: (view, at, isLittle) => view.getInt16(at, isLittle),
  u4: (view, at, isLittle) => view.getUint32(at, isLittle),
  i4: (view, at, isLittle) => view.getInt32(at, isLittle),
  u8: (view, at, isLittle) => Number(view.getBigUint64(at, isLittle)),
  i8: (view, at, isLittle) => Number(view.getBigInt64(at, isLittle)),
  f4: (view, at, isLittle) => view.getFloat32(at, isLittle),
  f8: (view, at, isLittle) => view.getFloat64(at, isLittle),
};

interface Header {
  readonly shape: readonly number[];
  readonly kind: NumberKind;
  readonly isBigEndian: boolean;
}

/** The header is a Python dictionary: `{'descr': '|u1', 'fortran_order': False, 'shape': (60000, 28, 28), }`. */
function headerIn(text: string, where: string): Header {
  const [, order = '', type = ''] = /'descr'\s*:\s*'([<>|=])([^']*)'/.exec(text) ?? [];
  const kind = kinds.find((each) => each === type);
  if (kind === undefined) {
    const found = type === '' ? 'values that are no numbers' : `values of type ${visible(type)}`;
    throw new WorldError(`${where} holds ${found}; integers and floats of 32 or 64 bits are read here`);
  }
  if (!/'fortran_order'\s*:\s*False/.test(text)) {
    throw new WorldError(`${where} is stored column by column; save it with numpy.ascontiguousarray`);
  }
  const [, inner] = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text) ?? [];
  if (inner === undefined) throw damaged(where, 'its header has no shape');
  const shape = inner
    .split(',')
    .filter((size) => size.trim() !== '')
    .map((size) => Number.parseInt(size, 10));
  if (shape.length > 8 || !shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw damaged(where, 'its header has no sound shape');
  }
  return { shape, kind, isBigEndian: order === '>' };
}

function damaged(where: string, problem: string): WorldError {
  return new WorldError(`${where} is damaged: ${problem}`);
}
