/** The series of a run as charts: those that measure the same thing on different sets share one. */
import type { Series } from '../../../src/server/protocol.ts';
import type { Plot } from '../../shared/chart/plot.ts';
import { shortNumber } from '../../shared/chart/ticks.ts';
import { strokeOf } from './curves.ts';

/** `train/loss` and `test/loss` are both a `loss`; a tag without a slash stands alone. */
function measureOf(tag: string): string {
  return tag.slice(tag.lastIndexOf('/') + 1);
}

export interface SeriesOptions {
  /** Whether values stand on a logarithmic axis. */
  readonly log: boolean;
  /** What the horizontal axis counts; default: steps. */
  readonly step?: string;
}

export function seriesPlots(series: readonly Series[], { log, step: counted = 'step' }: SeriesOptions): Plot[] {
  const byMeasure = new Map<string, Series[]>();
  for (const each of series) {
    const measure = measureOf(each.tag);
    const known = byMeasure.get(measure);
    if (known) known.push(each);
    else byMeasure.set(measure, [each]);
  }
  return [...byMeasure].map(([measure, own]): Plot => {
    const ends = own.map(({ tag, value, step }) => {
      const last = value.findLast((each) => each !== null);
      return `${tag} ends with ${last === undefined || last === null ? 'nothing' : shortNumber(last)} at ${counted} ${step.at(-1) ?? 0}`;
    });
    return {
      title: own.length === 1 ? (own[0]!.title ?? own[0]!.tag) : measure,
      alt: `${ends.join('; ')}.`,
      x: { label: counted, whole: true },
      y: { label: measure, log },
      layers: own.map(({ tag, step, value }, place) => ({
        kind: 'line',
        name: tag,
        ...strokeOf(place),
        x: step,
        y: value.map((each) => each ?? undefined),
      })),
    };
  });
}
