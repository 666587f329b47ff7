/** The rungs of a search with early stopping: learning curves of its settings, and which of them were promoted. */
import * as Plot from '@observablehq/plot';
import type { StudyFacts } from '../facts.ts';
import { proposalName, type SearchFacts } from '../search-facts.ts';
import { measureName } from '../words/names.ts';
import { countText } from '../words/numbers.ts';
import { colours, draw, type LegendEntry } from './draw.ts';
import { scoreAxis, scoreFrame } from './search-frame.ts';

export interface RungCurve {
  readonly number: number;
  /** `last`: it was trained to the last epoch; `first`: no further than the first rung. */
  readonly reached: 'first' | 'last';
  readonly points: readonly { readonly epoch: number; readonly score: number }[];
}

/** Settings with a score at the first rung. */
export function rungCurves({ view }: SearchFacts): RungCurve[] {
  const { rungs } = view;
  return view.proposals.flatMap(({ number, scores, state, trial }): RungCurve[] => {
    if (scores.length === 0 || state === 'failed' || !trial) return [];
    const until = rungs[scores.length - 1]!;
    const between = trial.curve.filter(({ epoch }) => epoch >= 1 && epoch < until);
    const points = [...between.map(({ epoch, score }) => ({ epoch, score })), { epoch: until, score: scores.at(-1)! }];
    const reached = scores.length === rungs.length ? 'last' : 'first';
    return [{ number, reached, points }];
  });
}

const styles = {
  first: { stroke: colours.muted, strokeWidth: 0.8, strokeOpacity: 0.45 },
  last: { stroke: colours.ours, strokeWidth: 1.8, strokeOpacity: 0.9 },
} as const;

/** Undefined without early stopping, and before a setting was promoted. */
export function searchRungs(facts: StudyFacts, search: SearchFacts): string | undefined {
  const { rungs } = search.view;
  const curves = rungs.length > 1 ? rungCurves(search) : [];
  if (!curves.some(({ reached }) => reached !== 'first')) return undefined;
  const { objective } = facts.definition;
  const frame = scoreFrame(
    curves.flatMap(({ points }) => points.map(({ score }) => score)),
    facts.measure.goal,
  );
  const rows = curves.flatMap(({ number, reached, points }) => points.map((point) => ({ number, reached, ...point })));
  const kinds = (['first', 'last'] as const).filter((kind) => curves.some(({ reached }) => reached === kind));
  const texts = {
    first: `no further than ${countText(rungs[0]!, 'epoch')}`,
    last: 'trained to the last epoch',
  };
  return draw({
    alt: rungsAlt(curves, facts, search),
    legend: kinds.map((kind): LegendEntry => {
      const { stroke, strokeWidth } = styles[kind];
      return kind === 'first'
        ? { sample: { kind: 'symbol', symbol: 'circle', colour: stroke, filled: true, size: 2.4 }, text: texts[kind] }
        : { sample: { kind: 'line', colour: stroke, width: strokeWidth }, text: texts[kind] };
    }),
    options: {
      width: 440,
      height: 260,
      marginLeft: 58,
      marginBottom: 38,
      marginRight: 16,
      marginTop: 8,
      style: { fontSize: '12px' },
      x: {
        type: 'log',
        domain: [rungs[0]! * 0.93, rungs.at(-1)! * 1.07],
        label: 'epoch (the rungs)',
        ticks: [...rungs],
        tickFormat: (epoch: number) => String(epoch),
      },
      y: scoreAxis(frame, objective),
      marks: [
        Plot.ruleX(rungs, { stroke: colours.muted, strokeOpacity: 0.4, strokeDasharray: '2,3' }),
        ...kinds.flatMap((kind) => {
          const own = rows.filter(({ reached }) => reached === kind);
          const ends = own.filter(({ epoch }) => rungs.includes(epoch) && kind !== 'first');
          const dots = kind === 'first' ? own.filter(({ epoch }) => epoch === rungs[0]) : ends;
          return [
            Plot.line(own, { x: 'epoch', y: 'score', z: 'number', clip: true, ...styles[kind] }),
            Plot.dot(
              dots.filter(({ score }) => !frame.isOutside(score)),
              {
                x: 'epoch',
                y: 'score',
                r: 2.4,
                fill: styles[kind].stroke,
                fillOpacity: styles[kind].strokeOpacity,
                title: ({ number }: { number: number }) => proposalName(number),
              },
            ),
          ];
        }),
      ],
    },
  });
}

/** `Validation accuracy by epoch of 27 settings: 3 went on to 9 epochs.` */
function rungsAlt(curves: readonly RungCurve[], { measure }: StudyFacts, { view: { rungs } }: SearchFacts): string {
  const count = curves.filter(({ reached }) => reached === 'last').length;
  return `${measureName(measure)} by epoch of ${countText(curves.length, 'setting')}: ${count} went on to ${rungs.at(-1)} epochs.`;
}
