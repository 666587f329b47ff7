/** The scores of two settings as dots, joined seed by seed, with the interval of each mean. */

import { signal } from '@preact/signals';
import { ticksOf } from '../../shared/chart/ticks.ts';
import type { ContestView } from '../lab/protocol.ts';

const height = 150;
const left = 40;
const rows = [38, 92] as const;
const tokens = ['series-1', 'series-2'] as const;

/** On a narrow screen a drawing of usual width would shrink until its texts cannot be read. */
const narrowScreen = matchMedia('(max-width: 40rem)');
const isNarrow = signal(narrowScreen.matches);
narrowScreen.addEventListener('change', ({ matches }) => {
  isNarrow.value = matches;
});

export function Scores({ view }: { readonly view: ContestView }) {
  const [width, ticks] = isNarrow.value ? [320, 4] : [640, 8];
  const right = width - 20;
  const { contestants, seeds } = view;
  const known = contestants.flatMap(({ scores }) => scores.filter((score) => score !== undefined));
  const low = Math.min(98, ...known) - 0.1;
  const high = Math.max(99.2, ...known) + 0.1;
  const x = (score: number) => left + ((score - low) / (high - low)) * (right - left);
  return (
    <figure class="scores">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={described(view)}>
        {ticksOf({ label: 'accuracy' }, [low, high], ticks).map(({ value, text }) => (
          <g key={text}>
            <line x1={x(value)} x2={x(value)} y1={12} y2={height - 32} class="grid" />
            <text x={x(value)} y={height - 18} text-anchor="middle">
              {text}
            </text>
          </g>
        ))}
        <text x={(left + right) / 2} y={height - 3} text-anchor="middle">
          accuracy on the held-out digits (%)
        </text>
        {seeds.map((seed, i) => {
          const [a, b] = [contestants[0].scores[i], contestants[1].scores[i]];
          if (a === undefined || b === undefined) return null;
          return <line key={seed} x1={x(a)} x2={x(b)} y1={rows[0]} y2={rows[1]} class="pair" />;
        })}
        {contestants.map(({ scores, mean, interval }, at) => (
          <g key={tokens[at]} style={{ color: `var(--${tokens[at]})` }}>
            <text x={12} y={rows[at]} dy="0.35em" class="name">
              {'AB'[at]}
            </text>
            {interval && <Interval from={x(interval[0])} to={x(interval[1])} y={rows[at]! - 14} right={right} />}
            {mean !== undefined && <path d={`M${x(mean)},${rows[at]! - 20}v12`} class="interval" />}
            {scores.map((score, i) =>
              score === undefined ? null : at === 0 ? (
                <circle key={seeds[i]} cx={x(score)} cy={rows[at]} r={5} class="point" />
              ) : (
                <rect key={seeds[i]} x={x(score) - 4.5} y={rows[at]! - 4.5} width={9} height={9} class="point" />
              ),
            )}
          </g>
        ))}
      </svg>
      <figcaption class="note">
        A dot is a training; lines join the same seed. Above: the mean and its 95 % interval; an arrow where it goes on
        beyond the axis.
      </figcaption>
    </figure>
  );
}

interface IntervalProps {
  readonly from: number;
  readonly to: number;
  readonly y: number;
  /** The right edge of the plot. */
  readonly right: number;
}

/** Cut at the edges of the plot, with an arrow there: the interval of two seeds may be wider than all scores. */
function Interval({ from, to, y, right }: IntervalProps) {
  const [start, end] = [Math.max(left, from), Math.min(right, to)];
  const arrows = [
    from < left ? `M${left + 6},${y - 5}l-6,5l6,5` : '',
    to > right ? `M${right - 6},${y - 5}l6,5l-6,5` : '',
  ];
  return <path d={`M${start},${y}H${end}${arrows.join('')}`} class="interval" />;
}

function described({ contestants, seeds }: ContestView): string {
  const texts = contestants.map(({ scores, mean }, i) => {
    const found = scores.map((score, at) =>
      score === undefined ? `seed ${seeds[at]}: not yet` : `seed ${seeds[at]}: ${score.toFixed(2)} %`,
    );
    return `Setting ${'AB'[i]}: ${found.join(', ')}${mean === undefined ? '' : `; mean ${mean.toFixed(2)} %`}`;
  });
  return texts.join('. ');
}
