/** `lenet describe` of a recipe: its sentence, its settings and its teachers. */
import { relative } from 'node:path';
import { UsageError } from '../base/errors.ts';
import { nameOfValue } from '../base/named-content.ts';
import { visibleLines } from '../base/plain-text.ts';
import { readRecipe } from '../runner/study-files.ts';
import { quoted } from './quoted.ts';

/** @throws UsageError for options that are for networks. */
export function describeRecipe(name: string, options: { readonly svg?: string; readonly kernels?: boolean }): void {
  const [foreign] = Object.keys(options);
  if (foreign !== undefined) throw new UsageError(`--${foreign} is for networks, ${name} is a recipe`);
  const { sentence, settings, distill } = readRecipe(name);
  const width = Math.max(...Object.keys(settings).map((key) => key.length));
  const lines = Object.entries(settings).map(
    ([key, value]) => `  ${key.padEnd(width)}  ${typeof value === 'string' ? nameOfValue(value) : value}`,
  );
  const taught =
    distill === undefined
      ? []
      : ['', `Its teachers: ${distill.teachers.map((teacher) => relative('.', teacher)).join(', ')}`];
  const text = [
    `${name}: ${sentence}`,
    '',
    ...lines,
    ...taught,
    '',
    `Train with it: npx lenet train --recipe ${quoted(name)}`,
  ];
  process.stdout.write(`${visibleLines(text.join('\n'))}\n`);
}
