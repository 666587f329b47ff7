/** The history of a search: the score of each proposal by its number, and the best so far. */
import * as Plot from '@observablehq/plot';
import { isBetter } from '../../study/trial.ts';
import type { StudyFacts } from '../facts.ts';
import { proposalName, type SearchFacts } from '../search-facts.ts';
import { measureName } from '../words/names.ts';
import { countText, scoreText } from '../words/numbers.ts';
import { colours, draw, integerTicks, type LegendEntry } from './draw.ts';
import {
  baseEntry,
  offScaleEntry,
  offScaleMark,
  type ScoreFrame,
  scoreAxis,
  scoreFrame,
  winnerEntry,
  winnerOf,
} from './search-frame.ts';

export interface HistoryPoint {
  readonly number: number;
  /** Its last score. */
  readonly score: number;
  /** Whether it was trained to its last epoch. */
  readonly isWhole: boolean;
  /** The best score of whole trainings up to this proposal; undefined before the first. */
  readonly best: number | undefined;
}

/** Proposals with a score, by number. */
export function historyPoints({ view }: SearchFacts, { definition }: StudyFacts): HistoryPoint[] {
  let best: number | undefined;
  return view.proposals.flatMap(({ number, state, scores }): HistoryPoint[] => {
    const score = scores.at(-1);
    if (score === undefined || state === 'failed') return [];
    const isWhole = state === 'complete';
    if (isWhole && (best === undefined || isBetter(score, best, definition.objective))) best = score;
    return [{ number, score, isWhole, best }];
  });
}

/** Undefined with fewer than three scores. */
export function searchHistory(facts: StudyFacts, search: SearchFacts): string | undefined {
  const points = historyPoints(search, facts);
  if (points.length < 3) return undefined;
  const frame = scoreFrame(
    points.map(({ score }) => score),
    facts.measure.goal,
  );
  const { objective } = facts.definition;
  const winner = winnerOf(search);
  const isMarked = ({ number }: HistoryPoint) => number === 0 || number === winner;
  const titled = (point: HistoryPoint) =>
    `${proposalName(point.number)}: ${scoreText(point.score, objective)}${point.isWhole ? '' : ', stopped early'}`;
  const inside = points.filter(({ score }) => !frame.isOutside(score));
  const best = points.filter((point) => point.best !== undefined && !frame.isOutside(point.best));
  const last = search.view.planned - 1;
  return draw({
    alt: historyAlt(points, facts),
    legend: legendOf(points, { frame, winner, goal: facts.measure.goal }),
    options: {
      width: 440,
      height: 250,
      marginLeft: 58,
      marginBottom: 38,
      marginRight: 14,
      marginTop: 8,
      style: { fontSize: '12px' },
      x: {
        domain: [-0.5, Math.max(last, points.at(-1)!.number) + 0.5],
        label: 'setting, in the order of the search',
        ticks: integerTicks(0, last, 7),
        tickFormat: 'd',
      },
      y: scoreAxis(frame, objective),
      marks: [
        Plot.dot(
          inside.filter((point) => !isMarked(point) && !point.isWhole),
          { x: 'number', y: 'score', symbol: 'triangle', r: 2.6, stroke: colours.muted, title: titled },
        ),
        Plot.dot(
          inside.filter((point) => !isMarked(point) && point.isWhole),
          { x: 'number', y: 'score', r: 3, fill: colours.ours, fillOpacity: 0.6, title: titled },
        ),
        Plot.lineY(best, { x: 'number', y: 'best', curve: 'step-after', stroke: colours.ours, strokeWidth: 1.8 }),
        offScaleMark(
          points.filter((point) => frame.isOutside(point.score)),
          { x: 'number', frame, title: titled },
        ),
        Plot.dot(
          points.filter(({ number }) => number === winner),
          {
            x: 'number',
            y: ({ score }) => frame.clip(score),
            symbol: 'square',
            r: 5.5,
            fill: colours.good,
            title: titled,
          },
        ),
        Plot.dot(
          points.filter(({ number }) => number === 0),
          {
            x: 'number',
            y: ({ score }) => frame.clip(score),
            symbol: 'diamond',
            r: 6,
            fill: colours.other,
            title: titled,
          },
        ),
      ],
    },
  });
}

interface LegendContext {
  readonly frame: ScoreFrame;
  readonly winner: number | undefined;
  readonly goal: 'maximize' | 'minimize';
}

function legendOf(points: readonly HistoryPoint[], { frame, winner, goal }: LegendContext): LegendEntry[] {
  return [
    {
      sample: { kind: 'symbol', symbol: 'circle', colour: colours.ours, filled: true, size: 3 },
      text: 'a whole training',
    },
    ...(points.some(({ isWhole }) => !isWhole)
      ? [
          {
            sample: { kind: 'symbol', symbol: 'triangle', colour: colours.muted, size: 3 },
            text: 'stopped early: its last score',
          } as const,
        ]
      : []),
    { sample: { kind: 'line', colour: colours.ours }, text: 'the best so far' },
    baseEntry,
    ...(winner === undefined ? [] : [winnerEntry]),
    ...(points.some(({ score }) => frame.isOutside(score)) ? [offScaleEntry(goal)] : []),
  ];
}

/** `Validation accuracy of 84 settings in the order of the search: the base 98.12, the best 99.31 (#40).` */
function historyAlt(points: readonly HistoryPoint[], facts: StudyFacts): string {
  const { objective } = facts.definition;
  const base = points.find(({ number }) => number === 0);
  const best = points.find((point) => point.score === points.at(-1)!.best && point.isWhole);
  const parts = [
    ...(base ? [`the base ${scoreText(base.score, objective)}`] : []),
    ...(best ? [`the best ${scoreText(best.score, objective)} (${proposalName(best.number)})`] : []),
  ];
  return `${measureName(facts.measure)} of ${countText(points.length, 'setting')} in the order of the search: ${parts.join(', ')}.`;
}
