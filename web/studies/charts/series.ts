/** The series of a run as charts: those that measure the same thing on different sets share one. */
import type { Series } from '../../../src/server/protocol.ts';
import type { Plot } from '../../shared/chart/plot.ts';
import { shortNumber } from '../../shared/chart/ticks.ts';
import { strokeOf } from './curves.ts';

/** `train/loss` and `test/loss` are both a `loss`; a tag without a slash stands alone. */
function measureOf(tag: string): string {
  return tag.slice(tag.lastIndexOf('/') + 1);
}

/** @param log whether values stand on a logarithmic axis. */
export function seriesPlots(series: readonly Series[], { log }: { readonly log: boolean }): Plot[] {
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
      return `${tag} ends with ${last === undefined || last === null ? 'nothing' : shortNumber(last)} at step ${step.at(-1) ?? 0}`;
    });
    return {
      title: own.length === 1 ? (own[0]!.title ?? own[0]!.tag) : measure,
      alt: `${ends.join('; ')}.`,
      x: { label: 'step', whole: true },
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
