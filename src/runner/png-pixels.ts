/** The pixels in the unpacked rows of a PNG picture. Source: the PNG specification, sections 7 to 9. */

/** What the header of a PNG picture says. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits per sample: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  /** Samples per pixel; 1 for indices of a palette. */
  readonly channels: number;
  readonly isPalette: boolean;
  readonly isInterlaced: boolean;
}

/** Pixels of a picture that lie at even distances: all of them, or those of one pass of an interlaced picture. */
interface Pass {
  readonly left: number;
  readonly top: number;
  /** Steps from one pixel to the next. */
  readonly across: number;
  readonly down: number;
  readonly columns: number;
  readonly rows: number;
  /** Bytes of a row without the byte of its filter. */
  readonly rowBytes: number;
}

/** First column, first row, step of columns, step of rows of the seven passes of an interlaced picture (Adam7). */
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

function passesOf({ width, height, depth, channels, isInterlaced }: PngHeader): Pass[] {
  const steps = isInterlaced ? adam7 : ([[0, 0, 1, 1]] as const);
  return steps
    .map(([left, top, across, down]) => {
      const columns = Math.max(0, Math.ceil((width - left) / across));
      const rows = Math.max(0, Math.ceil((height - top) / down));
      return { left, top, across, down, columns, rows, rowBytes: Math.ceil((columns * channels * depth) / 8) };
    })
    .filter(({ columns, rows }) => columns > 0 && rows > 0);
}

/** The bytes of all rows, each with the byte of its filter. */
export function unpackedBytes(header: PngHeader): number {
  return passesOf(header).reduce((sum, { rows, rowBytes }) => sum + rows * (1 + rowBytes), 0);
}

/**
 * The samples [y][x][channel] of the rows, as they stand: greys of less than 8 bits are not scaled. The rows are
 * overwritten, and for pictures of 8 bits without interlacing the samples lie in their memory.
 * @param rows as many bytes as {@link unpackedBytes} says. @throws Error for a filter that does not exist.
 */
export function samplesOf(rows: Uint8Array, header: PngHeader): Uint8Array | Uint16Array {
  const { width, height, depth, channels } = header;
  const passes = passesOf(header);
  const bytesPerPixel = Math.max(1, (channels * depth) / 8);
  if (depth === 8 && !header.isInterlaced) return unfiltered(rows, passes[0]!, bytesPerPixel);
  const samples = depth === 16 ? new Uint16Array(width * height * channels) : new Uint8Array(width * height * channels);
  let begin = 0;
  for (const pass of passes) {
    const end = begin + pass.rows * (1 + pass.rowBytes);
    const bytes = unfiltered(rows.subarray(begin, end), pass, bytesPerPixel);
    for (let row = 0; row < pass.rows; row++) {
      const line = bytes.subarray(row * pass.rowBytes, (row + 1) * pass.rowBytes);
      for (let column = 0; column < pass.columns; column++) {
        const to = ((pass.top + row * pass.down) * width + pass.left + column * pass.across) * channels;
        for (let c = 0; c < channels; c++) samples[to + c] = sampleOf(line, column * channels + c, depth);
      }
    }
    begin = end;
  }
  return samples;
}

function sampleOf(line: Uint8Array, index: number, depth: number): number {
  if (depth === 8) return line[index]!;
  if (depth === 16) return 256 * line[2 * index]! + line[2 * index + 1]!;
  const bit = index * depth;
  return (line[bit >> 3]! >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
}

/** Undoes the filters of rows, and moves the rows together: the bytes of the filters fall away. */
function unfiltered(bytes: Uint8Array, { rows, rowBytes }: Pass, bytesPerPixel: number): Uint8Array {
  for (let row = 0; row < rows; row++) {
    const from = row * (rowBytes + 1);
    const to = row * rowBytes;
    const filter = bytes[from]!;
    if (filter > 4) throw new Error(`a row has the filter ${filter}`);
    for (let i = 0; i < rowBytes; i++) {
      const left = i < bytesPerPixel ? 0 : bytes[to + i - bytesPerPixel]!;
      const above = row === 0 ? 0 : bytes[to + i - rowBytes]!;
      const corner = row === 0 || i < bytesPerPixel ? 0 : bytes[to + i - rowBytes - bytesPerPixel]!;
      bytes[to + i] = bytes[from + 1 + i]! + predicted(filter, left, above, corner);
    }
  }
  return bytes.subarray(0, rows * rowBytes);
}

/** What a filter expects of a byte. Table 9.1 of the specification. */
function predicted(filter: number, left: number, above: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return above;
  if (filter === 3) return (left + above) >> 1;
  const estimate = left + above - corner;
  const toLeft = Math.abs(estimate - left);
  const toAbove = Math.abs(estimate - above);
  const toCorner = Math.abs(estimate - corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}
