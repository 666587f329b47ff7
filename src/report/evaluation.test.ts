/** An evaluation as text, JSON and page, with classes by name. */
import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import type { Dataset } from '../data/dataset.ts';
import { classReport } from '../train/class-report.ts';
import { type EvaluationFacts, evaluationJson, evaluationText } from './evaluation.ts';
import { evaluationPage } from './evaluation-page.ts';

const set: Dataset = {
  name: 'fruit test',
  shape: [3, 1, 2],
  classes: 3,
  classNames: ['apple', 'pear', '<plum>'],
  images: Uint8Array.from({ length: 30 }, (_, i) => i),
  labels: Uint8Array.of(0, 0, 1, 1, 1),
};
/** Answers: apple, pear, pear, pear, apple. */
const logits = Float32Array.of(2, 0, 0, 0, 1, 0, 0, 3, 0, 0, 4, 0, 5, 0, 0);
const facts: EvaluationFacts = {
  model: 'lenet5',
  file: 'model.safetensors',
  data: { name: 'fruit', hash: '1234567890abcdef' },
  setName: 'test',
  set,
  loss: 0.25,
  report: classReport(logits, set.labels, 3),
};

describe('as text', () => {
  test('has scores by class and the matrix', () => {
    const lines = evaluationText(facts, 80).split('\n');
    const row = (name: string) =>
      lines
        .find((line) => line.includes(name))!
        .replaceAll(/[│ ]+/g, ' ')
        .trim();
    expect(row('apple')).toBe('apple 50.00 50.00 50.00 2');
    expect(row('pear')).toBe('pear 66.67 66.67 66.67 3');
    expect(row('macro')).toBe('macro average 38.89 38.89 38.89 5');
    expect(lines.slice(-4)).toEqual([
      '        apple   pear <plum>',
      'apple       1      1      ·',
      'pear        1      2      ·',
      '<plum>      ·      ·      ·',
    ]);
    expect(lines.join(' ')).toContain(
      'There are no images of <plum>; recall counts as 0 there. No image was taken for <plum>;',
    );
  });

  test('has the most frequent confusions where the matrix is too wide, and fits', () => {
    const names = ['a rather long name of a class', 'another one', 'short'];
    const long = { ...facts, set: { ...set, classNames: names } };
    const text = evaluationText(long, 40);
    expect(text).toContain('another one');
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(40);
    expect(evaluationText(long, 30)).toContain('Most frequent confusions');
  });

  test('does not show a matrix of 300 columns', () => {
    const labels = Uint8Array.from({ length: 100 }, (_, i) => i);
    const many = { ...set, classes: 100, classNames: undefined, labels };
    const report = classReport(
      Float32Array.from({ length: 10_000 }, (_, i) => (i % 100 === 7 ? 1 : 0)),
      labels,
      100,
    );
    const text = evaluationText({ ...facts, set: many, report }, 80);
    expect(text).toContain('Most frequent confusions');
    expect(text).toContain('84 mistakes are of other pairs.');
    expect(text).toContain('0, 1, 2, 3, 4 or 94 other classes');
  });
});

test('as JSON it has all of it, with names', () => {
  expect(evaluationJson(facts)).toMatchObject({
    classes: [
      { name: 'apple', precision: 0.5, recall: 0.5, f1: 0.5, support: 2, answers: 2 },
      { name: 'pear', support: 3, answers: 3 },
      { name: '<plum>', precision: 0, recall: 0, f1: 0, support: 0, answers: 0 },
    ],
    confusion: [
      [1, 1, 0],
      [1, 2, 0],
      [0, 0, 0],
    ],
    mistakes: [
      { image: 4, label: 1, answer: 0 },
      { image: 1, label: 0, answer: 1 },
    ],
  });
});

describe('as a page', () => {
  const page = (instead?: string) => {
    const html = evaluationPage(facts, instead);
    return { html, document: parseHTML(html).document };
  };

  test('pictures have text alternatives, and nothing is loaded', () => {
    const { document, html } = page();
    const pictures = [...document.querySelectorAll('img')];
    expect(pictures.map((img) => img.getAttribute('alt'))).toEqual([
      'Image 4, pear taken for apple',
      'Image 1, apple taken for pear',
    ]);
    for (const img of pictures) expect(img.getAttribute('src')).toMatch(/^data:image\/png;base64,/);
    expect(html).toContain("default-src 'none'");
    expect(html).not.toContain('<plum>');
    expect(document.querySelector('svg')!.getAttribute('aria-label')).toBe(
      'Confusion matrix: 2 of 5 images wrong; most often apple taken for pear (one time).',
    );
  });

  test('a picture of a file says which', () => {
    const files = ['a.png', 'b/1.png', 'c.png', 'd.png', 'b/<4>.png'];
    const own = { ...facts, set: { ...set, files } };
    const { document } = parseHTML(evaluationPage(own, undefined));
    const captions = [...document.querySelectorAll('figcaption')].map((each) => each.textContent);
    expect(captions.slice(1)).toEqual([
      expect.stringMatching(/^pear, taken for apple \(\d+\.\d %\), image 4, b\/<4>\.png$/),
      expect.stringMatching(/image 1, b\/1\.png$/),
    ]);
    expect(evaluationJson(own)).toMatchObject({
      mistakes: [
        { image: 4, file: 'b/<4>.png' },
        { image: 1, file: 'b/1.png' },
      ],
    });
  });

  test('pictures are left out with the reason', () => {
    const { document } = page('Pictures are left out.');
    expect(document.querySelectorAll('img')).toHaveLength(0);
    expect(document.body.textContent).toContain('Pictures are left out.');
  });
});
