/** `lenet predict`: predicts the digits in PNG images. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { UsageError, WorldError } from '../base/errors.ts';
import { exactJson, visible } from '../base/plain-text.ts';
import { rasterToGrey } from '../data/raster.ts';
import { requireModel } from '../runner/ended-trial.ts';
import { loadModel } from '../runner/model-file.ts';
import { readPng } from '../runner/png.ts';
import { type Prediction, predictor } from '../train/evaluate.ts';
import type { Output } from './output.ts';

/**
 * Prints a line or a JSON object for each image. An image that cannot be read gives a line on standard error (and with
 * `json` an object with `error`); the other images are still predicted. Ends early when nobody reads the output any
 * more (`lenet predict ... | head -1`).
 * @returns the exit code: 1 if an image could not be read.
 */
export async function predictImages(
  modelPath: string,
  images: readonly string[],
  { json, output }: { readonly json: boolean; readonly output: Output },
): Promise<number> {
  requireModel(modelPath);
  const { model, weights, notes } = loadModel(modelPath);
  for (const note of notes) process.stderr.write(`note: ${visible(note)}\n`);
  const [, height, width] = model.input;
  const predict = predictor(model, weights);
  let exitCode = 0;
  for (const image of images) {
    // The failure of the last write arrives in this turn of the event loop.
    await nextTurn();
    if (!output.isOpen) break;
    try {
      const prediction = predict(rasterToGrey(readPng(image), height, width));
      process.stdout.write(`${json ? predictionJson(image, prediction) : predictionText(image, prediction)}\n`);
    } catch (error) {
      if (!(error instanceof WorldError || error instanceof UsageError)) throw error;
      exitCode = 1;
      process.stderr.write(`error: ${visible(error.message)}\n`);
      if (json) process.stdout.write(`${exactJson({ image, error: error.message })}\n`);
    }
  }
  return exitCode;
}

function predictionJson(image: string, { class: digit, probabilities }: Prediction): string {
  return exactJson({ image, digit, probabilities });
}

function predictionText(image: string, { class: digit, probabilities }: Prediction): string {
  return `${visible(image)}: ${digit}   ${listed(probabilities)}`;
}

/** `7: 99.8 %  2: 0.1 %`: the classes by probability, the largest first, down to those that round to 0.1 %. */
function listed(probabilities: readonly number[]): string {
  return probabilities
    .map((probability, digit) => ({ probability, digit }))
    .sort((a, b) => b.probability - a.probability)
    .filter(({ probability }, place) => place === 0 || probability >= 0.0005)
    .map(({ probability, digit }) => `${digit}: ${(100 * probability).toFixed(1)} %`)
    .join('  ');
}
