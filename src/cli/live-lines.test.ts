/** Redrawn lines leave nothing behind on the screen, also after the terminal was resized. */
import { describe, expect, test } from 'vitest';
import { bar, cut, LiveLines } from './live-lines.ts';
import { canRedraw, columnsOf, terminalWidth } from './terminal.ts';
import { TinyTerminal } from './tiny-terminal.testing.ts';

function lines(terminal: TinyTerminal): LiveLines {
  let now = 0;
  return new LiveLines(terminal, { enabled: true, now: () => (now += 1000) });
}

const bars = (columns: number) => ['first', 'second', 'third'].map((name) => `${name} ${'#'.repeat(columns)}`);

describe.each([
  ['that wraps its lines again', true],
  ['that cuts its lines', false],
])('on a terminal %s', (_, reflows) => {
  test.each([
    [100, 40, 100],
    [80, 20, 33],
    [20, 100, 10],
    [60, 59, 61],
  ])('from %i to %i to %i columns: no dead bars, and the text above stays', (...widths) => {
    const terminal = new TinyTerminal(widths[0], reflows);
    terminal.write('Epoch 1\nEpoch 2\n');
    const live = lines(terminal);
    for (const width of widths) {
      terminal.resize(width);
      live.show(bars);
      const shown = terminal.text.split('\n');
      expect(shown.slice(0, 2)).toEqual(['Epoch 1', 'Epoch 2']);
      expect(shown.slice(2)).toEqual(bars(width).map((line) => cut(line, width - 1)));
    }
    live.above(() => terminal.write('Epoch 3\n'));
    live.clear();
    expect(terminal.text).toBe('Epoch 1\nEpoch 2\nEpoch 3');
    // Nothing is drawn from now on.
    terminal.resize(50);
    expect(terminal.text).toBe('Epoch 1\nEpoch 2\nEpoch 3');
  });

  test('fewer lines than before leave none behind', () => {
    const terminal = new TinyTerminal(80, reflows);
    const live = lines(terminal);
    live.show(() => ['a', 'b', 'c']);
    live.show(() => ['d']);
    expect(terminal.text).toBe('d');
  });
});

test('characters that take two columns do not wrap the line', () => {
  const written: string[] = [];
  const terminal = new TinyTerminal(10, true);
  terminal.write = (text: string) => written.push(text);
  lines(terminal).show(() => ['漢'.repeat(20)]);
  expect(written).toEqual([`\r\x1b[J\x1b[?7l${'漢'.repeat(4)}…\x1b[?7h\r`]);
});

test('more lines than rows: the last ones are shown, so that the screen never scrolls', () => {
  const terminal = new TinyTerminal(80, true);
  lines(terminal).show(() => Array.from({ length: 300 }, (_, i) => `${i}`));
  expect(terminal.text.split('\n')).toEqual(Array.from({ length: 23 }, (_, i) => `${277 + i}`));
});

test('it draws at most about 14 times a second', () => {
  const terminal = new TinyTerminal(80, true);
  let now = 0;
  const live = new LiveLines(terminal, { enabled: true, now: () => now });
  live.show(() => ['0']);
  for (now = 1; now < 70; now++) live.show(() => [`${now}`]);
  expect(terminal.text).toBe('0');
  live.show(() => ['70']);
  expect(terminal.text).toBe('70');
});

test('nothing is written where lines cannot be redrawn', () => {
  const terminal = new TinyTerminal(80, true);
  const live = new LiveLines(terminal, { enabled: false });
  live.show(() => ['a bar']);
  live.above(() => terminal.write('a line\n'));
  live.clear();
  expect(terminal.text).toBe('a line');
});

test.each([
  ['a terminal', { isTTY: true }, { TERM: 'xterm-256color' }, true],
  ['no terminal', { isTTY: false }, { TERM: 'xterm-256color' }, false],
  ['a dumb terminal', { isTTY: true }, { TERM: 'dumb' }, false],
  ['CI', { isTTY: true }, { TERM: 'xterm', CI: 'true' }, false],
  ['CI=false', { isTTY: true }, { TERM: 'xterm', CI: 'false' }, true],
  ['NO_COLOR', { isTTY: true }, { TERM: 'xterm', NO_COLOR: '1' }, true],
])('bars on %s', (_, screen, environment, expected) => {
  expect(canRedraw(screen, environment)).toBe(expected);
});

test('a terminal that does not report its size has 80 columns, a file 100', () => {
  expect(columnsOf({ columns: 0 })).toBe(80);
  expect(terminalWidth({ isTTY: true, columns: 0 })).toBe(80);
  expect(terminalWidth({ isTTY: true, columns: 132 })).toBe(132);
  expect(terminalWidth({ isTTY: false })).toBe(100);
});

test('a bar has the asked width for any share', () => {
  expect([-1, 0, 0.5, 1, 7].map((share) => bar(share, 4))).toEqual(['░░░░', '░░░░', '██░░', '████', '████']);
});

test('lines are cut by the columns that their characters take', () => {
  expect(cut('木木木', 6)).toBe('木木木');
  expect(cut('木木木', 5)).toBe('木木…');
  expect(cut('木木木', 4)).toBe('木…');
  expect(cut('𠀀𠀀', 3)).toBe('𠀀…');
});
