/** A contact sheet: some images of every class of a data set, in one picture. */
import { checkInteger } from '../base/argument.ts';
import { checkedDataset, type Dataset } from './dataset.ts';
import { type Picture, pictureOf, shrunk } from './picture.ts';

/** The longest side of an image on a sheet (pixels). */
export const mostSide = 64;
/** Pixels between images. */
const gap = 2;
/** The grey between images. */
const ground = 128;

/** The places of up to `perClass` images of each class, evenly spread over the set. */
export function examples({ labels, classes }: Dataset, perClass: number): readonly (readonly number[])[] {
  const byClass = Array.from({ length: classes }, () => [] as number[]);
  for (const [image, label] of labels.entries()) byClass[label]!.push(image);
  return byClass.map((all) => {
    const count = Math.min(perClass, all.length);
    return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]!);
  });
}

/**
 * A row of images for each class, in the order of the classes; the row of a class without images is empty. Images with
 * more than 64 pixels a side are made smaller.
 * @param perClass images in a row, 1 to 100.
 */
export function contactSheet(dataset: Dataset, perClass = 10): Picture {
  checkInteger('contactSheet(): perClass', perClass, 1, 100);
  const set = checkedDataset(dataset, 'contactSheet()');
  const rows = examples(set, perClass).map((images) => images.map((image) => shrunk(pictureOf(set, image), mostSide)));
  return sheetOf(rows, perClass);
}

/**
 * Rows of pictures of one size on a sheet; a row may be shorter than others.
 * @param rows at least one picture. @param columns pictures that fit in a row. Default: those of the longest.
 */
export function sheetOf(
  rows: readonly (readonly Picture[])[],
  columns = Math.max(...rows.map(({ length }) => length)),
): Picture {
  const [cell] = rows.flat();
  const { width: across, height: down, channels } = cell!;
  const width = columns * (across + gap) + gap;
  const height = rows.length * (down + gap) + gap;
  const data = new Uint8Array(width * height * channels).fill(ground);
  for (const [row, pictures] of rows.entries()) {
    for (const [column, picture] of pictures.entries()) {
      for (let y = 0; y < down; y++) {
        const line = picture.data.subarray(y * across * channels, (y + 1) * across * channels);
        const [left, top] = [gap + column * (across + gap), gap + row * (down + gap) + y];
        data.set(line, (top * width + left) * channels);
      }
    }
  }
  return { width, height, channels, data };
}
