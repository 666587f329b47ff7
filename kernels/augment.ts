/**
 * Augmentation: writes a new version of one image into one lane of a pack. The image is first copied into a frame of
 * zeros, [channel][height + 3][width + 3] floats, whose pixel (x, y) has column x + 1 and row y + 1: a read next to the
 * image, clamped to the frame, then finds zeros. The caller clears the frame once; no kernel writes to its border.
 */
import { vectorShift } from './vector';

// @ts-ignore: decorator
@inline
const border: i32 = 3;

/** Pixels [channel][height][width] of bytes -> frame, pixel / 255. */
export function frameBytes(image: usize, channels: i32, height: i32, width: i32, frame: usize): void {
  const divisor = f32x4.splat(255);
  const pitch = <usize>(width + border) << 2;
  const whole = width & ~3;
  for (let c = 0; c < channels; c++) {
    let line = frame + pitch + 4;
    for (let y = 0; y < height; y++) {
      let to = line;
      let x = 0;
      for (; x < whole; x += 4) {
        const four = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(image)));
        v128.store(to, f32x4.div(f32x4.convert_i32x4_s(four), divisor));
        image += 4;
        to += 16;
      }
      for (; x < width; x++) {
        store<f32>(to, <f32>load<u8>(image) / 255);
        image++;
        to += 4;
      }
      line += pitch;
    }
    frame += <usize>(height + border) * pitch;
  }
}

/** frameBytes for floats, which are not scaled. */
export function frameFloats(image: usize, channels: i32, height: i32, width: i32, frame: usize): void {
  const pitch = <usize>(width + border) << 2;
  const row = <usize>width << 2;
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      memory.copy(frame + <usize>(y + 1) * pitch + 4, image, row);
      image += row;
    }
    frame += <usize>(height + border) * pitch;
  }
}

/** A whole number from 0 to 2^23 - 1 in each lane, from float to integer: its bits are the last ones of 2^23 + it. */
// @ts-ignore: decorator
@inline
function toInteger(whole: v128): v128 {
  const base = f32x4.splat(8388608);
  return v128.xor(f32x4.add(whole, base), base);
}

/** Two floats from p and two from q. */
// @ts-ignore: decorator
@inline
function pair(p: usize, q: usize): v128 {
  return v128.load_lane<u64>(q, v128.load64_zero(p), 1);
}

/**
 * Output pixel o = (ox, oy) is the frame's image read at c + M·(o - c) + offset + field, with M = [[xx, xy], [yx, yy]]
 * and c the image's centre, interpolated linearly between the four pixels around, zero outside the image.
 * fieldX, fieldY: a row of noise for each row of the image, `columns` floats apart, a multiple of 4; the field is
 * factorX and factorY times them. fieldX 0: none. dst: the lane of the first element [height][width][channels][lanes].
 * height, width: below 2^23.
 */
