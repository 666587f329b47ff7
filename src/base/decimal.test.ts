import { expect, test } from 'vitest';
import { outOfReach } from './decimal.ts';

test.each(['1e309', '-1e400', '+1E400', `${'9'.repeat(400)}`])('%s is too large', (text) =>
  expect(outOfReach(text)).toBe(`${text} is too large for a number; the largest is about 1.8e308`),
);

test.each(['1e-400', '-.5e-400', `0.${'0'.repeat(400)}1`])('%s is too small', (text) =>
  expect(outOfReach(text)).toBe(`${text} is too small for a number; the smallest above 0 is about 5e-324`),
);

test.each(['0', '0.0', '0e5', '-0', '1e308', '5e-324', '99999999999999999999', '0x10', '.inf', 'Infinity', 'many', ''])(
  '"%s" is held, or is no decimal number',
  (text) => expect(outOfReach(text)).toBeUndefined(),
);
