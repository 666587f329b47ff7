/** How much each hyperparameter matters: shares as bars, with their intervals. */
import * as Plot from '@observablehq/plot';
import { shareText } from '../words/numbers.ts';
import { colours, draw, labelLines, textWidth } from './draw.ts';

export interface ImportanceRow {
  readonly label: string;
  /** From 0 to 1. */
  readonly share: number;
  readonly interval: readonly [low: number, high: number] | undefined;
  /** What is not a hyperparameter: seeds, the rest. Such a bar is grey. */
  readonly isOther?: boolean;
}

const fontSize = 12;

/** Maximum number of rows. */
const mostRows = 30;

/**
 * A bar for each row, in the given order.
 * @param shares what the shares are of, for the axis: `share of the variance`.
 */
export function importancesChart(rows: readonly ImportanceRow[], shares: string): string {
  const shown = rows.slice(0, mostRows).map((row, index) => ({ ...row, index }));
  const lines = shown.map(({ label }) => labelLines(label, 22));
  const longest = Math.max(...lines.flatMap((own) => own.map((line) => textWidth(line, fontSize))));
  const tallest = Math.max(...lines.map((own) => own.length));
  const ends = shown.flatMap(({ share, interval }) => [share, ...(interval ?? [])]);
  const withInterval = shown.flatMap(({ interval, index }) =>
    interval ? [{ index, low: interval[0], high: interval[1] }] : [],
  );
  return draw({
    alt: importancesAlt(rows, shares),
    legend:
      withInterval.length > 0
        ? [{ sample: { kind: 'line', colour: colours.ink }, text: '95 % interval of the share' }]
        : [],
    options: {
      width: 440,
      height: 48 + shown.length * Math.max(28, 8 + tallest * fontSize * 1.25),
      marginBottom: 40,
      marginLeft: 14 + longest,
      marginRight: 56,
      marginTop: 6,
      style: { fontSize: `${fontSize}px` },
      x: {
        domain: [0, Math.min(1, Math.max(0.1, ...ends))],
        label: `${shares} (%)`,
        tickFormat: (share: number) => String(Math.round(share * 100)),
        ticks: 5,
        grid: true,
      },
      y: {
        type: 'band',
        padding: 0.35,
        domain: shown.map(({ index }) => index),
        label: null,
        tickSize: 0,
        tickFormat: (index: number) => lines[index]!.join('\n'),
      },
      marks: [
        Plot.barX(shown, {
          y: 'index',
          x: 'share',
          fill: ({ isOther }: ImportanceRow) => (isOther ? colours.muted : colours.ours),
          fillOpacity: 0.75,
          title: ({ label, share }: ImportanceRow) => `${label}: ${shareText(share)}`,
        }),
        Plot.ruleY(withInterval, { y: 'index', x1: 'low', x2: 'high', stroke: colours.ink, strokeWidth: 1.6 }),
        Plot.tickX(
          withInterval.flatMap(({ index, low, high }) => [low, high].map((end) => ({ index, end }))),
          { y: 'index', x: 'end', stroke: colours.ink, strokeWidth: 1.6, insetTop: 4, insetBottom: 4 },
        ),
        Plot.text(shown, {
          y: 'index',
          text: ({ share }: ImportanceRow) => shareText(share),
          frameAnchor: 'right',
          textAnchor: 'end',
          dx: 48,
          fill: 'currentColor',
        }),
      ],
    },
  });
}

/** `Share of the variance: batchSize 61 %, learningRate 20 %. 3 more are left out.` */
function importancesAlt(rows: readonly ImportanceRow[], shares: string): string {
  const parts = rows.slice(0, mostRows).map(({ label, share }) => `${label} ${shareText(share)}`);
  const leftOut = rows.length > mostRows ? ` ${rows.length - mostRows} more are left out.` : '';
  return `${shares[0]!.toUpperCase()}${shares.slice(1)}: ${parts.join(', ')}.${leftOut}`;
}
