/** Learning curves: one chart per level, all charts of a stage on one scale. */
import * as Plot from '@observablehq/plot';
import { type Objective, objectives } from '../../study/definition.ts';
import { completeTrials, type EpochPoint, scoreOf } from '../../study/trial.ts';
import type { LevelFacts, StageFacts, StudyFacts } from '../facts.ts';
import { distinctLevels } from '../facts.ts';
import { shownLevels } from '../stage-tables.ts';
import type { TextTable } from '../table.ts';
import { fullName } from '../words/names.ts';
import { scoreText } from '../words/numbers.ts';
import { colours, draw, integerTicks, type LegendEntry } from './draw.ts';

export type CurveSet = 'selection' | 'train';

export interface CurvePoint {
  readonly epoch: number;
  readonly set: CurveSet;
  readonly mean: number;
  /** The lowest and the highest value of all seeds. */
  readonly low: number;
  readonly high: number;
}

export interface CurveData {
  readonly level: LevelFacts;
  readonly points: readonly CurvePoint[];
  readonly reference: readonly Pick<CurvePoint, 'epoch' | 'set' | 'mean'>[];
}

export interface CurvesData {
  readonly curves: readonly CurveData[];
  /** Ends of the vertical axis. */
  readonly domain: readonly [low: number, high: number];
  readonly leftOut: number;
}

/** Maximum number of charts. */
const mostCurves = 12;

/** Mean and range over the seeds, epoch by epoch, from epoch 1 on; undefined where nothing has been trained. */
export function curvesData(stage: StageFacts, facts: StudyFacts): CurvesData | undefined {
  const trained = distinctLevels(stage).filter(({ view }) => completeTrials(view.trials).length > 0);
  const { levels, leftOut } = shownLevels({ levels: trained }, facts, mostCurves);
  const curves = levels.map((level): CurveData => {
    const points = curvePoints(level, facts.definition.objective);
    const sets = new Set(points.map(({ set }) => set));
    return { level, points, reference: referencePoints(level).filter(({ set }) => sets.has(set)) };
  });
  // A curve needs two points.
  if (!curves.some(({ points }) => points.some(({ epoch }) => epoch > 1))) return undefined;
  // Epoch 1 is far below the later epochs; a frame that held it would leave no height for their differences.
  const first = lastEpoch(curves) > 3 ? 2 : 1;
  const seen = curves.flatMap(({ points, reference }) => [
    ...points.filter(({ epoch }) => epoch >= first).flatMap(({ low, high }) => [low, high]),
    ...reference.filter(({ epoch }) => epoch >= first).map(({ mean }) => mean),
  ]);
  return { curves, domain: [Math.min(...seen), Math.max(...seen)], leftOut };
}

function lastEpoch(curves: readonly CurveData[]): number {
  return Math.max(...curves.flatMap(({ points }) => points.map(({ epoch }) => epoch)));
}

function curvePoints({ view }: LevelFacts, objective: Objective): CurvePoint[] {
  const trials = completeTrials(view.trials);
  const bySet: Readonly<Record<CurveSet, Map<number, number[]>>> = { selection: new Map(), train: new Map() };
  for (const { curve } of trials) {
    for (const point of curve) {
      if (point.epoch === 0) continue;
      for (const set of ['selection', 'train'] as const) {
        const value = epochValue(point, set, objective);
        if (value === undefined) continue;
        const known = bySet[set].get(point.epoch);
        if (known) known.push(value);
        else bySet[set].set(point.epoch, [value]);
      }
    }
  }
  // Trials may leave out the training set. A mean over some of the seeds is not shown beside one over all of them.
  const isShown = (set: CurveSet, values: readonly number[]) => set === 'selection' || values.length === trials.length;
  return (['train', 'selection'] as const).flatMap((set) =>
    [...bySet[set]]
      .filter(([, values]) => isShown(set, values))
      .map(([epoch, values]) => ({
        epoch,
        set,
        low: Math.min(...values),
        high: Math.max(...values),
        mean: values.reduce((sum, value) => sum + value, 0) / values.length,
      })),
  );
}

