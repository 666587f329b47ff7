/**
 * Reads IDX files, the format of MNIST and its relatives: big-endian sizes, then unsigned bytes (or, for labels, 32-bit
 * integers with the highest byte first). Source: LeCun's MNIST page, "file formats".
 */
import { WorldError } from '../base/errors.ts';
import { counted } from '../base/format.ts';

export interface Idx {
  /** [images, height, width], [images, height, width, channels], [labels] or [labels, columns]. */
  readonly shape: readonly number[];
  /** Bytes of a number: 1, or 4 for labels that are integers of 32 bits. */
  readonly itemBytes: 1 | 4;
  /** A view of the file's bytes. */
  readonly data: Uint8Array;
}

export type IdxContent = 'images' | 'labels';

/** The four files of a data set. */
export type IdxPart = 'trainImages' | 'trainLabels' | 'testImages' | 'testLabels';

/** The header of a file of colour images: the magic number and four sizes, 4 bytes each. */
const mostHeaderBytes = 20;

const magics = { images: 0x00000803, labels: 0x00000801 } as const;

/** The magic numbers that are read: 0, 0, the type (8: unsigned bytes, 12: 32-bit integers), the number of sizes. */
const allowed: Readonly<Record<IdxContent, readonly number[]>> = {
  images: [magics.images, 0x00000804],
  labels: [magics.labels, 0x00000c01, 0x00000c02],
};

/** The size of the largest IDX file, unpacked, in bytes: 2.5 million images of 28 x 28. */
export const mostIdxBytes = 2_000_000_000;

interface Header {
  readonly itemBytes: 1 | 4;
  readonly shape: readonly number[];
  readonly headerBytes: number;
  /** Size of the whole file, unpacked. */
  readonly fileBytes: number;
}

/**
 * Reads the header. Sizes that are too large are refused here, before memory for them is allocated.
 * @param start the file's first bytes, or all of them. @throws WorldError.
 */
function parseHeader(start: Uint8Array, what: string, content: IdxContent): Header {
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const magic = start.length >= 4 ? view.getUint32(0) : magics[content];
  if (!allowed[content].includes(magic)) throw new WorldError(`${what}: ${guess(magic, content)}`);
  const dimensions = magic & 0xff;
  const itemBytes = magic >>> 8 === 0x0c ? 4 : 1;
  const headerBytes = 4 + 4 * dimensions;
  if (start.length < headerBytes) {
    throw new WorldError(`${what} is cut off: it has ${start.length} bytes, its header alone needs ${headerBytes}`);
  }
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const sizes = shape.join(' x ');
  if (shape.includes(0)) throw new WorldError(`${what} is empty: its header says ${sizes}`);
  const fileBytes = shape.reduce((product, size) => product * size, itemBytes) + headerBytes;
  if (fileBytes > mostIdxBytes) {
    throw new WorldError(
      `${what}: its header says ${sizes}, which needs ${counted(fileBytes)} bytes; at most ${counted(mostIdxBytes)} are read here`,
    );
  }
  return { itemBytes, shape, headerBytes, fileBytes };
}

/** @throws WorldError unless a file of this many bytes is as long as its header says. */
function checkLength(length: number, { shape, fileBytes }: Header, what: string): void {
  if (length === fileBytes) return;
  const problem = length < fileBytes ? 'cut off' : 'too long';
  throw new WorldError(`${what} is ${problem}: ${shape.join(' x ')} needs ${fileBytes} bytes, it has ${length}`);
}

/**
 * @param what names the file in errors.
 * @throws WorldError when it is not an IDX file of this content, is cut off, or is longer than its header says.
 */
export function parseIdx(bytes: Uint8Array, what: string, content: IdxContent): Idx {
  const header = parseHeader(bytes, what, content);
  checkLength(bytes.length, header, what);
  const { itemBytes, shape, headerBytes } = header;
  return {
    shape,
    itemBytes,
    data: new Uint8Array(bytes.buffer, bytes.byteOffset + headerBytes, bytes.length - headerBytes),
  };
}

/**
 * The bytes of an IDX file that arrives in pieces. As much memory is allocated as the header says, and reading stops
 * when the file is longer: a compressed megabyte may unpack to a gigabyte.
 * @param what names the file in errors. @throws WorldError as {@link parseIdx}.
 */
export async function readIdx(
  pieces: AsyncIterable<Uint8Array>,
  what: string,
  content: IdxContent,
): Promise<Uint8Array<ArrayBuffer>> {
  // The first bytes: at least the largest header, or the whole file if it is smaller.
  let start = new Uint8Array(0);
  let header: Header | undefined;
  let bytes = new Uint8Array(0);
  let length = 0;
  for await (const piece of pieces) {
    length += piece.length;
    if (!header) {
      const before = start;
      start = new Uint8Array(length);
      start.set(before);
      start.set(piece, before.length);
      if (length < mostHeaderBytes) continue;
      header = parseHeader(start, what, content);
      if (length > header.fileBytes) break;
      bytes = new Uint8Array(header.fileBytes);
      bytes.set(start);
    } else {
      if (length > header.fileBytes) break;
      bytes.set(piece, length - piece.length);
    }
  }
  const known = header ?? parseHeader(start, what, content);
  if (length > known.fileBytes) {
    throw new WorldError(`${what} is too long: ${known.shape.join(' x ')} needs ${known.fileBytes} bytes, it has more`);
  }
  checkLength(length, known, what);
  return header ? bytes : start;
}

/** The numbers of a file of labels. Of labels in several columns, the first column is the class (QMNIST). */
export function idxLabels({ shape: [count = 0, columns = 1], itemBytes, data }: Idx): Uint8Array | Float64Array {
  if (itemBytes === 1) return data;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Float64Array.from({ length: count }, (_, label) => view.getInt32(4 * label * columns));
}

function guess(magic: number, content: IdxContent): string {
  const hex = `0x${magic.toString(16).padStart(8, '0')}`;
  const expected = `expected an IDX file of ${content} (magic number 0x${magics[content].toString(16).padStart(8, '0')})`;
  if (magic === magics.images) return `${expected}, this one holds images`;
  if (magic === magics.labels) return `${expected}, this one holds labels`;
  if (magic >>> 16 === 0x1f8b) return `${expected}, this one is compressed (name it .gz)`;
  return `${expected}, got ${hex}`;
}

/** Unpacks gzip with the platform's own decompressor, piece by piece. @throws WorldError when it is damaged. */
export async function* gunzip(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  what: string,
): AsyncGenerator<Uint8Array> {
  let failure: { readonly error: unknown } | undefined;
  const packed = pieces[Symbol.asyncIterator]();
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      let piece: IteratorResult<Uint8Array<ArrayBuffer>>;
      try {
        piece = await packed.next();
      } catch (error) {
        failure = { error };
        controller.error(error);
        return;
      }
      // Throws where the decompressor has failed meanwhile, which is no failure of reading.
      if (piece.done) controller.close();
      else controller.enqueue(piece.value);
    },
    async cancel() {
      await packed.return?.();
    },
  });
  const reader = source.pipeThrough(new DecompressionStream('gzip')).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    // An error of reading the file explains more than the decompressor's error that follows from it.
    if (failure) throw failure.error;
    // Browsers end their message with a full stop; it stands in a sentence here.
    const reason = String(error instanceof Error ? error.message : error).replace(/\.$/, '');
    throw new WorldError(`${what} is no sound gzip file: ${reason}`, { cause: error });
  } finally {
    // A caller that stops early must also stop the decompressor.
    await reader.cancel().catch(() => {});
  }
}
