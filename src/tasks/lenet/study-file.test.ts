/** Study files: those that ship, and every mistake with its place. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../base/errors.ts';
import { plannedLevels } from '../../study/strategies.ts';
import { parseStudyFile, studyJsonSchema } from './study-file.ts';

const studies = new URL('../../../studies/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, studies), 'utf8');
const post = read('post.yaml');

test.each(readdirSync(studies).filter((name) => name.endsWith('.yaml')))('%s is sound', (name) => {
  const study = parseStudyFile(read(name), name);
  expect(`${study.name}.yaml`).toBe(name);
  expect(plannedLevels(study).flat().length).toBeGreaterThan(1);
});

test('the schema that ships is the one the code has', () => {
  expect(JSON.parse(read('study.schema.json'))).toEqual(studyJsonSchema());
});

test('post.yaml is the post’s study: eleven rows beside the baseline’s repetition', () => {
  const study = parseStudyFile(post, 'post.yaml');
  const { protocol, base, seeds } = study;
  const stages = plannedLevels(study);
  expect([protocol, seeds]).toEqual(['post', [1, 2, 3]]);
  expect(base).toEqual({ model: 'lenet5', optimizer: 'adam', learningRate: 3e-4, batchSize: 128, l2: 0, epochs: 10 });
  expect(stages.map((levels) => levels.map(({ label }) => label))).toEqual([
    ['128', '32', '64', '256', '512'],
    ['0', '1e-2', '1e-4', '1e-6'],
    ['adam', 'adamw', 'nadam', 'AdaBelief (Flux 0.12.4)'],
  ]);
  expect(stages[2]![3]!.settings).toEqual({ optimizer: 'adabelief', biasCorrection: false });
});

test('seeds can be replaced, and a number of them is a list', () => {
  expect(parseStudyFile(post, 'f', [7]).seeds).toEqual([7]);
  expect(parseStudyFile(post.replace('[1, 2, 3]', '4'), 'f').seeds).toEqual([1, 2, 3, 4]);
});

describe('mistakes are named with line and column', () => {
  const random = (text: string) =>
    post.replace(/stages:[\s\S]*?seeds/, `random: { trials: 3, space: { ${text} } }\nseeds`);
  test.each<[string, string, string]>([
    [
      'a misspelt key',
      post.replace('protocol:', 'protocl:'),
      'f:5:1: unknown key "protocl" in the file; did you mean protocol?',
    ],
    [
      'a misspelt choice',
      post.replace('protocol: post', 'protocol: pst'),
      'f:5:11: protocol: allowed are post, held-out, got "pst"; did you mean post?',
    ],
    ['no protocol', post.replace('protocol: post', ''), 'f:4:1: protocol is missing: give one of post, held-out'],
    [
      'a misspelt hyperparameter',
      post.replace('learningRate', 'learnRate'),
      'f:6:41: unknown key "learnRate" in base; did you mean learningRate?',
    ],
    ['a seed in base', post.replace('epochs: 10', 'seed: 3'), 'f:6:61: unknown key "seed" in base; allowed are model'],
    [
      'a level out of range',
      post.replace('128, 32', '128, -3'),
      'f:8:22: stages.0.batchSize.1: expected an integer from 1 to 10000000, got -3',
    ],
    [
      'a level of the wrong kind',
      post.replace('128, 32', '128, many'),
      'f:8:22: stages.0.batchSize.1: expected an integer from 1 to 10000000, got many',
    ],
    [
      'an unknown optimizer',
      post.replace('- adam\n', '- adm\n'),
      'f:11:9: unknown optimizer "adm": allowed are sgd, adam, adamw, nadam, adabelief, sdlm. Did you mean adam?',
    ],
    [
      'a misspelt key of a level',
      post.replace('biasCorrection', 'biasCorection'),
      'f:15:65: unknown key "biasCorection" in stages.2.optimizer.3; did you mean biasCorrection?',
    ],
    [
      'an empty stage',
      post.replace('[128, 32, 64, 256, 512]', '[]'),
      'f:8:16: stages.0.batchSize is empty: at least one is needed',
    ],
    ['a repeated level', post.replace('1e-2', '0'), 'f:9:13: the level 0 stands twice'],
    [
      'two factors in a stage',
      post.replace('  - l2', '  - epochs: [1]\n    l2'),
      'f:9:5: a stage varies one hyperparameter, but it varies epochs and l2',
    ],
    [
      'settings that no optimizer takes',
      post.replace('adabelief, bias', 'nadam, bias'),
      'f:15:9: biasCorrection false is for optimizer adam and adabelief only, the optimizer is nadam (with model=lenet5',
    ],
    ['a repeated seed', post.replace('[1, 2, 3]', '[1, 1]'), 'f:16:12: seed 1 stands twice in seeds'],
    ['no seed', post.replace('[1, 2, 3]', '[]'), 'f:16:8: seeds is empty: at least one is needed'],
    ['zero seeds', post.replace('[1, 2, 3]', '0'), 'f:16:8: seeds: expected at least 1, got 0'],
    ['a fraction of a seed', post.replace('[1, 2, 3]', '[1.5]'), 'f:16:9: seeds.0: expected an integer, got 1.5'],
    [
      'two ways at once',
      `${post}grid: { l2: [0] }\n`,
      'f:17:1: stages and grid are given, a study has one of them: keep one',
    ],
    [
      'no way at all',
      post.replace(/stages:[\s\S]*?seeds/, 'seeds'),
      'f:4:1: nothing is varied: give one of stages, grid, random',
    ],
    [
      'a log range from zero',
      random('learningRate: { low: 0, high: 1, log: true }'),
      'f:7:52: a log range must lie above 0, learningRate begins at 0',
    ],
    [
      'an empty range',
      random('learningRate: { low: 2, high: 1 }'),
      'f:7:45: the range of learningRate is empty: low 2 is not below high 1',
    ],
    [
      'a range beyond the table',
      random('batchSize: { low: 0, high: 3 }'),
      'f:7:49: batchSize.low: expected an integer from 1 to 10000000, got 0',
    ],
    [
      'a range of names',
      random('optimizer: { low: 0, high: 3 }'),
      'f:7:42: optimizer has no range: give a list of values',
    ],
    [
      'a misspelt bound',
      random('l2: { lo: 0, high: 3 }'),
      'f:7:37: unknown key "lo" in random.space.l2; did you mean low?',
    ],
    [
      'a range of fractions for integers',
      random('batchSize: { low: 1.5, high: 3 }'),
      'f:7:42: batchSize takes integers',
    ],
    [
      'no trials',
      random('l2: [0]').replace('trials: 3', 'trials: 0'),
      'f:7:19: random.trials: expected at least 1, got 0',
    ],
    ['no space', random(''), 'space is empty'],
    ['broken YAML', 'name: [x', 'f:1:9: Flow sequence'],
    ['a file of text', 'just text', 'f:1:1: the file: expected a map, got "just text"'],
    ['an empty file', '', 'f:1:1: the file is empty: a study needs name, protocol and one of stages, grid, random'],
    [
      'a name that is a path',
      post.replace('name: post', 'name: ../up'),
      'f:4:7: name: expected letters, digits, dots, dashes and underscores, got "../up"',
    ],
  ])('%s', (_, text, message) => {
    expect(() => parseStudyFile(text, 'f')).toThrow(UsageError);
    expect(() => parseStudyFile(text, 'f')).toThrow(message);
  });
});
