/** A loaded data set as one file, so that a worker needs neither the source nor its reader. */
import { z } from 'zod';
import { WorldError } from '../base/errors.ts';
import { areBytes, checkedDataset, type Dataset } from '../data/dataset.ts';
import { colourings, framings, grounds, type LoadedData, resizings } from '../data/source.ts';

const signature = 'lenet data 1\n';
/** The longest header (bytes). */
const mostHeaderBytes = 2 ** 20;

const text = z.string().max(10_000);
const set = z.strictObject({
  name: text,
  pixels: z.enum(['bytes', 'floats']),
  images: z.int().positive().max(1e9),
  shape: z.tuple([z.int().positive(), z.int().positive(), z.int().positive()]),
  classes: z.int().positive(),
  classNames: z.array(text).optional(),
});
const schema = z.strictObject({
  name: text,
  format: text,
  hash: text,
  pictures: z.strictObject({ ground: z.enum(grounds), framing: z.enum(framings) }),
  options: z
    .strictObject({
      size: z.tuple([z.int(), z.int()]).optional(),
      resize: z.enum(resizings).optional(),
      colour: z.enum(colourings).optional(),
      label: text.optional(),
      skipUnreadable: z.boolean().optional(),
    })
    .optional(),
  train: set,
  test: set,
});

/** The bytes of a data set: a header in JSON, then images and labels of both sets. No name of a file is in it. */
export function encodeData({ name, format, hash, pictures, options, train, test }: LoadedData): Uint8Array {
  const header = {
    name,
    format,
    hash,
    pictures,
    ...(options ? { options } : {}),
    train: about(train),
    test: about(test),
  };
  const json = Buffer.from(`${JSON.stringify(header)}\n`);
  return Buffer.concat([Buffer.from(signature), json, ...[train, test].flatMap(bytesOf)]);
}

function about({ name, images, labels, shape, classes, classNames }: Dataset): z.infer<typeof set> {
  const names = classNames ? { classNames: [...classNames] } : {};
  const [channels, height, width] = shape;
  const pixels = areBytes(images) ? 'bytes' : 'floats';
  return { name, pixels, images: labels.length, shape: [channels, height, width], classes, ...names };
}

function bytesOf({ images, labels }: Dataset): Uint8Array[] {
  return [new Uint8Array(images.buffer, images.byteOffset, images.byteLength), labels];
}

/** @param source the place in words. @throws WorldError for what is no such file. */
export function decodeData(file: Uint8Array, source: string): LoadedData {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const begin = signature.length;
  const end = bytes.subarray(0, begin + mostHeaderBytes).indexOf(0x0a, begin);
  if (bytes.subarray(0, begin).toString() !== signature || end < 0) throw new WorldError(`${source} is no data set`);
  const { train, test, options, ...header } = schema.parse(JSON.parse(bytes.subarray(begin, end).toString('utf8')));
  let at = end + 1;
  const take = (length: number) => {
    const part = Uint8Array.from(bytes.subarray(at, at + length));
    at += length;
    return part;
  };
  const read = ({ pixels, images: count, classNames, ...rest }: z.infer<typeof set>): Dataset => {
    const values = count * rest.shape.reduce((product, size) => product * size, 1);
    const images = pixels === 'bytes' ? take(values) : new Float32Array(take(4 * values).buffer);
    const labels = take(count);
    return checkedDataset({ ...rest, images, labels, ...(classNames ? { classNames } : {}) }, source);
  };
  const sets = { train: read(train), test: read(test) };
  if (at !== bytes.length) throw new WorldError(`${source} is cut short or too long`);
  const { size, resize, colour, label, skipUnreadable } = options ?? {};
  const known = {
    ...(size ? { size } : {}),
    ...(resize ? { resize } : {}),
    ...(colour ? { colour } : {}),
    ...(label === undefined ? {} : { label }),
    ...(skipUnreadable === undefined ? {} : { skipUnreadable }),
  };
  return { ...header, ...sets, ...(options ? { options: known } : {}), source, folder: null };
}
