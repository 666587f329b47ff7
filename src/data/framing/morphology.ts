/** The largest and the smallest values around each pixel, which close and open a picture. */
import type { Plane } from './plane.ts';

/** The largest value in the square of `reach` pixels to each side. */
export function largest(plane: Plane, reach: number): Plane {
  const { width, height } = plane;
  const data = Float32Array.from(plane.data);
  const room = new Int32Array(Math.max(width, height));
  const line = new Float32Array(room.length);
  for (let y = 0; y < height; y++) largestAlong(data, { from: y * width, step: 1, length: width, reach }, line, room);
  for (let x = 0; x < width; x++) largestAlong(data, { from: x, step: width, length: height, reach }, line, room);
  return { width, height, data };
}

/** The smallest value in the square of `reach` pixels to each side. */
export function smallest(plane: Plane, reach: number): Plane {
  return negated(largest(negated(plane), reach));
}

function negated({ width, height, data }: Plane): Plane {
  return { width, height, data: data.map((value) => -value) };
}

interface Line {
  readonly from: number;
  readonly step: number;
  readonly length: number;
  readonly reach: number;
}

/**
 * Replaces each value of a line by the largest within reach, in linear time. `queue` holds the places whose values may
 * still become the largest, in falling order. Source: D. Lemire, "Streaming maximum-minimum filter using no more than
 * three comparisons per element", Nordic Journal of Computing 13(4), 2006.
 */
function largestAlong(
  data: Float32Array,
  { from, step, length, reach }: Line,
  line: Float32Array,
  queue: Int32Array,
): void {
  for (let i = 0; i < length; i++) line[i] = data[from + i * step]!;
  let [head, tail] = [0, 0];
  for (let i = 0, next = 0; i < length; i++) {
    for (; next < length && next <= i + reach; next++) {
      while (tail > head && line[queue[tail - 1]!]! <= line[next]!) tail--;
      queue[tail++] = next;
    }
    if (queue[head]! < i - reach) head++;
    data[from + i * step] = line[queue[head]!]!;
  }
}
