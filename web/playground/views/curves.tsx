/** The curves of a training: the loss of its batches, and its tests. */
import { Chart } from '../../shared/chart/chart.tsx';
import { losses, progress, tests } from '../state/known.ts';

/** The most points of the loss curve; of more batches, means of neighbours. */
const mostPoints = 240;

export function LossChart() {
  const all = losses.value;
  const batches = progress.value?.batches ?? 1;
  const group = Math.max(1, Math.ceil(all.length / mostPoints));
  const [x, y]: [number[], number[]] = [[], []];
  for (let from = 0; from < all.length; from += group) {
    const part = all.slice(from, from + group);
    x.push((from + part.length) / batches);
    y.push(part.reduce((sum, value) => sum + value, 0) / part.length);
  }
  const last = y.at(-1);
  return (
    <Chart
      height={270}
      empty="It begins with the first batch."
      plot={{
        title: 'Loss of the batches',
        alt:
          last === undefined
            ? 'No batch yet.'
            : `The loss went from ${y[0]!.toFixed(2)} to ${last.toFixed(3)} over ${x.at(-1)!.toFixed(2)} epochs.`,
        x: { label: 'epochs', fromZero: true },
        y: { label: 'loss', log: true },
        layers: [{ kind: 'line', name: group === 1 ? 'a batch' : `means of ${group} batches`, ink: 'series-1', x, y }],
      }}
    />
  );
}

export function MistakesChart() {
  const found = tests.value;
  const x = found.map(({ epochs }) => epochs);
  const y = found.map(({ accuracy }) => (1 - accuracy) * 100);
  const last = found.at(-1);
  return (
    <Chart
      height={270}
      empty="The first test comes a second after the start."
      plot={{
        title: 'Test digits it gets wrong',
        alt: last
          ? `${found.length} ${found.length === 1 ? 'test' : 'tests'}. The last: ${(100 - last.accuracy * 100).toFixed(2)} % wrong after ${last.epochs.toFixed(2)} epochs and ${last.seconds.toFixed(1)} seconds.`
          : 'No test yet.',
        x: { label: 'epochs', fromZero: true },
        y: { label: 'wrong (%)', log: true },
        layers: [
          { kind: 'line', name: 'wrong', ink: 'series-3', x, y, inLegend: false },
          {
            kind: 'points',
            name: 'a test',
            ink: 'series-3',
            symbol: 'circle',
            x,
            y,
            labelOf: (test) => `${(100 - y[test]!).toFixed(2)} % accuracy after ${found[test]!.seconds.toFixed(1)} s`,
          },
        ],
      }}
    />
  );
}
