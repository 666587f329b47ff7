/** The paired differences of two configurations as a chart: a point for each seed, the mean and its interval. */
import type { ComparisonView, Objective } from '../../../src/server/protocol.ts';
import type { Plot } from '../../shared/chart/plot.ts';
import { countText, differenceText } from '../data/words.ts';

export function differencesPlot({ first, second, pairs, difference }: ComparisonView, objective: Objective): Plot {
  const label = `${first.id} minus ${second.id}${objective.isPercentage ? ' (points)' : ''}`;
  const x = pairs.map(({ seed }) => seed);
  const ends = x.length > 0 ? [Math.min(...x) - 0.5, Math.max(...x) + 0.5] : [];
  const { mean, interval } = difference ?? {};
  return {
    title: `Differences seed by seed, ${first.id} minus ${second.id}`,
    alt: `${label} for ${countText(pairs.length, 'seed')}: ${pairs.map((pair) => `seed ${pair.seed} ${differenceText(pair.difference, objective)}`).join(', ')}.`,
    x: { label: 'seed', whole: true },
    y: { label, decimals: objective.decimals },
    layers: [
      ...(interval
        ? [
            {
              kind: 'band',
              name: '95 % interval of the mean',
              ink: 'ours',
              x: ends,
              low: [interval[0], interval[0]],
              high: [interval[1], interval[1]],
            } as const,
          ]
        : []),
      ...(mean === undefined
        ? []
        : [{ kind: 'line', name: 'mean', ink: 'ours', x: ends, y: [mean, mean], width: 1.5 } as const]),
      { kind: 'line', name: 'no difference', ink: 'muted', x: ends, y: ends.map(() => 0), dash: [4, 3], width: 1 },
      {
        kind: 'points',
        name: 'a seed',
        ink: 'post',
        symbol: 'circle',
        size: 5,
        x,
        y: pairs.map((pair) => pair.difference),
        labelOf: (index) => `seed ${x[index]}`,
      },
    ],
  };
}
