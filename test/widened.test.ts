/**
 * V8's own trace says of every kernel whether its pass made 256-bit instructions of it. Skipped where this process
 * cannot widen kernels (Node 20, other processors); .ci/run runs it with Node 24.
 */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { obstacleToOcts } from '../src/runner/octs.ts';

const obstacle = obstacleToOcts();

/** Kernels that work quad by quad or number by number: transposes, lists of gradients, sums over images, weights. */
const notWidened: readonly string[] = [
  'channelProducts',
  'factorMatrix',
  'gatherBytes',
  'listGradients',
  'listPooledGradients',
  'packsToRows',
  'rowsToPacks',
  'sumOverImages',
  'transposeMatrix',
  'winogradWeights',
];

/** The kernels that V8 optimized, and whether it widened each. Node 24 says "Decide to vectorize", Node 26 "Decided". */
function traceOf(model: string, arithmetic: 'strict' | 'fused'): Map<string, boolean> {
  const flags = ['--experimental-wasm-revectorize', '--trace-wasm-revectorize', '--wasm-num-compilation-tasks=1'];
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [...flags, 'test/widened-program.mjs', model, arithmetic],
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const names = new Map(
    /^kernels: (.*)$/m
      .exec(stdout)![1]!
      .split(', ')
      .map((text) => text.split(' ') as [string, string]),
  );
  const parts = stdout.split(/^Begin revec function wasm-function#/m).slice(1);
  return new Map(
    parts.map((text) => [names.get(/^\d+/.exec(text)![0]) ?? text.slice(0, 5), /Decided? to vectorize/.test(text)]),
  );
}

describe.skipIf(obstacle !== undefined)('V8 widens the kernels', () => {
  test.each(['strict', 'fused'] as const)('of LeNet-5, %s', (arithmetic) => {
    const found = traceOf('lenet5', arithmetic);
    const widened = [...found].flatMap(([name, isWidened]) => (isWidened ? [name] : []));
    const others = [...found].flatMap(([name, isWidened]) => (isWidened ? [] : [name]));
    expect(others.filter((name) => !notWidened.includes(name))).toEqual([]);
    const most = arithmetic === 'strict' ? 'block5x2' : 'block6x2';
    expect(widened.some((name) => name.startsWith(most))).toBe(true);
    for (const name of ['adam', 'winogradLine', 'winogradPool', 'spread1x4', 'sumChunks'])
      expect(widened).toContain(name);
    expect(widened.filter((name) => name.startsWith('sum')).length).toBeGreaterThanOrEqual(2);
  });

  test('of LeNet-5 of 1998', () => {
    const found = traceOf('lenet5-1998', 'strict');
    const others = [...found].flatMap(([name, isWidened]) => (isWidened ? [] : [name]));
    expect(others.filter((name) => !notWidened.includes(name))).toEqual([]);
    for (const name of ['tanhForward', 'tanhBackward', 'sumPool2dForward', 'rbfForward', 'rbfBackward', 'sgd']) {
      expect(found.get(name), name).toBe(true);
    }
  });

  test('of convolutions in groups, gelu and silu', () => {
    const found = traceOf('groups', 'strict');
    const others = [...found].flatMap(([name, isWidened]) => (isWidened ? [] : [name]));
    expect(others.filter((name) => !notWidened.includes(name))).toEqual([]);
    for (const name of [
      'sumTaps3x3',
      'spreadTaps3x3',
      'sumTaps1x3',
      'spreadTaps1x3',
      'geluWithSlopes',
      'siluWithSlopes',
    ])
      expect(found.get(name), name).toBe(true);
  });
});
