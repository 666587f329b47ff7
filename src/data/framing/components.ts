/** The connected pieces of a mask. */
import type { Box, Mask } from './plane.ts';

/** A connected piece: its pixels and the box around them. */
export interface Component extends Box {
  /** Indices y * width + x of the mask. */
  readonly pixels: Int32Array;
}

/** The pieces whose pixels touch at a side or a corner, from top to bottom. */
export function componentsOf({ width, height, data }: Mask): Component[] {
  const isSeen = new Uint8Array(data.length);
  const stack = new Int32Array(data.length);
  const found: Component[] = [];
  for (let start = 0; start < data.length; start++) {
    if (data[start] === 0 || isSeen[start] === 1) continue;
    // The stack keeps every pixel: what lies below `next` has been visited.
    let length = 1;
    stack[0] = start;
    isSeen[start] = 1;
    let [left, right, top, bottom] = [width, 0, height, 0];
    for (let next = 0; next < length; next++) {
      const at = stack[next]!;
      const [x, y] = [at % width, Math.floor(at / width)];
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const neighbour = ny * width + nx;
          if (data[neighbour] === 0 || isSeen[neighbour] === 1) continue;
          isSeen[neighbour] = 1;
          stack[length++] = neighbour;
        }
      }
    }
    found.push({ pixels: stack.slice(0, length), left, top, width: right - left + 1, height: bottom - top + 1 });
  }
  return found;
}

/** The box around one box or more. */
export function boxAround(boxes: readonly Box[]): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, 0, 0];
  for (const box of boxes) {
    [left, right] = [Math.min(left, box.left), Math.max(right, box.left + box.width)];
    [top, bottom] = [Math.min(top, box.top), Math.max(bottom, box.top + box.height)];
  }
  return { left, top, width: right - left, height: bottom - top };
}
