/** IDX files, the format MNIST comes in: big-endian sizes, then unsigned bytes. Source: LeCun's MNIST page, "file formats". */
import { WorldError } from '../base/errors.ts';

export interface Idx {
  /** [images, height, width] or [labels]. */
  readonly shape: readonly number[];
  /** A view of the file's bytes. */
  readonly data: Uint8Array;
}

const magics = { images: 0x00000803, labels: 0x00000801 } as const;

/**
 * @param what names the file in errors.
 * @throws WorldError when it is no such file, is cut off, or goes on behind its end.
 */
export function parseIdx(bytes: Uint8Array, what: string, content: 'images' | 'labels'): Idx {
  const dimensions = content === 'images' ? 3 : 1;
  const headerBytes = 4 + 4 * dimensions;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length >= 4 && view.getUint32(0) !== magics[content])
    throw new WorldError(`${what}: ${guess(view.getUint32(0), content)}`);
  if (bytes.length < headerBytes) {
    throw new WorldError(`${what} is cut off: it has ${bytes.length} bytes, its header alone needs ${headerBytes}`);
  }
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  if (shape.includes(0)) throw new WorldError(`${what} is empty: its header says ${shape.join(' x ')}`);
  const expected = shape.reduce((product, size) => product * size, 1) + headerBytes;
  if (bytes.length < expected) {
    throw new WorldError(`${what} is cut off: ${shape.join(' x ')} needs ${expected} bytes, it has ${bytes.length}`);
  }
  if (bytes.length > expected) {
    throw new WorldError(`${what} is too long: ${shape.join(' x ')} needs ${expected} bytes, it has ${bytes.length}`);
  }
  return { shape, data: new Uint8Array(bytes.buffer, bytes.byteOffset + headerBytes, bytes.length - headerBytes) };
}

function guess(magic: number, content: 'images' | 'labels'): string {
  const hex = `0x${magic.toString(16).padStart(8, '0')}`;
  const expected = `expected an IDX file of ${content} (magic number 0x${magics[content].toString(16).padStart(8, '0')})`;
  if (magic === magics.images) return `${expected}, this one holds images`;
  if (magic === magics.labels) return `${expected}, this one holds labels`;
  if (magic >>> 16 === 0x1f8b) return `${expected}, this one is compressed (name it .gz)`;
  return `${expected}, got ${hex}`;
}

/** Unpacks gzip with the platform's own decompressor. @throws WorldError when it is damaged. */
export async function gunzip(bytes: Uint8Array<ArrayBuffer>, what: string): Promise<Uint8Array> {
  try {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (error) {
    throw new WorldError(`${what} is no sound gzip file: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}
