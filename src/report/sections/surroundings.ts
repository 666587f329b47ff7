/** Where and when the trials were run. */
import { duration } from '../../base/format.ts';
import { heading, paragraph } from '../block.ts';
import type { StudyFacts } from '../facts.ts';
import type { Section } from '../section.ts';
import { countText } from '../words/numbers.ts';

export const surroundings: Section = (facts) => {
  const { sessions, wallSeconds, coreSeconds, trials } = facts;
  const rows = sessions.map(({ started, seconds, environment: e }) => ({
    started: started.slice(0, 16).replace('T', ' '),
    worked: duration(seconds),
    machine: `${e.cpu}, ${e.cores} cores, ${Math.round(e.memoryBytes / 2 ** 30)} GiB`,
    software: `${e.os}, Node ${e.node.replace(/^v/, '')}, lenet-lab ${e.version}`,
    kernels: e.kernels ?? 'quads',
    jobs: `${e.jobs}`,
  }));
  const heads = ['started', 'worked', 'machine', 'software', 'kernels', 'jobs'] as const;
  const columns = heads.map((head) => ({ head, cells: rows.map((row) => row[head]) }));
  return [
    heading(2, 'Training environment'),
    ...(rows.length > 0
      ? [{ kind: 'table', table: { caption: 'Processes that worked on the study', names: 0, columns } } as const]
      : []),
    paragraph(
      `${countText(trials.length, 'trial')}${arithmeticText(facts)}; ${duration(wallSeconds)} at work, ${duration(coreSeconds)} of training and evaluation.`,
    ),
  ];
};

/** The arithmetic of the trials; empty for a task without a choice of it. */
function arithmeticText({ trials, sessions }: StudyFacts): string {
  const found = new Set(
    trials.flatMap(({ settings: { arithmetic } }) => (arithmetic === undefined ? [] : [arithmetic])),
  );
  if (found.size === 0) return '';
  // With one job there are no spare cores.
  const spare = sessions.every(({ environment }) => environment.jobs === 1) ? '' : ' (more for the last of a stage)';
  return `, ${[...found].join(' and ')} arithmetic, one thread per trial${spare}`;
}