/** The score is measured on the set that selects. */
function epochValue({ score, train }: EpochPoint, set: CurveSet, objective: Objective): number | undefined {
  if (set === 'selection') return score;
  return train && scoreOf(train, objective);
}

function referencePoints({ reference }: LevelFacts): CurveData['reference'] {
  return (reference?.curve ?? []).flatMap(({ epoch, train, selection }) =>
    epoch === 0
      ? []
      : [
          { epoch, set: 'train' as const, mean: train },
          { epoch, set: 'selection' as const, mean: selection },
        ],
  );
}

/** A mark where a curve leaves the frame. */
export interface OffScale {
  readonly epoch: number;
  readonly edge: number;
  readonly arrow: '▲' | '▼';
  readonly value: number;
}

/** Points outside the frame, each at the edge where its curve leaves. */
export function offScale({ points, reference }: CurveData, [low, high]: CurvesData['domain']): OffScale[] {
  return [...points, ...reference].flatMap(({ epoch, mean }): OffScale[] => {
    if (mean < low) return [{ epoch, edge: low, arrow: '▼', value: mean }];
    return mean > high ? [{ epoch, edge: high, arrow: '▲', value: mean }] : [];
  });
}

export interface CurveChart {
  readonly title: string;
  readonly svg: string;
  /** What it shows, epoch by epoch. */
  readonly numbers: TextTable;
}

export function learningCurves(stage: StageFacts, facts: StudyFacts): { charts: CurveChart[]; leftOut: number } {
  const data = curvesData(stage, facts);
  if (!data) return { charts: [], leftOut: 0 };
  const charts = data.curves.map((curve) => ({
    title: fullName(curve.level, stage, facts),
    svg: drawCurve(curve, data, stage, facts),
    numbers: numbersOf(curve, facts),
  }));
  return { charts, leftOut: data.leftOut };
}

function numbersOf({ points, reference }: CurveData, facts: StudyFacts): TextTable {
  const rows = [
    ...points.map(({ set, epoch, mean, low, high }) => ['this study', set, epoch, mean, low, high]),
    ...reference.map(({ set, epoch, mean }) => [facts.reference?.name ?? 'reference', set, epoch, mean, '', '']),
  ];
  return {
    caption: 'Epoch by epoch',
    names: 0,
    columns: ['who', 'set', 'epoch', 'mean', 'lowest', 'highest'].map((head, column) => ({
      head,
      cells: rows.map((row) => `${row[column]}`),
    })),
  };
}

const dashes = { selection: undefined, train: '2,3' } as const;
const ourColours = { selection: colours.ours, train: colours.muted } as const;

