/** Trials that failed or were pruned, with their reasons. */
import { heading, paragraph } from '../block.ts';
import { hasNoScore } from '../facts.ts';
import { settingsText } from '../naming.ts';
import type { Section } from '../section.ts';
import { endText } from '../words/notes.ts';

const mostListed = 50;

export const failures: Section = ({ trials, naming }) => {
  // A search stops trainings early on purpose.
  const found = trials.filter(({ trial, search }) => hasNoScore(trial) && !(search && trial.state === 'pruned'));
  if (found.length === 0) return [];
  const items = found
    .slice(0, mostListed)
    .map(
      ({ trial, settings }) =>
        `trial ${trial.number} (${settingsText(settings, naming)}, seed ${trial.seed}) ${endText(trial)}`,
    );
  const more = found.length - items.length;
  return [
    heading(2, found.some(({ trial }) => trial.state === 'pruned') ? 'Failed and pruned trials' : 'Failed trials'),
    { kind: 'list', items },
    ...(more > 0 ? [paragraph(`${more.toLocaleString('en-US')} more are in trials.csv (lenet study export).`)] : []),
  ];
};
