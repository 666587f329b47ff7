/** `lenet predict`: digits from pictures. */
import { rasterToGrey } from '../data/raster.ts';
import { requireModel } from '../runner/ended-trial.ts';
import { loadModel } from '../runner/model-file.ts';
import { readPng } from '../runner/png.ts';
import { predictor } from '../train/evaluate.ts';

export function predictImages(modelPath: string, images: readonly string[], json: boolean): void {
  requireModel(modelPath);
  const { model, weights } = loadModel(modelPath);
  const [, height, width] = model.input;
  const predict = predictor(model, weights);
  for (const image of images) {
    const prediction = predict(rasterToGrey(readPng(image), height, width));
    const line = json
      ? JSON.stringify({ image, digit: prediction.class, probabilities: prediction.probabilities })
      : `${image}: ${prediction.class}   ${listed(prediction.probabilities)}`;
    process.stdout.write(`${line}\n`);
  }
}

/** `7 99.8 %, 2 0.1 %, ...`: the classes from the most likely, as far as they reach 0.1 %. */
function listed(probabilities: readonly number[]): string {
  return probabilities
    .map((probability, digit) => ({ probability, digit }))
    .sort((a, b) => b.probability - a.probability)
    .filter(({ probability }, place) => place === 0 || probability >= 0.0005)
    .map(({ probability, digit }) => `${digit}: ${(100 * probability).toFixed(1)} %`)
    .join('  ');
}
