/** Puts the colours of pixels into planes, the order of a data set's images. */

/**
 * Images [image][y][x][channel] as [image][channel][y][x].
 * @param pixels of one plane: height * width.
 */
export function planesOf<T extends Uint8Array | Float32Array>(images: T, channels: number, pixels: number): T {
  if (channels === 1) return images;
  const out = images.slice() as T;
  for (let image = 0; image < images.length; image += channels * pixels) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      for (let c = 0; c < channels; c++) out[image + c * pixels + pixel] = images[image + pixel * channels + c]!;
    }
  }
  return out;
}

/** Square or oblong images [image][x][y] as [image][y][x]: each image mirrored along its diagonal. */
export function transposed(images: Uint8Array, height: number, width: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(images.length);
  for (let image = 0; image < images.length; image += height * width) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) out[image + y * width + x] = images[image + x * height + y]!;
    }
  }
  return out;
}
