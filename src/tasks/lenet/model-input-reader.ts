/** Reads and checks what a model knows of its input: the file may be damaged, or other software may have written it. */
import { z } from 'zod';
import { WorldError } from '../../base/errors.ts';
import { mostClasses, mostImagePixels } from '../../data/dataset.ts';
import { framings, grounds } from '../../data/source.ts';
import type { ModelInput } from './model-input.ts';

const size = z.int().min(1).max(mostImagePixels);
const schema = z
  .strictObject({
    data: z.string(),
    shape: z.tuple([size, size, size]),
    classNames: z.array(z.string()).min(1).max(mostClasses),
    ground: z.enum(grounds),
    framing: z.enum(framings),
    orientation: z.literal('upright'),
    normalization: z.strictObject({ mean: z.array(z.number()), deviation: z.array(z.number().min(1e-30)) }).nullable(),
  })
  .refine(({ shape: [channels, height, width] }) => channels * height * width <= mostImagePixels, {
    path: ['shape'],
    error: 'the images are too large',
  })
  .refine(
    ({ shape: [channels], normalization }) =>
      normalization === null ||
      [normalization.mean, normalization.deviation].every(({ length }) => length === channels),
    { path: ['normalization'], error: 'expected a number for each channel' },
  );

/** Checks an input that was read from a file. @param what names the file in errors. @throws WorldError in one line. */
export function checkModelInput(value: unknown, what: string): ModelInput {
  const { data, error } = schema.safeParse(value);
  if (data) return data;
  const [issue] = error.issues;
  const place = issue?.path.join('.');
  throw new WorldError(`${what}: its input${place ? `, ${place},` : ''} cannot be read: ${issue?.message}`);
}

/** Reads an input from the metadata of a model's file. @param what names the file in errors. @throws WorldError in one line. */
export function parseModelInput(text: string, what: string): ModelInput {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new WorldError(`${what}: its input cannot be read: it is not valid JSON`, { cause: error });
  }
  return checkModelInput(value, what);
}
