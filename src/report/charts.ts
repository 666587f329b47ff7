/** The report's charts, drawn with Observable Plot into SVG text; colours are CSS variables with a fallback. */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Objective } from '../study/definition.ts';
import { completeTrials, type EpochPoint, type LevelView, scoreOf } from '../study/plan.ts';
import { type Content, postText, type Section, shortLabel } from './content.ts';
import { type PostRun, postAccuracy } from './post.ts';

const ours = 'var(--ours, #1763b8)';
const muted = 'var(--muted, #6b7885)';
const post = 'var(--post, #c2410c)';
const good = 'var(--good, #15803d)';

/** Plot needs a document to draw into; linkedom's is enough and needs no browser. */
function draw(options: Plot.PlotOptions, label: string): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg = Plot.plot({ ...options, document: document as unknown as Document });
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  // Inline SVG knows its namespace; a file of its own does not.
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return svg.outerHTML;
}

/** Every seed as a dot, mean and 95 % interval as a line, the post's value as a diamond; one row a level. */
export function dotPlot({ rows }: Section, { view, measure, unit }: Content): string {
  const { objective } = view.definition;
  const dots = rows.flatMap(({ label, view: level }) =>
    completeTrials(level.trials).map((trial) => ({ label, score: scoreOf(trial, objective), seed: trial.seed })),
  );
  const means = rows.flatMap(({ label, view: level, standing }) =>
    level.summary ? [{ label, ...level.summary, standing }] : [],
  );
  const scores = dots.map(({ score }) => score);
  const posts = rows.flatMap((row) =>
    postText(row, view) === '' ? [] : [{ label: row.label, score: postAccuracy(row.post!.run) }],
  );
  const seen = [...scores, ...posts.map(({ score }) => score)];
  const [least, most] = [Math.min(...seen), Math.max(...seen)];
  // An interval of two or three seeds can dwarf everything; it is cut off at a few spans of the dots.
  const margin = Math.max((most - least) * 0.35, objective === 'accuracy' ? 0.05 : 0.0005);
  const best = objective === 'accuracy' ? 100 : Number.POSITIVE_INFINITY;
  const domain: [number, number] = [Math.max(0, least - margin), Math.min(best, most + margin)];
  const clip = (value: number) => Math.min(domain[1], Math.max(domain[0], value));
  const intervals = means.flatMap(({ label, interval, standing }) =>
    interval ? [{ label, low: clip(interval[0]), high: clip(interval[1]), standing }] : [],
  );
  const colour = (standing: string) => (standing === 'selected' ? good : ours);
  const longestShown = 32;
  const shown = (label: string) => {
    const short = shortLabel(label);
    return short.length > longestShown ? `${short.slice(0, longestShown - 1)}…` : short;
  };
  const longest = Math.max(...rows.map(({ label }) => shown(label).length));
  return draw(
    {
      width: 440,
      height: 56 + rows.length * 30,
      marginBottom: 40,
      marginLeft: 16 + longest * 6.4,
      marginRight: 16,
      marginTop: 8,
      style: { fontSize: '12px' },
      x: { domain, grid: true, label: `${measure}${unit && ` (${unit.trim()})`}`, ticks: 6 },
      y: { domain: rows.map(({ label }) => label), label: null, tickSize: 0, tickFormat: shown },
      marks: [
        Plot.ruleY(intervals, {
          y: 'label',
          x1: 'low',
          x2: 'high',
          stroke: ({ standing }) => colour(standing),
          strokeWidth: 2,
          strokeOpacity: 0.55,
        }),
        Plot.tickX(means, {
          y: 'label',
          x: ({ mean }) => clip(mean),
          stroke: ({ standing }) => colour(standing),
          strokeWidth: 2.5,
          inset: 5,
        }),
        Plot.dot(dots, {
          y: 'label',
          x: 'score',
          r: 4,
          fill: ours,
          fillOpacity: 0.65,
          title: ({ score, seed }) => `seed ${seed}: ${score.toFixed(2)}`,
        }),
        Plot.dot(posts, {
          y: 'label',
          x: 'score',
          r: 5,
          symbol: 'diamond',
          stroke: post,
          strokeWidth: 1.8,
          title: ({ score }) => `the post: ${score.toFixed(2)}`,
        }),
      ],
    },
    `Every seed's result by ${rows.length} levels`,
  );
}

