/** Options that several commands have. */
import { Option } from 'commander';
import { kernelChoices } from '../runner/kernel-choice.ts';
import { defaultThreads, mostThreads } from '../runner/machine.ts';
import { parseAssignments, parseInteger } from './options.ts';

export function threadsOption(): Option {
  return new Option(
    '--threads <n>',
    `Number of threads; results do not depend on it (default: as many as are useful, here at most ${defaultThreads(mostThreads)})`,
  ).argParser((text) => parseInteger(text, '--threads', 1, mostThreads));
}

export function kernelsOption(): Option {
  return new Option(
    '--kernels <width>',
    'Images that the kernels compute side by side: quads (4), octs (8, on Node 24 and later), or auto (default): octs where they are proven faster; results do not depend on it',
  ).choices(kernelChoices);
}

/** What `--evaluate` allows: both sets of a run, or its evaluation set alone. */
const evaluatedSets = ['all', 'test'] as const;
export type EvaluatedSets = (typeof evaluatedSets)[number];

export function evaluateOption(): Option {
  return new Option(
    '--evaluate <sets>',
    'Images to evaluate: all, or test: without the training set, which takes less time; the weights do not depend on it',
  )
    .choices(evaluatedSets)
    .default('all');
}

export function picturesOption(): Option {
  return new Option('--pictures', 'Show pictures of data of your own, too; those of published sets are always shown');
}

export function numbersOption(): Option {
  return new Option(
    '--set <name=value>',
    'A number that the network file names, such as filters=16 for {filters}; repeated for several',
  ).argParser(parseAssignments);
}
