/**
 * A convolution in groups of channels, on planes: [channel][y][x][lanes], an image in each lane. In packs the pixels of one channel lie
 * far apart, often at distances that share a few sets of the first-level cache; a plane is contiguous. These kernels treat one pack.
 *
 * A window is `parts` blocks, `part` bytes apart, of `lines` lines, `line` bytes apart, of `taps` vectors that lie side by side. Weights
 * have the same order without gaps. `corners`: byte offset of every output's window in the planes of its group, a table of i32.
 */
import { spreadLine } from './layout';
import { spreadTaps, sumTaps } from './taps';
import { loadVector, storeVector, vectorBytes, vectorShift } from './vector';

/**
 * One pack [y][x][channel][lanes] -> planes. row, plane: bytes from one line of a plane to the next, and from plane to plane.
 */
export function packsToPlanes(src: usize, height: i32, width: i32, channels: i32, dst: usize, row: usize, plane: usize): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      spreadLine(src, channels, dst + (<usize>x << vectorShift), plane);
      src += <usize>channels << vectorShift;
    }
    dst += row;
  }
}

/** The inverse of packsToPlanes. */
export function planesToPacks(src: usize, row: usize, plane: usize, height: i32, width: i32, channels: i32, dst: usize): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      gatherLine(src + (<usize>x << vectorShift), plane, channels, dst);
      dst += <usize>channels << vectorShift;
    }
    src += row;
  }
}

/** The inverse of spreadLine. Exported, so that V8 compiles it on its own. */
export function gatherLine(src: usize, step: usize, vectors: i32, dst: usize): void {
  for (const end = dst + (<usize>vectors << vectorShift); dst < end; dst += vectorBytes) {
    const v = loadVector(src);
    storeVector(dst, v);
    src += step;
  }
}

/** The most taps of a line that one generated function handles. */
const mostTaps: i32 = 8;

/**
 * For all taps of one output channel: their sums (isSum) or dx. w: the sums or the weights, 1 << wShift bytes each. total: receives the sum of
 * dy (isSum).
 */
// @ts-ignore: decorator
@inline
function eachTap(
  isSum: bool, corners: usize, outputs: i32, image: usize, parts: i32, part: usize, lines: i32, line: usize, taps: i32,
  dy: usize, w: usize, wShift: usize, total: usize,
): void {
  const end = corners + (<usize>outputs << 2);
  const wLine = <usize>taps << wShift;
  for (let p = 0; p < parts; p++) {
    for (let t = 0; t < taps; t += mostTaps) {
      const some = min(taps - t, mostTaps);
      for (let l = 0; l < lines; ) {
        const first = image + <usize>l * line + (<usize>t << vectorShift);
        const to = w + <usize>l * wLine + (<usize>t << wShift);
        if (isSum) l += sumTaps(corners, end, first, line, dy, lines - l, some, to, wLine, total);
        else l += spreadTaps(corners, end, first, line, dy, lines - l, some, to, wLine, total);
      }
    }
    image += part;
    w += <usize>lines * wLine;
  }
}

/**
 * sums[o][tap] = the sum of dy[o] · x[tap], and totals[o] = the sum of dy[o], output by output: vectors. dy: planes `dyPlane` bytes apart.
 * group: bytes from the planes of one group to those of the next. groupOutputs: output channels of a group.
 */
export function groupedWeightSums(
  x: usize, group: usize, groupOutputs: i32, parts: i32, part: usize, lines: i32, line: usize, taps: i32, corners: usize,
  dy: usize, dyPlane: usize, outputs: i32, outChannels: i32, sums: usize, totals: usize,
): void {
  for (let o = 0; o < outChannels; o++) {
    const image = x + <usize>(o / groupOutputs) * group;
    eachTap(true, corners, outputs, image, parts, part, lines, line, taps, dy, sums, vectorShift, totals);
    sums += <usize>(parts * lines * taps) << vectorShift;
    totals += vectorBytes;
    dy += dyPlane;
  }
}

/** dx = the sum of weight[o][tap] · dy[o] over all outputs whose windows contain the element. bytes: of all planes of dx. */
export function groupedInputGradient(
  dx: usize, bytes: usize, group: usize, groupOutputs: i32, parts: i32, part: usize, lines: i32, line: usize, taps: i32, corners: usize,
  dy: usize, dyPlane: usize, outputs: i32, outChannels: i32, weights: usize,
): void {
  memory.fill(dx, 0, bytes);
  for (let o = 0; o < outChannels; o++) {
    const image = dx + <usize>(o / groupOutputs) * group;
    eachTap(false, corners, outputs, image, parts, part, lines, line, taps, dy, weights, 2, 0);
    weights += <usize>(parts * lines * taps) << 2;
    dy += dyPlane;
  }
}
