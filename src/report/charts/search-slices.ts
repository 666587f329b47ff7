/** Slices of a search: the score of all settings against each hyperparameter, one chart for each. */
import * as Plot from '@observablehq/plot';
import type { StudyFacts } from '../facts.ts';
import { proposalName, type SearchFacts } from '../search-facts.ts';
import { countText, scoreText } from '../words/numbers.ts';
import { colours, draw } from './draw.ts';
import {
  baseEntry,
  type DimensionScale,
  dimensionScale,
  offScaleEntry,
  offScaleMark,
  scoreAxis,
  scoreFrame,
  shownTicks,
  spreadOf,
  winnerEntry,
  winnerOf,
} from './search-frame.ts';

export interface SlicePoint {
  readonly number: number;
  /** On the axis, from 0 to 1. */
  readonly at: number;
  readonly score: number;
}

/** The compared proposals that have a value of the hyperparameter inside the space. */
export function slicePoints(name: string, scale: DimensionScale, { compared }: SearchFacts): SlicePoint[] {
  return compared.flatMap(({ proposal: { number, values }, score }): SlicePoint[] => {
    const at = scale.at(values[name]);
    if (at === undefined) return [];
    // Points of one value of a list would lie on one line.
    const spread = scale.count === undefined ? 0 : (spreadOf(number) * 0.5) / scale.count;
    return [{ number, at: at + spread, score }];
  });
}

export interface SliceChart {
  readonly name: string;
  readonly svg: string;
}

const width = 300;
const margins = { left: 54, right: 14 };

/** The most important hyperparameters first, where that is known; none with fewer than three scores. */
export function searchSlices(facts: StudyFacts, search: SearchFacts): SliceChart[] {
  if (search.compared.length < 3) return [];
  const { space, objective } = facts.definition;
  const frame = scoreFrame(
    search.compared.map(({ score }) => score),
    facts.measure.goal,
  );
  const winner = winnerOf(search);
  const order = search.importances?.rows.map(({ name }) => name) ?? Object.keys(space);
  return order.flatMap((name): SliceChart[] => {
    const scale = dimensionScale(name, space[name]!, { naming: facts.naming });
    const points = slicePoints(name, scale, search);
    if (points.length < 3) return [];
    const titled = ({ number, score }: SlicePoint) => `${proposalName(number)}: ${scoreText(score, objective)}`;
    const [base, won] = [0, winner].map((number) => points.filter((point) => point.number === number));
    const outside = points.filter(({ score }) => frame.isOutside(score));
    const plain = points.filter(({ number, score }) => !frame.isOutside(score) && number !== 0 && number !== winner);
    const ticks = shownTicks(scale, width - margins.left - margins.right, 11);
    const svg = draw({
      alt: `Scores by ${name}, ${countText(points.length, 'setting')}.`,
      legend: [
        ...(base!.length > 0 ? [baseEntry] : []),
        ...(won!.length > 0 ? [winnerEntry] : []),
        ...(outside.length > 0 ? [offScaleEntry(facts.measure.goal)] : []),
      ],
      options: {
        width,
        height: 190,
        marginLeft: margins.left,
        marginBottom: 24,
        marginRight: margins.right,
        marginTop: 8,
        style: { fontSize: '11px' },
        x: {
          domain: [-0.03, 1.03],
          label: null,
          ticks: ticks.map(({ at }) => at),
          tickFormat: (at: number) => ticks.find((tick) => tick.at === at)!.text,
        },
        y: scoreAxis(frame, objective),
        marks: [
          Plot.dot(plain, { x: 'at', y: 'score', r: 2.6, fill: colours.ours, fillOpacity: 0.5, title: titled }),
          offScaleMark(outside, { x: 'at', frame, title: titled }),
          Plot.dot(won!, { x: 'at', y: clipped, symbol: 'square', r: 5, fill: colours.good, title: titled }),
          Plot.dot(base!, { x: 'at', y: clipped, symbol: 'diamond', r: 5.5, fill: colours.other, title: titled }),
        ],
      },
    });
    return [{ name, svg }];

    function clipped({ score }: SlicePoint): number {
      return frame.clip(score);
    }
  });
}
