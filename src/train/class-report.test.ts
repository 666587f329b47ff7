/** Reports by class against scikit-learn (test/golden/make_class_report.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../base/errors.ts';
import { classReport, type Scores } from './class-report.ts';

interface Case {
  readonly name: string;
  readonly classes: number;
  readonly logits: readonly number[];
  readonly labels: readonly number[];
  readonly accuracy: number;
  readonly confusion: readonly (readonly number[])[];
  /** Precision, recall, F1 and support, each by class. */
  readonly byClass: readonly [number[], number[], number[], number[]];
  readonly macro: readonly [number, number, number];
  readonly weighted: readonly [number, number, number];
}

const cases: readonly Case[] = JSON.parse(
  readFileSync(new URL('../../test/golden/class-report.json', import.meta.url), 'utf8'),
);

describe.each(cases)('$name', ({ classes, logits, labels, ...golden }) => {
  const report = classReport(Float32Array.from(logits), labels, classes);

  test('has the scores of scikit-learn', () => {
    const [precision, recall, f1, support] = golden.byClass;
    for (const [label, scores] of report.classes.entries()) {
      expect(scores.precision).toBeCloseTo(precision[label]!, 12);
      expect(scores.recall).toBeCloseTo(recall[label]!, 12);
      expect(scores.f1).toBeCloseTo(f1[label]!, 12);
      expect(scores.support).toBe(support[label]);
    }
    expect(report.classes).toHaveLength(classes);
    expect(report.accuracy).toBeCloseTo(golden.accuracy, 12);
    expect(report.confusion).toEqual(golden.confusion);
  });

  test.each(['macro', 'weighted'] as const)('has the %s averages of scikit-learn', (average) => {
    const { precision, recall, f1 }: Scores = report[average];
    for (const [i, found] of [precision, recall, f1].entries()) expect(found).toBeCloseTo(golden[average][i]!, 12);
  });

  test('lists every mistake once, the most probable first', () => {
    const wrong = golden.confusion.flatMap((row, label) => row.filter((_, answer) => answer !== label));
    expect(report.mistakes).toHaveLength(wrong.reduce((sum, count) => sum + count, 0));
    for (const { image, label, answer } of report.mistakes) {
      expect(label).toBe(labels[image]);
      expect(logits[image * classes + answer]).toBe(Math.max(...logits.slice(image * classes, (image + 1) * classes)));
    }
    const probabilities = report.mistakes.map(({ probability }) => probability);
    expect(probabilities).toEqual(probabilities.toSorted((a, b) => b - a));
  });
});

test('the probability of a mistake is that of its answer', () => {
  const { mistakes } = classReport(Float32Array.of(0, Math.log(3), 0, 0), [0, 0], 2);
  expect(mistakes).toEqual([{ image: 0, label: 0, answer: 1, probability: expect.closeTo(0.75, 6) }]);
});

test.each<[string, () => unknown, string]>([
  [
    'another number of logits',
    () => classReport(new Float32Array(5), [0, 1], 3),
    '2 labels of 3 classes need 6 logits',
  ],
  ['a label out of range', () => classReport(new Float32Array(6), [0, 3], 3), 'label 1 is 3, expected 0 to 2'],
  ['a label that is no class', () => classReport(new Float32Array(6), [0, 0.5], 3), 'label 1 is 0.5'],
  ['no images', () => classReport(new Float32Array(0), [], 3), 'labels are empty'],
  ['no classes', () => classReport(new Float32Array(2), [0, 0], 0), 'classes'],
  [
    'outputs that are not finite',
    () => classReport(Float32Array.of(0, 1, 0, Number.NaN), [0, 1], 2),
    'of image 1 hold NaN',
  ],
  ['other arrays', () => classReport([0, 1] as never, [0], 2), 'a Float32Array, got an array of 2'],
])('%s is refused', (_, call, words) => {
  expect(call).toThrow(UsageError);
  expect(call).toThrow(words);
});
