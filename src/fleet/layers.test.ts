import { expect, test } from 'vitest';
import { emptyLayers, type Layers, Overlay } from './layers.ts';

test('layers give what a map gives, over many steps, and a step leaves the layers before it as they were', () => {
  const expected = new Map<string, number>();
  let layers: Layers<number> = emptyLayers();
  for (let step = 0; step < 60; step++) {
    const before = layers;
    const overlay = new Overlay(before);
    for (let index = 0; index < 70; index++) {
      const key = `${(step * 61 + index * 7) % 3_000}`;
      overlay.set(key, step);
      expected.set(key, step);
    }
    layers = overlay.layers();
    expect(new Overlay(layers).get('absent')).toBeUndefined();
    const now = new Overlay(layers);
    expect([...expected.keys()].map((key) => now.get(key))).toEqual([...expected.values()]);
    if (step === 0) expect(before).toEqual({ old: new Map(), recent: new Map() });
  }
  expect(layers.old.size).toBeGreaterThan(1_000);
  expect(new Overlay(layers).layers()).toBe(layers);
});
