/** Charts as data: ticks, SVG and CSV. */
import { describe, expect, test } from 'vitest';
import { csvOf, plotCsv } from './csv.ts';
import { lonePoints, type Plot, rangeOf, roomy } from './plot.ts';
import { plotSvg } from './svg.ts';
import { roundStep, shortNumber, ticksOf } from './ticks.ts';

const axis = { label: 'x' };
const texts = (...from: Parameters<typeof ticksOf>) => ticksOf(...from).map(({ text }) => text);

describe('ticks', () => {
  test('are round numbers with equal decimals', () => {
    expect(texts(axis, [98.41, 98.93], 5)).toEqual(['98.6', '98.8']);
    expect(texts(axis, [0, 1], 5)).toEqual(['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']);
    expect(texts(axis, [-2, 2], 4)).toEqual(['−2', '−1', '0', '1', '2']);
  });
  test('of whole numbers stay whole', () => {
    expect(texts({ ...axis, whole: true }, [0, 3], 10)).toEqual(['0', '1', '2', '3']);
  });
  test('of a logarithmic axis are powers of ten, and 2 and 5 times these where there are few', () => {
    expect(texts({ ...axis, log: true }, [1e-5, 0.1], 6)).toEqual(['1e-5', '0.0001', '0.001', '0.01', '0.1']);
    expect(texts({ ...axis, log: true }, [0.02, 0.6], 6)).toEqual(['0.02', '0.05', '0.1', '0.2', '0.5']);
    // Where there are none, as on a plain axis.
    expect(texts({ ...axis, log: true }, [2.4, 3.6], 3)).toEqual(['2.5', '3.0', '3.5']);
  });
  test('of choices are their names', () =>
    expect(texts({ ...axis, names: ['adam', 'sgd'] }, [-0.5, 1.5], 6)).toEqual(['adam', 'sgd']));
  test.each([
    [0.03, 0.05],
    [0.05, 0.05],
    [7, 10],
    [1, 1],
    [130, 200],
  ])('the round step from %d is %d', (size, step) => expect(roundStep(size)).toBeCloseTo(step, 12));
});

test('short numbers are read at a glance', () => {
  expect([0, 0.0003, 1e-5, 12.5, 2000, 3e8, 0.1 + 0.2].map(shortNumber)).toEqual([
    '0',
    '0.0003',
    '1e-5',
    '12.5',
    '2,000',
    '3e8',
    '0.3',
  ]);
});

test('a range leaves out what is no number, and on a logarithmic axis what is not positive', () => {
  expect(rangeOf([3, undefined, Number.NaN, -1, 7])).toEqual([-1, 7]);
  expect(rangeOf([0, 0.01, -5, 10], { log: true })).toEqual([0.01, 10]);
  expect(rangeOf([undefined])).toBeUndefined();
  expect(roomy([0, 100], axis)).toEqual([-4, 104]);
  expect(roomy([2, 2], axis)).toEqual([1.9, 2.1]);
  expect(roomy([0, 0], { ...axis, whole: true })).toEqual([-0.5, 0.5]);
  expect(roomy([0.5, 1], { ...axis, fromZero: true })).toEqual([0, 1.04]);
  expect(roomy([0, 0], { ...axis, fromZero: true })).toEqual([0, 1]);
  expect(roomy([0, 1], { ...axis, names: ['a', 'b'] })).toEqual([-0.5, 1.5]);
});

const plot: Plot = {
  title: 'Loss & <accuracy>',
  alt: 'Two curves.',
  x: { label: 'epoch', whole: true },
  y: { label: 'accuracy (%)' },
  layers: [
    { kind: 'band', name: 'range', ink: 'series-1', x: [1, 2, 3], low: [1, undefined, 3], high: [2, undefined, 5] },
    { kind: 'line', name: 'mean, C1', ink: 'series-1', x: [1, 2, 3], y: [1.5, undefined, 4], dash: [4, 2] },
    { kind: 'points', name: 'trials', ink: 'post', symbol: 'cross', x: [2], y: [2.5], trials: [17] },
  ],
};

describe('a chart in a file', () => {
  test('has title, labels of both axes, legend and text alternative, all of it escaped', () => {
    const svg = plotSvg(plot);
    for (const text of [
      'Loss &amp; &lt;accuracy&gt;',
      '>epoch<',
      '>accuracy (%)<',
      '>range<',
      '>mean, C1<',
      '>trials<',
      '<desc>Two curves.',
    ])
      expect(svg).toContain(text);
    expect(svg).not.toContain('var(');
    // A gap in the values is a gap in the line: two moves, and no line between them.
    expect(/d="(M[^"]*)" fill="none" stroke="#1763b8"/.exec(svg)?.[1]).toMatch(/^M[\d.,]+M[\d.,]+$/);
  });

  test('as CSV has a row a point, with the ends of bands and the numbers of trials', () => {
    expect(plotCsv(plot).split('\r\n')).toEqual([
      'series,epoch,accuracy (%),low,high,trial',
      'range,1,,1,2,',
      'range,2,,,,',
      'range,3,,3,5,',
      '"mean, C1",1,1.5,,,',
      '"mean, C1",2,,,,',
      '"mean, C1",3,4,,,',
      'trials,2,2.5,,,17',
      '',
    ]);
  });

  test('of choices as CSV names them', () => {
    const chosen: Plot = {
      ...plot,
      x: { label: 'optimizer', names: ['adam', 'sgd'] },
      layers: [{ kind: 'line', name: 's', ink: 'ink', x: [1], y: [3] }],
    };
    expect(plotCsv(chosen)).toBe('series,optimizer,accuracy (%)\r\ns,sgd,3\r\n');
  });
});

test.each([
  { y: [5], lone: [0] },
  { y: [1, 2, 3], lone: [] },
  { y: [1, undefined, 3, Number.NaN, 4, 5], lone: [0, 2] },
])('a value of a line without a neighbour is a dot: $y', ({ y, lone }) => {
  expect(lonePoints({ y })).toEqual(lone);
  const x = [...y.keys()];
  const line = { kind: 'line', name: 'a', ink: 'ours', x, y } as const;
  const svg = plotSvg({ title: 't', alt: 'a', x: { label: 'x' }, y: { label: 'y' }, layers: [line] });
  expect(svg.match(/<circle/g) ?? []).toHaveLength(lone.length);
});

test('a cell that a spreadsheet would run is text', () => {
  expect(csvOf(['a'], [['=1+1'], ['-3'], ['say "x"'], [null], ['a\nb']])).toBe(
    'a\r\n\'=1+1\r\n-3\r\n"say ""x"""\r\n\r\n"a\nb"\r\n',
  );
});
