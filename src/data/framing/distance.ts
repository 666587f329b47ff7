/** Distances from each pixel to the nearest pixel of a mask. */
import type { Mask, Plane } from './plane.ts';

/** Farther than any pixel of a picture. */
const far = 1e12;

/**
 * Exact Euclidean distances, in pixels, between centres of pixels: 0 in the mask. In linear time. Source:
 * P. Felzenszwalb and D. Huttenlocher, "Distance transforms of sampled functions", Theory of Computing 8, 2012.
 */
export function distanceTo({ width, height, data }: Mask): Plane {
  const squares = Float64Array.from(data, (inside) => (inside === 1 ? 0 : far));
  const longest = Math.max(width, height);
  const room = {
    line: new Float64Array(longest),
    vertices: new Int32Array(longest),
    bounds: new Float64Array(longest + 1),
  };
  for (let x = 0; x < width; x++) transformLine(squares, x, width, height, room);
  for (let y = 0; y < height; y++) transformLine(squares, y * width, 1, width, room);
  return { width, height, data: Float32Array.from(squares, Math.sqrt) };
}

interface Room {
  readonly line: Float64Array;
  /** The places of the parabolas of the lower envelope. */
  readonly vertices: Int32Array;
  /** Where each parabola of the envelope begins to be the lowest. */
  readonly bounds: Float64Array;
}

function transformLine(
  squares: Float64Array,
  from: number,
  step: number,
  length: number,
  { line, vertices, bounds }: Room,
): void {
  for (let i = 0; i < length; i++) line[i] = squares[from + i * step]!;
  let last = 0;
  vertices[0] = 0;
  bounds[0] = -Infinity;
  bounds[1] = Infinity;
  const meeting = (q: number, p: number) => (line[q]! + q * q - (line[p]! + p * p)) / (2 * q - 2 * p);
  for (let q = 1; q < length; q++) {
    let bound = meeting(q, vertices[last]!);
    while (bound <= bounds[last]!) {
      last--;
      bound = meeting(q, vertices[last]!);
    }
    last++;
    vertices[last] = q;
    bounds[last] = bound;
    bounds[last + 1] = Infinity;
  }
  for (let q = 0, k = 0; q < length; q++) {
    while (bounds[k + 1]! < q) k++;
    const p = vertices[k]!;
    squares[from + q * step] = (q - p) ** 2 + line[p]!;
  }
}
