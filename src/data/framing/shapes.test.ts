/** The steps of framing against SciPy: test/golden/make_framing.py. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { componentsOf } from './components.ts';
import { distanceTo } from './distance.ts';
import { largest, smallest } from './morphology.ts';
import { mainContrastOf } from './picture.ts';
import type { Mask } from './plane.ts';
import { skeletonOf } from './skeleton.ts';
import { strokeWidthOf, widened } from './stroke-width.ts';

const golden = JSON.parse(readFileSync(new URL('../../../test/golden/framing.json', import.meta.url), 'utf8'));
const mask: Mask = { width: 17, height: 13, data: Uint8Array.from(golden.mask) };
const plane = { width: 15, height: 11, data: Float32Array.from(golden.plane) };
const blobs: Mask = { width: 80, height: 60, data: Uint8Array.from(golden.blobs) };

const near = (found: ArrayLike<number>, wanted: readonly number[], within: number) => {
  expect(found.length).toBe(wanted.length);
  expect(Math.max(...wanted.map((value, at) => Math.abs(value - found[at]!)))).toBeLessThan(within);
};

test('pieces touch at sides and corners', () => {
  const found = componentsOf(mask).map(({ pixels, ...box }) => ({ ...box, pixels: pixels.length }));
  const ordered = found.sort((a, b) => a.top - b.top || a.left - b.left || a.pixels - b.pixels);
  expect(ordered).toEqual(golden.components);
});

test('distances are exact', () => near(distanceTo(mask).data, golden.distances, 1e-4));

test('a mask without pixels is far from everything', () => {
  const { data } = distanceTo({ width: 4, height: 3, data: new Uint8Array(12) });
  expect(Math.min(...data)).toBeGreaterThan(1e5);
});

test('largest and smallest values around each pixel', () => {
  near(largest(plane, 2).data, golden.largest, 1e-6);
  near(smallest(plane, 2).data, golden.smallest, 1e-6);
});

test('colours become their place along the direction in which they differ most', () => {
  const colours = { width: 20, height: 20, channels: 3, data: Float32Array.from(golden.colours) } as const;
  near(mainContrastOf(colours).data, golden.contrast, 1e-3);
});

test('a skeleton is thin, lies in the mask, and has as many pieces and holes', () => {
  const skeleton = skeletonOf(blobs);
  expect(componentsOf(skeleton).length).toBe(golden['blob-pieces']);
  expect(groundsOf(skeleton)).toBe(golden['blob-grounds']);
  expect(skeleton.data.every((inside, p) => inside <= blobs.data[p]!)).toBe(true);
  // No square of two by two pixels remains whole, but at a crossing.
  const isInked = (x: number, y: number) => skeleton.data[y * 80 + x] === 1;
  let squares = 0;
  for (let y = 0; y < 59; y++) {
    for (let x = 0; x < 79; x++) {
      if (isInked(x, y) && isInked(x + 1, y) && isInked(x, y + 1) && isInked(x + 1, y + 1)) squares++;
    }
  }
  expect(squares).toBeLessThan(10);
});

/** Connected pieces of the ground with a border around: the outside and the holes. Ground touches at sides only. */
function groundsOf({ width, height, data }: Mask): number {
  const wide = width + 2;
  const ground = new Uint8Array(wide * (height + 2)).fill(1);
  for (let p = 0; p < data.length; p++) {
    if (data[p] === 1) ground[(Math.floor(p / width) + 1) * wide + (p % width) + 1] = 0;
  }
  let count = 0;
  for (let start = ground.indexOf(1); start >= 0; start = ground.indexOf(1)) {
    count++;
    const open = [start];
    while (open.length > 0) {
      const at = open.pop()!;
      if (ground[at] !== 1) continue;
      ground[at] = 0;
      open.push(at - wide, at + wide);
      if (at % wide > 0) open.push(at - 1);
      if (at % wide < wide - 1) open.push(at + 1);
    }
  }
  return count;
}

/** A bar of 60 pixels and a given thickness in the middle of 100 x 60. */
function bar(thickness: number): Mask {
  const data = new Uint8Array(100 * 60);
  for (let y = 0; y < thickness; y++) data.fill(1, (20 + y) * 100 + 20, (20 + y) * 100 + 80);
  return { width: 100, height: 60, data };
}

test.each([5, 9, 15])('a bar of %i pixels is measured, widened and narrowed', (thickness) => {
  // At the ends of the bar the skeleton comes nearer to the ground.
  expect(Math.abs(strokeWidthOf(bar(thickness)) / thickness - 1)).toBeLessThan(0.1);
  const ink = { ...bar(thickness), data: Float32Array.from(bar(thickness).data) };
  const inkIn = (more: number) => widened(ink, more).data.reduce((sum, value) => sum + value, 0);
  const isAbout = (found: number, wanted: number) => expect(Math.abs(found / wanted - 1)).toBeLessThan(0.01);
  isAbout(inkIn(0), 60 * thickness);
  // A dilation by a disk of radius r adds r times the outline and the four quarters of the disk.
  const outline = 2 * (60 + thickness);
  isAbout(inkIn(6), 60 * thickness + 3 * outline + Math.PI * 9);
  isAbout(inkIn(-3), (60 - 3) * (thickness - 3));
});

test('nothing is no stroke', () => expect(strokeWidthOf({ width: 3, height: 2, data: new Uint8Array(6) })).toBe(0));
