/** The values that stand for drawn numbers. */
import { expect, test } from 'vitest';
import type { Range } from '../space.ts';
import { nearestValue } from './nearest-value.ts';

test.each<[Range, number, number]>([
  [{ kind: 'float', low: 0, high: 1 }, 0.123456, 0.1235],
  [{ kind: 'float', low: 1e-5, high: 1, log: true }, 0.000123456, 0.0001235],
  [{ kind: 'float', low: 0.123456, high: 1 }, 0.123457, 0.1235],
  [{ kind: 'float', low: 0.123456, high: 0.123458 }, 0.123457, 0.123458],
  [{ kind: 'float', low: 0.123446, high: 0.123448 }, 0.123447, 0.123446],
  [{ kind: 'int', low: 1, high: 9 }, 3.4, 3],
  [{ kind: 'int', low: 1, high: 9, log: true, step: 1 }, 9.4, 9],
  [{ kind: 'int', low: 1, high: 9 }, 0.6, 1],
  [{ kind: 'int', low: 0, high: 64, step: 16 }, 41, 48],
  [{ kind: 'float', low: 0.1, high: 0.7, step: 0.2 }, 0.68, 0.7],
  // No step reaches high: 1 would lie outside.
  [{ kind: 'float', low: 0, high: 0.9, step: 0.5 }, 0.9, 0.5],
])('%j, %d: %d', (range, drawn, value) => expect(nearestValue(range, drawn)).toBe(value));
