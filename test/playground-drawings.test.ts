/** Digits drawn as in the playground: strokes of its pen, large, anywhere on the paper, dark on light or light on dark. */
import { beforeAll, expect, test } from 'vitest';
import { randomStream } from '../src/base/random.ts';
import { modelPicture } from '../src/data/framing/model-picture.ts';
import type { Raster } from '../src/data/raster.ts';
import { mnistInput } from '../src/tasks/lenet/model-input.ts';
import { paperSide, penWidth } from '../web/playground/pictures/strokes.ts';
import { imageOf, type Reader, sampledDigits, trainedReader } from './people-pictures/measure.ts';
import { fineness, withPen } from './people-pictures/pen.ts';

let reader: Reader;
beforeAll(async () => {
  reader = await trainedReader();
});

/** The paper's pixels for one of MNIST's. */
const enlargement = paperSide / 28;

/** A test digit, drawn again with the pen of the paper, ten times as large as in MNIST, shifted, on paper as RGBA as a canvas gives it. */
function drawn(index: number, isInverted: boolean): Raster {
  const { ink, side, left, top, width, height } = withPen(imageOf(reader.test, index), penWidth / enlargement);
  const random = randomStream(1, 'shift', index);
  const scale = enlargement / fineness;
  const room = (size: number) => Math.max(0, paperSide - size * scale);
  const [x, y] = [random.uniform() * room(width), random.uniform() * room(height)];
  const data = new Uint8ClampedArray(paperSide * paperSide * 4).fill(255);
  let next = 0;
  for (let row = 0; row < paperSide; row++) {
    const v = Math.floor((row - y) / scale) + top;
    for (let column = 0; column < paperSide; column++, next += 4) {
      const u = Math.floor((column - x) / scale) + left;
      const value = u < 0 || v < 0 || u >= side || v >= side ? 0 : ink[v * side + u]!;
      data[next] = data[next + 1] = data[next + 2] = 255 * (isInverted ? value : 1 - value);
    }
  }
  return { width: paperSide, height: paperSide, channels: 4, white: 255, data };
}

test.each([
  ['dark on light', false],
  ['light on dark', true],
])('200 test digits drawn again, %s, are read within two points of the accuracy of the test set', (_, isInverted) => {
  const digits = sampledDigits(reader.test, 200);
  const right = digits.filter((index) => {
    const framed = modelPicture(drawn(index, isInverted), mnistInput);
    return framed.kind === 'one' && reader.read(framed.pixels) === reader.test.labels[index];
  });
  expect(right.length / digits.length).toBeGreaterThanOrEqual(reader.accuracy - 0.02);
});

test('an empty paper shows no digit', () => {
  const data = new Uint8ClampedArray(paperSide * paperSide * 4).fill(255);
  expect(modelPicture({ width: paperSide, height: paperSide, channels: 4, white: 255, data }, mnistInput).kind).toBe(
    'nothing',
  );
});
