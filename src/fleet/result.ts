/** A training's result as a worker sends it: foreign data, checked on arrival, and its digest. */
import { z } from 'zod';
import { WorldError } from '../base/errors.ts';
import { sha256Of } from '../disk/sha256.ts';
import type { EpochPoint } from '../study/trial.ts';
import { canonicalJson } from './canonical-json.ts';

/** The largest text of a result (characters). */
export const mostResultText = 4 * 2 ** 20;
/** The largest file of a training: model, predictions, checkpoint (bytes). */
export const mostFileBytes = 2 ** 28;

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const seconds = z.number().nonnegative();
const metrics = z.strictObject({
  loss: z.number(),
  accuracy: z.number().min(0).max(1),
  balancedAccuracy: z.number().min(0).max(1).optional(),
});
const point = z.strictObject({
  epoch: z.int().nonnegative(),
  score: z.number(),
  train: metrics.optional(),
  selection: metrics.optional(),
  seconds: z.strictObject({ train: seconds, evaluate: seconds }).optional(),
});
const end = z.discriminatedUnion('state', [
  /** `wrong`: base64, one bit an image, as in the journal. */
  z.strictObject({
    state: z.literal('finished'),
    wrong: z
      .base64()
      .max(2 ** 21)
      .optional(),
  }),
  z.strictObject({ state: z.literal('paused') }),
  z.strictObject({ state: z.literal('failed'), message: z.string().max(10_000) }),
]);
const schema = z.strictObject({
  points: z.array(point).max(100_000),
  end,
  /** The text of config.json, and the SHA-256 of the other files. Absent where nothing is kept. */
  files: z.strictObject({ config: z.string().max(2 ** 20), model: hash, predictions: hash }).optional(),
});

/** What became of a training. */
export interface WorkResult {
  readonly points: readonly EpochPoint[];
  readonly end:
    | { readonly state: 'finished'; readonly wrong?: string | undefined }
    | { readonly state: 'paused' }
    | { readonly state: 'failed'; readonly message: string };
  readonly files?: { readonly config: string; readonly model: string; readonly predictions: string } | undefined;
}

/**
 * A result from elsewhere. @param from names the worker. @throws WorldError for a text that is too long, is no JSON, has
 * other fields, epochs out of order, or another digest than the worker says.
 */
export function parseResult(text: string, digest: string, from: string): WorkResult {
  const refuse = (why: string) => new WorldError(`the result of ${from} is not acceptable: ${why}`);
  if (text.length > mostResultText) throw refuse(`it has ${text.length} characters, at most ${mostResultText} are`);
  const read = schema.safeParse(jsonOf(text));
  if (!read.success) throw refuse(z.prettifyError(read.error));
  const result = exact(read.data);
  const { points } = result;
  const isInOrder = points.every(({ epoch }, index) => index === 0 || epoch > points[index - 1]!.epoch);
  if (!isInOrder) throw refuse('its epochs are out of order');
  if (digestOfResult(result) !== digest) throw refuse('its digest is not that of its content');
  return result;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The result without the fields that are present and undefined. */
function exact({ points, end, files }: z.infer<typeof schema>): WorkResult {
  const cleaned = points.map(({ epoch, score, train, selection, seconds }): EpochPoint => {
    const set = (one: z.infer<typeof metrics>) => ({
      loss: one.loss,
      accuracy: one.accuracy,
      ...(one.balancedAccuracy === undefined ? {} : { balancedAccuracy: one.balancedAccuracy }),
    });
    return {
      epoch,
      score,
      ...(train ? { train: set(train) } : {}),
      ...(selection ? { selection: set(selection) } : {}),
      ...(seconds ? { seconds } : {}),
    };
  });
  return { points: cleaned, end, ...(files ? { files } : {}) };
}

/**
 * SHA-256 of what the training determines: two machines that train the same order have the same digest. Times and the
 * text of config.json, which names folders, do not count.
 */
export function digestOfResult({ points, end, files }: WorkResult): string {
  const determined = points.map(({ seconds: _, ...rest }) => rest);
  const { model, predictions } = files ?? {};
  return sha256Of(canonicalJson({ points: determined, end, model, predictions }));
}
