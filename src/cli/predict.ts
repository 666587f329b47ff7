/** `lenet predict`: predicts the class of pictures. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { UsageError, WorldError } from '../base/errors.ts';
import { exactJson, visible } from '../base/plain-text.ts';
import type { FramedPicture } from '../data/framing/mnist-framing.ts';
import { modelPicture } from '../data/framing/model-picture.ts';
import { areDigits } from '../data/mnist.ts';
import { loadModel } from '../runner/model-file.ts';
import { readPicture } from '../runner/picture-file.ts';
import { checkPicturePaths, type PictureInput, picturesAt } from '../runner/picture-inputs.ts';
import { type Prediction, predictor } from '../train/evaluate.ts';
import { pathOfModel } from './named-model.ts';
import type { Output } from './output.ts';

/** What is said of a picture: its class, or why it has none. */
type Answer = ({ readonly kind: 'class' } & Prediction) | Exclude<FramedPicture, { readonly kind: 'one' }>;

/**
 * Prints a line or a JSON object for each picture. A picture that cannot be read gives a line on standard error (and
 * with `json` an object with `error`); the other pictures are still predicted. Ends early when nobody reads the output
 * any more (`lenet predict ... | head -1`).
 * @param images files, folders, and `-` for standard input.
 * @returns the exit code: 1 if a picture could not be read, shows nothing, or shows more than one digit.
 */
export async function predictImages(
  modelPath: string,
  images: readonly string[],
  { json, output }: { readonly json: boolean; readonly output: Output },
): Promise<number> {
  checkPicturePaths(images);
  const { model, weights, notes, input } = loadModel(await pathOfModel(modelPath));
  for (const note of notes) process.stderr.write(`note: ${visible(note)}\n`);
  const predict = predictor(model, weights);
  const answerTo = async (picture: PictureInput): Promise<Answer> => {
    const raster = await readPicture(await picture.read(), picture.name);
    const framed = modelPicture(raster, input);
    return framed.kind === 'one' ? { kind: 'class', ...predict(framed.pixels) } : framed;
  };
  let exitCode = 0;
  const fail = (image: string, error: unknown) => {
    if (!(error instanceof WorldError || error instanceof UsageError)) throw error;
    exitCode = 1;
    process.stderr.write(`error: ${visible(error.message)}\n`);
    if (json) process.stdout.write(`${exactJson({ image, error: error.message })}\n`);
  };
  for (const image of images) {
    for (const picture of inputsOf(image, fail)) {
      // The failure of the last write arrives in this turn of the event loop.
      await nextTurn();
      if (!output.isOpen) return exitCode;
      try {
        const answer = await answerTo(picture);
        if (answer.kind !== 'class') exitCode = 1;
        const line = json
          ? exactJson({ image: picture.name, ...jsonOf(answer, input.classNames) })
          : `${visible(picture.name)}: ${textOf(answer, input.classNames)}`;
        process.stdout.write(`${line}\n`);
      } catch (error) {
        fail(picture.name, error);
      }
    }
  }
  return exitCode;
}

function inputsOf(image: string, fail: (image: string, error: unknown) => void): PictureInput[] {
  try {
    return picturesAt(image);
  } catch (error) {
    fail(image, error);
    return [];
  }
}

/** `digit` is there where the classes are the ten digits. */
function jsonOf(answer: Answer, names: readonly string[]): object {
  if (answer.kind === 'nothing') return { found: 0 };
  if (answer.kind === 'several') return { found: answer.count };
  const { class: label, probabilities } = answer;
  return {
    found: 1,
    class: names[label],
    ...(areDigits(names) ? { digit: label } : { classNames: names }),
    probabilities,
  };
}

function textOf(answer: Answer, names: readonly string[]): string {
  if (answer.kind === 'nothing') return 'nothing is drawn there';
  if (answer.kind === 'several') return `more than one: ${answer.count} stand there; cut out each`;
  const { class: label, probabilities } = answer;
  return `${visible(names[label]!)}   ${listed(probabilities, names)}`;
}

/** `7: 99.8 %  2: 0.1 %`: the classes by probability, the largest first, down to those that round to 0.1 %. */
function listed(probabilities: readonly number[], names: readonly string[]): string {
  return probabilities
    .map((probability, label) => ({ probability, label }))
    .sort((a, b) => b.probability - a.probability)
    .filter(({ probability }, place) => place === 0 || probability >= 0.0005)
    .map(({ probability, label }) => `${visible(names[label]!)}: ${(100 * probability).toFixed(1)} %`)
    .join('  ');
}
