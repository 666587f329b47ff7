import { expect, test } from 'vitest';
import { add } from '../nn/add.ts';
import { batchNorm2d } from '../nn/batch-norm2d.ts';
import { conv2d } from '../nn/conv2d.ts';
import { dropout } from '../nn/dropout.ts';
import { flatten } from '../nn/flatten.ts';
import { globalAvgPool2d } from '../nn/global-avg-pool2d.ts';
import { linear } from '../nn/linear.ts';
import { sequential } from '../nn/model.ts';
import { relu } from '../nn/relu.ts';
import { residual } from '../nn/residual.ts';
import { lenet5 } from '../tasks/lenet/lenet5.ts';
import { type Figure, figureOf } from './figure.ts';
import { drawModel } from './network.ts';

const numbers = (svg: string, attribute: string, tag: string) =>
  [...svg.matchAll(new RegExp(`<${tag} [^>]*?\\b${attribute}="([^"]+)"`, 'g'))].map((match) => Number(match[1]));

const partTexts = (parts: Figure['parts']) =>
  parts.map(({ shape, link }) => `${shape.join('x')} ${link.join(' ')}`.trim());

test('LeNet-5 has the parts of its architecture', () => {
  const { parts, shortcuts } = figureOf(lenet5());
  expect(shortcuts).toEqual([]);
  expect(partTexts(parts)).toEqual([
    '1x28x28 Convolution 5×5 ReLU',
    '6x24x24 Max-pool 2×2',
    '6x12x12 Convolution 5×5 ReLU',
    '16x8x8 Max-pool 2×2',
    '16x4x4 Flatten Dense ReLU',
    '120 Dense ReLU',
    '84 Dense',
    '10',
  ]);
});

