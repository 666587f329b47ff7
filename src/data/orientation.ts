/** Turns pictures upright by the orientation that a camera recorded. Source: Exif 2.32, tag 0x0112; TIFF 6.0. */
import type { Raster } from './raster.ts';

const orientationTag = 0x0112;

/**
 * The orientation in EXIF data: 1 (upright) to 8. 1 where the data do not say, or are damaged: pixels count more than
 * a note about them.
 * @param exif a TIFF header and what follows it, after `Exif\0\0` if that is there.
 */
export function exifOrientation(exif: Uint8Array): number {
  const hasPrefix = String.fromCharCode(...exif.subarray(0, 6)) === 'Exif\0\0';
  const tiff = hasPrefix ? exif.subarray(6) : exif;
  if (tiff.length < 8) return 1;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const isLittle = view.getUint16(0) === 0x4949;
  if (!isLittle && view.getUint16(0) !== 0x4d4d) return 1;
  const directory = view.getUint32(4, isLittle);
  if (directory + 2 > tiff.length) return 1;
  const entries = view.getUint16(directory, isLittle);
  for (let entry = 0, at = directory + 2; entry < entries && at + 12 <= tiff.length; entry++, at += 12) {
    if (view.getUint16(at, isLittle) !== orientationTag) continue;
    const orientation = view.getUint16(at + 8, isLittle);
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
  }
  return 1;
}

/** The picture as it is meant to be seen. @param orientation 1 to 8, as {@link exifOrientation} gives it. */
export function upright(raster: Raster, orientation: number): Raster {
  if (orientation === 1) return raster;
  const { width, height, channels, white, data } = raster;
  // From 5 on, the recorded rows are columns of the picture.
  const isTurned = orientation >= 5;
  const mirrorsColumns = [2, 3, 7, 8].includes(orientation);
  const mirrorsRows = [3, 4, 6, 7].includes(orientation);
  const [outWidth, outHeight] = isTurned ? [height, width] : [width, height];
  const out = white > 255 ? new Uint16Array(data.length) : new Uint8Array(data.length);
  for (let y = 0, to = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      const [column, row] = isTurned ? [y, x] : [x, y];
      const fromX = mirrorsColumns ? width - 1 - column : column;
      const fromY = mirrorsRows ? height - 1 - row : row;
      const from = (fromY * width + fromX) * channels;
      for (let c = 0; c < channels; c++) out[to++] = data[from + c]!;
    }
  }
  return { width: outWidth, height: outHeight, channels, white, data: out };
}
