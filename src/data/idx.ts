/**
 * Reads IDX files, the format of MNIST: big-endian sizes, then unsigned bytes. Source: LeCun's MNIST page, "file
 * formats".
 */
import { WorldError } from '../base/errors.ts';
import { counted } from '../base/format.ts';

export interface Idx {
  /** [images, height, width] or [labels]. */
  readonly shape: readonly number[];
  /** A view of the file's bytes. */
  readonly data: Uint8Array;
}

type Content = 'images' | 'labels';

/** The header of a file of images: the magic number and three sizes, 4 bytes each. */
const mostHeaderBytes = 16;

const magics = { images: 0x00000803, labels: 0x00000801 } as const;

/** The size of the largest IDX file, unpacked, in bytes: 2.5 million images of 28 x 28. */
export const mostIdxBytes = 2_000_000_000;

interface Header {
  readonly shape: readonly number[];
  readonly headerBytes: number;
  /** Size of the whole file, unpacked. */
  readonly fileBytes: number;
}

/**
 * Reads the header. Sizes that are too large are refused here, before memory for them is allocated.
 * @param start the file's first bytes, or all of them. @throws WorldError.
 */
function parseHeader(start: Uint8Array, what: string, content: Content): Header {
  const dimensions = content === 'images' ? 3 : 1;
  const headerBytes = 4 + 4 * dimensions;
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  if (start.length >= 4 && view.getUint32(0) !== magics[content])
    throw new WorldError(`${what}: ${guess(view.getUint32(0), content)}`);
  if (start.length < headerBytes) {
    throw new WorldError(`${what} is cut off: it has ${start.length} bytes, its header alone needs ${headerBytes}`);
  }
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const sizes = shape.join(' x ');
  if (shape.includes(0)) throw new WorldError(`${what} is empty: its header says ${sizes}`);
  const fileBytes = shape.reduce((product, size) => product * size, 1) + headerBytes;
  if (fileBytes > mostIdxBytes) {
    throw new WorldError(
      `${what}: its header says ${sizes}, which needs ${counted(fileBytes)} bytes; at most ${counted(mostIdxBytes)} are read here`,
    );
  }
  return { shape, headerBytes, fileBytes };
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
export function parseIdx(bytes: Uint8Array, what: string, content: Content): Idx {
  const header = parseHeader(bytes, what, content);
  checkLength(bytes.length, header, what);
  const { shape, headerBytes } = header;
  return { shape, data: new Uint8Array(bytes.buffer, bytes.byteOffset + headerBytes, bytes.length - headerBytes) };
}

/**
 * The bytes of an IDX file that arrives in pieces. As much memory is allocated as the header says, and reading stops
 * when the file is longer: a compressed megabyte may unpack to a gigabyte.
 * @param what names the file in errors. @throws WorldError as {@link parseIdx}.
 */
export async function readIdx(
  pieces: AsyncIterable<Uint8Array>,
  what: string,
  content: Content,
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

function guess(magic: number, content: Content): string {
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
      try {
        const { done, value } = await packed.next();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        failure = { error };
        controller.error(error);
      }
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
    throw new WorldError(`${what} is no sound gzip file: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  } finally {
    // A caller that stops early must also stop the decompressor.
    await reader.cancel().catch(() => {});
  }
}