interface CurvePoint {
  readonly epoch: number;
  readonly set: 'train' | 'selection';
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Mean and range over the seeds, epoch by epoch, from epoch 1 on. */
function curvePoints(level: LevelView, objective: Objective): CurvePoint[] {
  const curves = completeTrials(level.trials).map(({ curve }) => curve);
  const value = (point: EpochPoint, set: CurvePoint['set']) =>
    objective === 'accuracy' ? point[set].accuracy * 100 : point[set].loss;
  const epochs = curves[0]?.map(({ epoch }) => epoch).filter((epoch) => epoch > 0) ?? [];
  return (['train', 'selection'] as const).flatMap((set) =>
    epochs.map((epoch) => {
      const values = curves.flatMap((curve) =>
        curve.filter((point) => point.epoch === epoch).map((point) => value(point, set)),
      );
      const mean = values.reduce((sum, item) => sum + item, 0) / values.length;
      return { epoch, set, mean, low: Math.min(...values), high: Math.max(...values) };
    }),
  );
}

function postPoints(run: PostRun | undefined): { epoch: number; set: CurvePoint['set']; mean: number }[] {
  return (run?.epochs ?? []).flatMap(({ epoch, trainAccuracy, testAccuracy }) =>
    epoch === 0
      ? []
      : [
          { epoch, set: 'train' as const, mean: trainAccuracy },
          { epoch, set: 'selection' as const, mean: testAccuracy },
        ],
  );
}

/** A chart a level, all of a stage on one scale: train and the set that selects, ours solid with the seeds' range, the post's dashed. */
export function learningCurves({ rows, stage }: Section, { view }: Content): { label: string; svg: string }[] {
  const { objective } = view.definition;
  const own = rows.filter(
    ({ view: level }) => level.sameAs?.stage !== stage.index && completeTrials(level.trials).length > 0,
  );
  const drawn = own.map((row) => ({
    label: row.label,
    points: curvePoints(row.view, objective),
    posts: objective === 'accuracy' ? postPoints(row.post?.run) : [],
  }));
  if (drawn.every(({ points }) => points.length === 0)) return [];
  // The first epoch's climb would flatten all that is worth seeing.
  const first = Math.max(...drawn.map(({ points }) => Math.max(...points.map(({ epoch }) => epoch)))) > 3 ? 2 : 1;
  const later = drawn.flatMap(({ points, posts }) => [
    ...points.filter(({ epoch }) => epoch >= first).flatMap(({ low, high }) => [low, high]),
    ...posts.filter(({ epoch }) => epoch >= first).map(({ mean }) => mean),
  ]);
  const domain: [number, number] = [Math.min(...later), Math.max(...later)];
  const colour = ({ set }: { set: CurvePoint['set'] }) => (set === 'train' ? muted : ours);
  return drawn.map(({ label, points, posts }) => ({
    label,
    svg: draw(
      {
        width: 300,
        height: 210,
        marginLeft: 44,
        marginBottom: 36,
        marginRight: 8,
        style: { fontSize: '11px' },
        clip: true,
        x: { label: 'epoch', ticks: Math.min(5, Math.max(...points.map(({ epoch }) => epoch))), tickFormat: 'd' },
        y: { label: objective === 'accuracy' ? '%' : 'loss', grid: true, domain, ticks: 5 },
        marks: [
          Plot.areaY(points, { x: 'epoch', y1: 'low', y2: 'high', fill: colour, z: 'set', fillOpacity: 0.18 }),
          Plot.lineY(posts, {
            x: 'epoch',
            y: 'mean',
            stroke: ({ set }) => (set === 'train' ? muted : post),
            z: 'set',
            strokeDasharray: '4,3',
            strokeWidth: 1.3,
          }),
          Plot.lineY(points, { x: 'epoch', y: 'mean', stroke: colour, z: 'set', strokeWidth: 1.8 }),
          Plot.dot(points.length <= 2 ? points : [], { x: 'epoch', y: 'mean', fill: colour, r: 3 }),
        ],
      },
      `Learning curves of ${label}`,
    ),
  }));
}

/** Counts of answers (columns) by label (rows). */
export function confusionChart(counts: readonly (readonly number[])[]): string {
  const cells = counts.flatMap((row, label) => row.map((count, answer) => ({ label, answer, count })));
  const mistakes = cells.filter(({ label, answer, count }) => label !== answer && count > 0);
  const most = Math.max(1, ...mistakes.map(({ count }) => count));
  return draw(
    {
      width: 420,
      height: 420,
      marginLeft: 40,
      marginTop: 8,
      marginBottom: 42,
      style: { fontSize: '12px' },
      padding: 0.04,
      x: { label: 'answer', tickSize: 0, domain: counts.map((_, i) => i), labelAnchor: 'center' },
      y: { label: 'digit', tickSize: 0, domain: counts.map((_, i) => i), labelAnchor: 'center' },
      marks: [
        Plot.cell(
          cells.filter(({ label, answer }) => label === answer),
          { x: 'answer', y: 'label', fill: ours, fillOpacity: 0.14 },
        ),
        Plot.cell(mistakes, {
          x: 'answer',
          y: 'label',
          fill: post,
          fillOpacity: ({ count }) => 0.12 + (0.6 * count) / most,
        }),
        Plot.text(
          cells.filter(({ count }) => count > 0),
          { x: 'answer', y: 'label', text: ({ count }) => `${count}`, fill: 'currentColor', fontSize: 11 },
        ),
      ],
    },
    'Confusion matrix',
  );
}

/** Filters [count][height][width] as squares: blue adds, red takes away, by strength. */
export function filtersChart(filters: readonly (readonly (readonly number[])[])[]): string {
  const most = Math.max(...filters.flat(2).map(Math.abs));
  const [cell, gap] = [16, 12];
  const size = filters[0]!.length * cell;
  const across = filters[0]![0]!.length * cell;
  const squares = filters.flatMap((filter, index) =>
    filter.flatMap((row, y) =>
      row.map((weight, x) => {
        const left = index * (across + gap) + x * cell;
        const fill = weight >= 0 ? ours : post;
        return `<rect x="${left}" y="${y * cell}" width="${cell}" height="${cell}" style="fill:${fill}" fill-opacity="${(Math.abs(weight) / most).toFixed(3)}"><title>${weight.toFixed(4)}</title></rect>`;
      }),
    ),
  );
  const frames = filters.map(
    (_, index) =>
      `<rect x="${index * (across + gap)}" y="0" width="${across}" height="${size}" fill="none" stroke="currentColor" stroke-opacity="0.4"/>`,
  );
  const width = filters.length * (across + gap) - gap;
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="First-layer filters" viewBox="-1 -1 ${width + 2} ${size + 2}" width="${width + 2}" height="${size + 2}">${squares.join('')}${frames.join('')}</svg>`;
}

/** Median seconds by batch size, ours and the post's. */
export function epochTimeChart(
  times: readonly { batchSize: number; ours: number; post: number | undefined }[],
): string {
  const bars = times.flatMap(({ batchSize, ours: seconds, post: theirs }) => [
    { batchSize, who: 'ours', seconds },
    ...(theirs === undefined ? [] : [{ batchSize, who: 'the post', seconds: theirs }]),
  ]);
  return draw(
    {
      width: 560,
      height: 60 + bars.length * 22,
      marginBottom: 40,
      marginLeft: 64,
      marginRight: 56,
      style: { fontSize: '12px' },
      x: { label: 'seconds of training an epoch', grid: true },
      y: {
        label: null,
        tickSize: 0,
        domain: ['ours', 'the post'].filter((who) => bars.some((bar) => bar.who === who)),
        axis: null,
      },
      fy: { label: 'batch', domain: times.map(({ batchSize }) => batchSize), axis: 'left' },
      marks: [
        Plot.barX(bars, {
          y: 'who',
          fy: 'batchSize',
          x: 'seconds',
          fill: ({ who }) => (who === 'ours' ? ours : post),
          fillOpacity: 0.75,
        }),
        Plot.text(bars, {
          y: 'who',
          fy: 'batchSize',
          x: 'seconds',
          text: ({ seconds }) => `${seconds.toFixed(1)} s`,
          textAnchor: 'start',
          dx: 4,
          fill: 'currentColor',
        }),
      ],
    },
    'Seconds of training an epoch by batch size',
  );
}