test('every map and bar is drawn inside the picture, and captions do not overlap', () => {
  const svg = drawModel(lenet5());
  expect(svg.match(/<rect class="map/g)).toHaveLength(1 + 6 + 6 + 16 + 16);
  expect(svg.match(/<polygon class="bar"/g)).toHaveLength(3);
  expect(svg.match(/<rect class="window"/g)).toHaveLength(4);
  const [, width = 0, height = 0] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg)?.map(Number) ?? [];
  const xs = numbers(svg, 'x', 'rect');
  const ys = numbers(svg, 'y', 'rect');
  // The maps and the windows.
  expect([xs, ys].map(({ length }) => length)).toEqual([49, 49]);
  expect(numbers(svg, 'width', 'rect')).toHaveLength(49);
  expect(numbers(svg, 'height', 'rect')).toHaveLength(49);
  for (const [i, size] of numbers(svg, 'width', 'rect').entries()) expect(xs[i]! + size).toBeLessThan(width);
  for (const [i, size] of numbers(svg, 'height', 'rect').entries()) expect(ys[i]! + size).toBeLessThan(height);
  expect(Math.min(...xs, ...ys)).toBeGreaterThan(0);
  const captions = [...svg.matchAll(/<text class="caption" x="([\d.]+)"[^>]*>([^<]+)</g)].map(([, x, text]) => ({
    from: Number(x) - text!.length * 4.1,
    to: Number(x) + text!.length * 4.1,
  }));
  expect(captions).toHaveLength(8);
  for (const [i, { from }] of captions.entries()) if (i > 0) expect(from).toBeGreaterThan(captions[i - 1]!.to);
});

test('the window of the first convolution is 5/28 of its map', () => {
  const svg = drawModel(lenet5());
  const [map = 0] = numbers(svg, 'width', 'rect');
  const window = Number(/<rect class="window"[^>]*width="([\d.]+)"/.exec(svg)?.[1]);
  expect(window / map).toBeCloseTo(5 / 28, 3);
});

test('names are escaped, 16 of 200 maps are drawn, and a network of linear layers only can be drawn', () => {
  const wide = sequential('<b>&', [3, 8, 8], { c: conv2d(3, 200, 3), r: relu(), f: flatten(), fc: linear(7200, 2) });
  const svg = drawModel(wide);
  expect(svg).toContain('<title id="title">&lt;b&gt;&amp;</title>');
  expect(svg).toContain('200@6×6');
  expect(svg.match(/<rect class="map/g)).toHaveLength(3 + 16);
  const dense = drawModel(sequential('dense', [1, 2, 2], { flat: flatten(), fc: linear(4, 3) }));
  expect(dense.match(/<polygon class="bar"/g)).toHaveLength(1);
  for (const drawing of [svg, dense]) expect(drawing).not.toMatch(/NaN|undefined|Infinity/);
});

const residualNetwork = () =>
  sequential('residual', [1, 8, 8], {
    conv: conv2d(1, 4, 3),
    bn: batchNorm2d(4),
    relu: relu(),
    ...residual('block', {
      from: 'relu',
      layers: { conv: conv2d(4, 4, 3, { padding: 'same', groups: 4 }), drop: dropout(0.1) },
      shortcut: { conv: conv2d(4, 4, 1), bn: batchNorm2d(4) },
    }),
    ...residual('plain', { from: 'block.add', layers: { conv: conv2d(4, 4, 3, { padding: 'same' }) } }),
    pool: globalAvgPool2d(),
    flat: flatten(),
    fc: linear(4, 2),
  });

/** Points of the arcs of a drawing: where each starts, the height of its line, where it ends. */
const arcsOf = (svg: string) =>
  [
    ...svg.matchAll(/<path class="shortcut" d="M([\d.]+) ([\d.]+)V.*?Q[\d.]+ ([\d.]+).*?H.*?Q([\d.]+) .*?V([\d.]+)/g),
  ].map(
    (match) => match.slice(1).map(Number) as [start: number, startY: number, top: number, end: number, endY: number],
  );

test('a residual network is drawn along its main way, with its shortcuts over it', () => {
  const { parts, shortcuts } = figureOf(residualNetwork());
  expect(partTexts(parts)).toEqual([
    '1x8x8 Convolution 3×3 Batch norm ReLU',
    '4x6x6 Depthwise 3×3 Dropout Add',
    '4x6x6 Convolution 3×3 Add',
    '4x6x6 Global average',
    '4x1x1 Flatten Dense',
    '2',
  ]);
  expect(shortcuts).toEqual([
    { from: 1, to: 2, layers: ['Convolution 1×1', 'Batch norm'] },
    { from: 2, to: 3, layers: [] },
  ]);
  const svg = drawModel(residualNetwork());
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  expect(svg).toContain('shortcut from part 2 to part 3, Convolution 1×1, Batch norm; shortcut from part 3 to part 4<');
  const captions = [...svg.matchAll(/<text class="caption" x="([\d.]+)" y="([\d.]+)"/g)].map((match) =>
    Number(match[1]),
  );
  const captionY = Number(/<text class="caption"[^>]*y="([\d.]+)"/.exec(svg)?.[1]);
  const arcs = arcsOf(svg);
  // The first arc ends left of the middle of the part at which the second begins.
  expect(arcs.map(([start, , , end]) => [start, end])).toEqual([
    [expect.closeTo(captions[1]!, 1), expect.closeTo(captions[2]! - 7, 1)],
    [expect.closeTo(captions[2]! + 7, 1), expect.closeTo(captions[3]!, 1)],
  ]);
  for (const [, startY, top, , endY] of arcs) {
    expect([startY, endY]).toEqual([captionY - 14, captionY - 14]);
    expect(top).toBeLessThan(startY);
    expect(top).toBeGreaterThan(0);
  }
  const named = [...svg.matchAll(/<text class="link" x="([\d.]+)" y="([\d.]+)">(Convolution 1×1|Batch norm)</g)]
    .filter((match) => Number(match[2]) < captionY)
    .map(([, x, y, name]) => ({ x: Number(x), y: Number(y), name }));
  expect(named.map(({ name }) => name)).toEqual(['Convolution 1×1', 'Batch norm']);
  for (const { x, y } of named) {
    expect(x).toBeCloseTo((arcs[0]![0] + arcs[0]![3]) / 2, 1);
    expect(y).toBeLessThan(arcs[0]![2]);
    expect(y).toBeGreaterThan(0);
  }
});

test('an arc lies above those of the blocks inside its block, and a block without parts has a small one', () => {
  const inner = residual('inner', { from: 'c1', layers: { conv: conv2d(4, 4, 3, { padding: 'same' }) } });
  const model = sequential('nested', [1, 6, 6], {
    c1: conv2d(1, 4, 3),
    ...inner,
    c2: conv2d(4, 4, 3, { padding: 'same' }),
    outer: add('c1'),
    ...residual('small', { from: 'outer', layers: { relu: relu() } }),
    flat: flatten(),
    fc: linear(64, 2),
  });
  expect(figureOf(model).shortcuts).toEqual([
    { from: 1, to: 2, layers: [] },
    { from: 1, to: 3, layers: [] },
    { from: 3, to: 3, layers: [] },
  ]);
  const [first, last, outer] = arcsOf(drawModel(model)).toSorted((a, b) => b[2] - a[2] || a[0] - b[0]);
  expect(first![2]).toBe(last![2]);
  expect(outer![2]).toBeLessThan(first![2]);
  expect(outer![0]).toBeLessThan(first![0]);
  expect(outer![3]).toBeGreaterThan(first![3]);
  expect(last![3] - last![0]).toBeCloseTo(14, 1);
});
