/** Seconds of training an epoch. */
import { capitalized } from '../../base/format.ts';
import { heading } from '../block.ts';
import { epochTimesChart, timeBars } from '../charts/epoch-times.ts';
import type { StudyFacts } from '../facts.ts';
import type { Section } from '../section.ts';
import type { TextTable } from '../table.ts';

/** How the trials shared the machine; empty where no process recorded it. */
function sharing({ sessions }: StudyFacts): string {
  if (sessions.length === 0) return '';
  return sessions.every(({ environment }) => environment.jobs === 1)
    ? '; one trial ran at a time'
    : '; several trials ran at once, one core each';
}

export const times: Section = (facts) => {
  const { epochTimes, reference } = facts;
  if (epochTimes.length === 0) return [];
  const beside = epochTimes.some((time) => time.reference !== undefined) && reference;
  const machine = beside ? ` ${capitalized(reference.name)}’s times are from ${reference.machine}.` : '';
  const caption = `Medians over all trials of the time of the batches, without evaluation${sharing(facts)}.${machine}`;
  return [
    heading(2, 'Time per epoch'),
    {
      kind: 'figures',
      size: 'large',
      figures: [{ name: 'epoch-time', content: { svg: epochTimesChart(facts) }, caption, numbers: tableOf(facts) }],
    },
  ];
};

function tableOf(facts: StudyFacts): TextTable {
  const bars = timeBars(facts);
  const name = { ours: 'this study', reference: facts.reference?.name ?? 'reference' } as const;
  return {
    caption: 'Seconds of training an epoch',
    names: 0,
    columns: [
      { head: 'batch size', cells: bars.map(({ batchSize }) => `${batchSize}`), align: 'right' },
      { head: 'who', cells: bars.map(({ who }) => name[who]) },
      { head: 'seconds an epoch', cells: bars.map(({ seconds }) => `${seconds}`), align: 'right' },
    ],
  };
}
