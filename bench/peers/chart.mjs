// The chart of a peers result, as SVG text: bars for training, evaluation and a single image, shorter is faster in the
// first and last.
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

const [width, margin, barHeight] = [440, 12, 26];
const colours = { ours: '#1763b8', theirs: '#8a96a3' };
const [ink, quiet, paper] = ['#1f2933', '#52606d', '#ffffff'];

const isOurs = (who) => who.startsWith('lenet-lab');
/** Three figures, with a comma at thousands. */
export function figures(value) {
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  const rounded = value < 1000 ? value : Number(value.toPrecision(3));
  return rounded.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Draws one group of bars: the content of an svg element, and its height. `log`: whether the scale is logarithmic. */
function panel(document, { rows, unit, log }) {
  const labels = rows.map(({ who, extrapolatedFrom }) => who + (extrapolatedFrom ? ' *' : ''));
  const bars = rows.map(({ median }, i) => ({ label: labels[i], who: rows[i].who, value: median }));
  const most = Math.max(...bars.map(({ value }) => value));
  // A bar on a logarithmic scale cannot start at zero: it starts at a power of ten below the smallest value.
  const root = log ? 10 ** Math.floor(Math.log10(Math.min(...bars.map(({ value }) => value)) * 0.9)) : 0;
  const powers = Array.from({ length: 10 }, (_, i) => root * 10 ** i).filter((power) => power <= most);
  const height = bars.length * barHeight + (log ? 30 : 6);
  const svg = Plot.plot({
    document,
    width,
    height,
    marginLeft: 176,
    marginRight: 84,
    marginTop: 2,
    marginBottom: log ? 28 : 4,
    x: {
      domain: [root, most],
      type: log ? 'log' : 'linear',
      axis: log ? 'bottom' : null,
      label: null,
      grid: false,
      ticks: powers,
      tickFormat: (value) => `${value.toLocaleString('en')}`,
    },
    y: { domain: labels, label: null, tickSize: 0, padding: 0.25 },
    marks: [
      Plot.barX(bars, {
        y: 'label',
        x1: root,
        x2: 'value',
        rx2: 2,
        fill: ({ who }) => (isOurs(who) ? colours.ours : colours.theirs),
      }),
      Plot.text(bars, {
        y: 'label',
        x: 'value',
        textAnchor: 'start',
        dx: 5,
        fill: ink,
        fontWeight: 600,
        text: ({ value }) => `${figures(value)} ${unit}`,
      }),
    ],
  });
  // Plot's style element would affect the page that contains the chart.
  svg.querySelector('style')?.remove();
  return { height, marks: svg.innerHTML };
}

/**
 * Draws the chart of a result of bench/peers/main.mjs. It has its own background, so that it is legible on any page.
 */
export function chart(result) {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const least = Math.min(...result.secondsPerEpoch.map(({ batch }) => batch));
  const ascending = (rows) => [...rows].sort((a, b) => a.median - b.median);
  const epochs = ascending(result.secondsPerEpoch.filter(({ batch }) => batch === least));
  const panels = [
    {
      title: `Training: seconds for 60,000 images, batch ${least}`,
      note: 'logarithmic; shorter is faster',
      rows: epochs,
      unit: 's',
      log: true,
    },
    {
      title: 'Evaluation: images a second',
      note: `longer is faster; peers in batches of ${result.forwardBatch}`,
      rows: ascending(result.imagesPerSecond).reverse(),
      unit: '/s',
      log: false,
    },
    {
      title: 'One image: microseconds',
      note: 'shorter is faster',
      rows: ascending(result.microsecondsPerImage),
      unit: 'µs',
      log: false,
    },
  ].filter(({ rows }) => rows.length > 0);
  let top = 8;
  const parts = panels.map(({ title, note, ...what }) => {
    const { height, marks } = panel(document, what);
    const head = `<text x="${margin}" y="${top + 18}" font-weight="700">${title}</text><text x="${margin}" y="${top + 36}" fill="${quiet}" font-size="12">${note}</text>`;
    const drawn = `<g transform="translate(0,${top + 42})" font-size="12.5" text-anchor="middle" color="${ink}">${marks}</g>`;
    top += 42 + height + 12;
    return head + drawn;
  });
  const { cpu, node } = result.machine;
  const foot = [
    `One thread each, ${cpu}, Node ${node.slice(1)}, ${result.date.slice(0, 10)}`,
    ...(epochs.some(({ extrapolatedFrom }) => extrapolatedFrom)
      ? ['* extrapolated from some batches to an epoch']
      : []),
  ];
  const lines = foot.map(
    (line, i) => `<text x="${margin}" y="${top + 10 + i * 17}" fill="${quiet}" font-size="12">${line}</text>`,
  );
  const height = top + foot.length * 17 + 6;
  const label = panels.map(
    ({ title, rows, unit }) =>
      `${title}: ${rows.map(({ who, median }) => `${who} ${figures(median)} ${unit}`).join(', ')}`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${label.join('. ')}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="14" fill="${ink}">`,
    `<rect width="${width}" height="${height}" rx="8" fill="${paper}" stroke="#d5dbe1"/>`,
    ...[...parts, ...lines, '</svg>\n'],
  ].join('\n');
}
