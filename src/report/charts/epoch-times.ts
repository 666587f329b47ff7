/** Seconds of training an epoch by batch size, beside the reference's where they are comparable. */
import * as Plot from '@observablehq/plot';
import type { EpochTime, StudyFacts } from '../facts.ts';
import { colours, draw } from './draw.ts';

export interface TimeBar {
  readonly batchSize: number;
  readonly who: 'ours' | 'reference';
  readonly seconds: number;
}

export function timeBars({ epochTimes, reference }: Pick<StudyFacts, 'epochTimes' | 'reference'>): TimeBar[] {
  return epochTimes.flatMap(({ batchSize, ours, reference: theirs }: EpochTime) => [
    { batchSize, who: 'ours', seconds: ours },
    ...(theirs === undefined || !reference ? [] : [{ batchSize, who: 'reference' as const, seconds: theirs }]),
  ]);
}

export function epochTimesChart(facts: StudyFacts): string {
  const bars = timeBars(facts);
  const shown = [...new Set(bars.map(({ who }) => who))];
  const colour = { ours: colours.ours, reference: colours.other } as const;
  const name = { ours: 'this study', reference: facts.reference?.name ?? '' } as const;
  return draw({
    alt: `Seconds of training an epoch: ${bars.map(({ batchSize, who, seconds }) => `batch ${batchSize} ${secondsText(seconds)} (${name[who]})`).join(', ')}.`,
    legend:
      shown.length < 2
        ? []
        : shown.map((who) => ({ sample: { kind: 'band', colour: colour[who], opacity: 0.75 }, text: name[who] })),
    options: {
      width: 440,
      height: 52 + bars.length * 22,
      marginBottom: 40,
      marginLeft: 64,
      marginRight: 64,
      marginTop: 8,
      style: { fontSize: '12px' },
      x: { label: 'seconds of training an epoch', grid: true, ticks: 5 },
      y: { label: null, domain: shown, axis: null },
      fy: { label: 'batch', domain: facts.epochTimes.map(({ batchSize }) => batchSize), axis: 'left' },
      marks: [
        Plot.barX(bars, {
          y: 'who',
          fy: 'batchSize',
          x: 'seconds',
          fill: ({ who }: TimeBar) => colour[who],
          fillOpacity: 0.75,
        }),
        Plot.text(bars, {
          y: 'who',
          fy: 'batchSize',
          x: 'seconds',
          textAnchor: 'start',
          dx: 4,
          fill: 'currentColor',
          text: ({ seconds }) => secondsText(seconds),
        }),
      ],
    },
  });
}

/** Two digits for short epochs. */
export function secondsText(seconds: number): string {
  return `${seconds < 1 ? seconds.toPrecision(2) : seconds.toFixed(1)} s`;
}