export function resample(
  frame: usize, channels: i32, height: i32, width: i32, xx: f32, xy: f32, yx: f32, yy: f32, offsetX: f32, offsetY: f32,
  fieldX: usize, fieldY: usize, columns: i32, factorX: f32, factorY: f32, dst: usize,
): void {
  const pitch = <usize>(width + border) << 2;
  const plane = <usize>(height + border) * pitch;
  const centreX = <f32>(width - 1) / 2;
  const centreY = <f32>(height - 1) / 2;
  const one = f32x4.splat(1);
  const least = f32x4.splat(-1);
  const mostX = f32x4.splat(<f32>width);
  const mostY = f32x4.splat(<f32>height);
  const alongX = f32x4.splat(xx);
  const alongY = f32x4.splat(yx);
  const bendX = f32x4.splat(factorX);
  const bendY = f32x4.splat(factorY);
  const rowBytes = i32x4.splat(<i32>pitch);
  const step = <usize>channels << vectorShift;
  const fieldRow = fieldX ? <usize>columns << 2 : 0;
  for (let oy = 0; oy < height; oy++) {
    const down = <f32>oy - centreY;
    const rowX = f32x4.splat(centreX + offsetX + xy * down);
    const rowY = f32x4.splat(centreY + offsetY + yy * down);
    let right = f32x4.sub(f32x4(0, 1, 2, 3), f32x4.splat(centreX));
    for (let ox = 0; ox < width; ox += 4) {
      let x = f32x4.add(rowX, f32x4.mul(alongX, right));
      let y = f32x4.add(rowY, f32x4.mul(alongY, right));
      right = f32x4.add(right, f32x4.splat(4));
      if (fieldX) {
        x = f32x4.add(x, f32x4.mul(bendX, v128.load(fieldX + (<usize>ox << 2))));
        y = f32x4.add(y, f32x4.mul(bendY, v128.load(fieldY + (<usize>ox << 2))));
      }
      x = f32x4.pmin(f32x4.pmax(x, least), mostX);
      y = f32x4.pmin(f32x4.pmax(y, least), mostY);
      const wholeX = f32x4.floor(x);
      const wholeY = f32x4.floor(y);
      const shareX = f32x4.sub(x, wholeX);
      const shareY = f32x4.sub(y, wholeY);
      const column = i32x4.shl(toInteger(f32x4.add(wholeX, one)), 2);
      const at = i32x4.add(i32x4.mul(toInteger(f32x4.add(wholeY, one)), rowBytes), column);
      let p0 = frame + <usize>i32x4.extract_lane(at, 0);
      let p1 = frame + <usize>i32x4.extract_lane(at, 1);
      let p2 = frame + <usize>i32x4.extract_lane(at, 2);
      let p3 = frame + <usize>i32x4.extract_lane(at, 3);
      const used = width - ox;
      let to = dst;
      for (let c = channels; ; ) {
        const above01 = pair(p0, p1);
        const above23 = pair(p2, p3);
        const below01 = pair(p0 + pitch, p1 + pitch);
        const below23 = pair(p2 + pitch, p3 + pitch);
        const aboveLeft = v128.shuffle<f32>(above01, above23, 0, 2, 4, 6);
        const aboveRight = v128.shuffle<f32>(above01, above23, 1, 3, 5, 7);
        const belowLeft = v128.shuffle<f32>(below01, below23, 0, 2, 4, 6);
        const belowRight = v128.shuffle<f32>(below01, below23, 1, 3, 5, 7);
        const above = f32x4.add(aboveLeft, f32x4.mul(shareX, f32x4.sub(aboveRight, aboveLeft)));
        const below = f32x4.add(belowLeft, f32x4.mul(shareX, f32x4.sub(belowRight, belowLeft)));
        const value = f32x4.add(above, f32x4.mul(shareY, f32x4.sub(below, above)));
        v128.store_lane<f32>(to, value, 0);
        if (used > 1) v128.store_lane<f32>(to + step, value, 1);
        if (used > 2) v128.store_lane<f32>(to + 2 * step, value, 2);
        if (used > 3) v128.store_lane<f32>(to + 3 * step, value, 3);
        if (--c == 0) break;
        to += <usize>1 << vectorShift;
        p0 += plane;
        p1 += plane;
        p2 += plane;
        p3 += plane;
      }
      dst += step * <usize>min(used, 4);
    }
    fieldX += fieldRow;
    fieldY += fieldRow;
  }
}

/** Zeroes the pixels [top, bottom) x [left, right) of one lane. dst: the lane of the first element, as for resample. */
export function eraseBox(
  dst: usize, channels: i32, width: i32, left: i32, top: i32, right: i32, bottom: i32,
): void {
  for (let y = top; y < bottom; y++) {
    const from = (y * width + left) * channels;
    const to = (y * width + right) * channels;
    for (let i = from; i < to; i++) store<f32>(dst + (<usize>i << vectorShift), 0);
  }
}
