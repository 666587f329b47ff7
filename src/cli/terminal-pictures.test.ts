/** Pictures in a terminal: colours of xterm's table, plain characters, and rows that fit. */
import widthOf from 'string-width';
import { expect, test } from 'vitest';
import type { Picture } from '../data/picture.ts';
import { picturesText } from './terminal-pictures.ts';

const grey = (width: number, height: number, data: readonly number[]): Picture => ({
  width,
  height,
  channels: 1,
  data: Uint8Array.from(data),
});

test('two pixels share a cell: the upper is the colour of the character, the lower its ground', () => {
  // Black is 16, white 231, grey 128 the 12th grey of the ramp (8 + 10 * 12).
  const picture = grey(2, 3, [0, 255, 128, 0, 255, 128]);
  expect(picturesText([{ name: 'a', picture }], { width: 80, inColour: true }).split('\n')).toEqual([
    'a',
    '\x1b[38;5;16;48;5;244m▀\x1b[38;5;231;48;5;16m▀\x1b[0m',
    '\x1b[38;5;231m▀\x1b[38;5;244m▀\x1b[0m',
    '',
  ]);
});

test('colours are the nearest of the cube: red 196, green 46, blue 21, orange 208', () => {
  const picture: Picture = {
    width: 4,
    height: 1,
    channels: 3,
    data: Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 140, 10),
  };
  const text = picturesText([{ name: 'b', picture }], { width: 80, inColour: true });
  expect([...text.matchAll(/38;5;(\d+)/g)].map(([, colour]) => Number(colour))).toEqual([196, 46, 21, 208]);
});

test('without colours light is a dense character', () => {
  const picture = grey(3, 2, [0, 255, 140, 0, 255, 130]);
  expect(picturesText([{ name: 'c', picture }], { width: 80, inColour: false })).toBe('c\n @+\n');
});

test.each([20, 40, 80, 133])('rows fit into %i columns, whatever the names', (width) => {
  const pictures = [
    'ant',
    'a name that is much longer than its picture',
    '名前の長いクラスの名前です',
    'x\u001b[2J',
  ].map((name) => ({ name, picture: grey(28, 28, new Array<number>(784).fill(99)) }));
  for (const inColour of [true, false]) {
    const text = picturesText([...pictures, ...pictures], { width, inColour });
    for (const line of text.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(width);
    expect(text).not.toContain('\x1b[2J');
  }
});