function drawCurve(curve: CurveData, { domain, curves }: CurvesData, stage: StageFacts, facts: StudyFacts): string {
  const { points, reference } = curve;
  const { objective } = facts.definition;
  const last = lastEpoch(curves);
  const off = offScale(curve, domain);
  const sets = (['selection', 'train'] as const).filter((set) => points.some((point) => point.set === set));
  const clipped = (value: number) => Math.min(domain[1], Math.max(domain[0], value));
  return draw({
    alt: curveAlt(curve, stage, facts),
    legend: legendOf(sets, curve, off, facts),
    options: {
      width: 300,
      height: 210,
      marginLeft: 52,
      marginBottom: 36,
      marginRight: 12,
      marginTop: 10,
      style: { fontSize: '11px' },
      x: { domain: [1, Math.max(2, last)], label: 'epoch', ticks: integerTicks(1, last, 6), tickFormat: 'd' },
      // Plot sets an axis label at the very top, where the legend stands.
      y: {
        label: null,
        grid: true,
        domain: [...domain],
        ticks: 5,
        tickFormat: (value: number) => axisText(value, objective),
      },
      marks: [
        ...sets.map((set) =>
          Plot.areaY(
            points.filter((point) => point.set === set),
            {
              x: 'epoch',
              y1: ({ low }) => clipped(low),
              y2: ({ high }) => clipped(high),
              fill: ourColours[set],
              fillOpacity: 0.18,
            },
          ),
        ),
        ...sets.map((set) =>
          Plot.lineY(
            reference.filter((point) => point.set === set),
            {
              x: 'epoch',
              y: 'mean',
              stroke: colours.other,
              strokeWidth: 1.3,
              clip: true,
              ...(dashes[set] ? { strokeDasharray: dashes[set] } : {}),
            },
          ),
        ),
        ...sets.map((set) =>
          Plot.lineY(
            points.filter((point) => point.set === set),
            {
              x: 'epoch',
              y: 'mean',
              stroke: ourColours[set],
              strokeWidth: 2,
              clip: true,
              ...(dashes[set] ? { strokeDasharray: dashes[set] } : {}),
            },
          ),
        ),
        Plot.text(off, {
          x: 'epoch',
          y: 'edge',
          text: 'arrow',
          fontSize: 10,
          fill: 'currentColor',
          title: ({ epoch, value }) => `epoch ${epoch}: ${scoreText(value, objective)}, off scale`,
        }),
      ],
    },
  });
}

/** A score at an axis: four digits. */
export function axisText(value: number, objective: Objective): string {
  const text = String(Number(value.toPrecision(4)));
  return `${text}${objectives[objective].unit}`;
}

function setName(set: CurveSet, { measure }: StudyFacts): string {
  if (set === 'train') return 'training';
  return measure.set ?? objectives[measure.objective].name;
}

function legendOf(
  sets: readonly CurveSet[],
  { reference, level }: CurveData,
  off: readonly OffScale[],
  facts: StudyFacts,
): LegendEntry[] {
  const range = completeTrials(level.view.trials).length > 1 ? ' (mean, range)' : '';
  return [
    ...sets.map((set): LegendEntry => {
      const dash = dashes[set];
      return {
        sample: { kind: 'line', colour: ourColours[set], ...(dash ? { dash } : {}) },
        text: `${setName(set, facts)}${set === 'selection' ? range : ''}`,
      };
    }),
    ...(reference.length > 0
      ? [{ sample: { kind: 'line', colour: colours.other, width: 1.3 }, text: facts.reference!.name } as const]
      : []),
    ...(off.length > 0
      ? [
          {
            sample: { kind: 'text', text: [...new Set(off.map(({ arrow }) => arrow))].join(' ') },
            text: 'off scale',
          } as const,
        ]
      : []),
  ];
}

/** `Learning curves of l2 0: test accuracy 98.86 % after 10 epochs, training accuracy 99.62 %; the post 98.94 %.` */
export function curveAlt({ level, points, reference }: CurveData, stage: StageFacts, facts: StudyFacts): string {
  const { objective } = facts.definition;
  const { unit, name } = objectives[objective];
  const lastOf = (set: CurveSet) => points.filter((point) => point.set === set).at(-1);
  const text = (mean: number) => `${scoreText(mean, objective)}${unit}`;
  const [selection, train] = [lastOf('selection'), lastOf('train')];
  const parts = [
    ...(selection
      ? [
          `${facts.measure.set ? `${facts.measure.set} ` : ''}${name} ${text(selection.mean)} after ${selection.epoch === 1 ? '1 epoch' : `${selection.epoch} epochs`}`,
        ]
      : []),
    ...(train ? [`training ${name} ${text(train.mean)}`] : []),
  ];
  const beside = reference.filter(({ set }) => set === 'selection').at(-1);
  const also = beside && facts.reference ? `; ${facts.reference.name} ${text(beside.mean)}` : '';
  return `Learning curves of ${fullName(level, stage, facts)}: ${parts.join(', ')}${also}.`;
}
