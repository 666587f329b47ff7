/** Seconds of training an epoch. */
import { heading } from '../block.ts';
import { epochTimesChart } from '../charts/epoch-times.ts';
import type { Section } from '../section.ts';

export const times: Section = (facts) => {
  const { epochTimes, reference } = facts;
  if (epochTimes.length === 0) return [];
  const beside = epochTimes.some((time) => time.reference !== undefined) && reference;
  const machine = beside
    ? ` ${reference.name[0]!.toUpperCase()}${reference.name.slice(1)}’s times are from ${reference.machine}.`
    : '';
  const caption = `Medians over all trials of the time of the batches, without evaluation; several trials ran at once, one core each.${machine}`;
  return [
    heading(2, 'Time per epoch'),
    {
      kind: 'figures',
      size: 'large',
      figures: [{ name: 'epoch-time', content: { svg: epochTimesChart(facts) }, caption }],
    },
  ];
};
