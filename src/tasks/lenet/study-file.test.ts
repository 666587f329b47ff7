/** Study files: the ones that ship, and every mistake with its line and column. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../base/errors.ts';
import { optimizerNames } from '../../nn/optimizers.ts';
import { readingOf } from '../../runner/study-files.ts';
import { plannedLevels } from '../../study/strategies.ts';
import { parseStudyFile, studyJsonSchema } from './study-file.ts';

const studies = new URL('../../../studies/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, studies), 'utf8');
const post = read('post.yaml');

test.each(readdirSync(studies).filter((name) => name.endsWith('.yaml')))('%s is valid', (name) => {
  const definition = parseStudyFile(read(name), name, readingOf(`studies/${name}`));
  expect(`${definition.name}.yaml`).toBe(name);
  expect(plannedLevels(definition).flat().length).toBeGreaterThan(1);
});

test('the examples of the documentation are valid', () => {
  const docs = readFileSync(new URL('../../../docs/studies.md', import.meta.url), 'utf8');
  const [whole, stage, space] = [...docs.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text!);
  expect(plannedLevels(parseStudyFile(whole!, 'f')).map((levels) => levels.length)).toEqual([3, 2, 2]);
  const indented = (text: string) => text.replace(/^/gm, '  ');
  const start = 'name: x\nprotocol: post\n';
  expect(plannedLevels(parseStudyFile(`${start}stages:\n${indented(stage!)}`, 'f'))[0]).toHaveLength(2);
  const random = parseStudyFile(`${start}random:\n  trials: 3\n${indented(space!)}`, 'f');
  expect(Object.keys(random.space)).toEqual(['learningRate', 'batchSize', 'l2', 'optimizer']);
});

test('study.schema.json equals the schema that the code makes', () => {
  expect(JSON.parse(read('study.schema.json'))).toEqual(studyJsonSchema());
});

test('post.yaml has the levels and settings of the post', () => {
  const definition = parseStudyFile(post, 'post.yaml');
  const { protocol, base, seeds } = definition;
  const stages = plannedLevels(definition);
  expect([protocol, seeds]).toEqual(['post', [1, 2, 3]]);
  expect(base).toEqual({ model: 'lenet5', optimizer: 'adam', learningRate: 3e-4, batchSize: 128, l2: 0, epochs: 10 });
  expect(stages.map((levels) => levels.map(({ label }) => label))).toEqual([
    ['128', '32', '64', '256', '512'],
    ['0', '1e-2', '1e-4', '1e-6'],
    ['adam', 'adamw', 'nadam', 'AdaBelief (Flux 0.12.4)'],
  ]);
  expect(stages[2]![3]!.settings).toEqual({ optimizer: 'adabelief', biasCorrection: false });
});

/** A study file with a name, a protocol and the given lines. */
const study = (text: string) => `name: x\nprotocol: post\n${text}\n`;
const parse = (text: string, seeds?: readonly number[]) => parseStudyFile(study(text), 'f', { seeds });
const labels = (text: string) => plannedLevels(parse(text)).map((levels) => levels.map(({ label }) => label));

describe('seeds', () => {
  const rule = { atLeast: 3, atMost: 30, resolve: 0.1 };
  const ruled = post.replace('[1, 2, 3]', '{ atLeast: 3, atMost: 30, resolve: 0.1 }');

  test('a number N means the seeds 1 to N; the default is three seeds', () => {
    expect(parseStudyFile(post.replace('[1, 2, 3]', '4'), 'f').seeds).toEqual([1, 2, 3, 4]);
    expect(parseStudyFile(post.replace('seeds: [1, 2, 3]', ''), 'f').seeds).toEqual([1, 2, 3]);
  });

  test('a seed rule is kept', () => {
    expect(parseStudyFile(ruled, 'f').seeds).toEqual(rule);
    expect(parseStudyFile(read('post-resolved.yaml'), 'f').seeds).toEqual(rule);
  });

  test('seeds of the command line replace a list and a rule', () => {
    expect(parseStudyFile(post, 'f', { seeds: [7] }).seeds).toEqual([7]);
    expect(parseStudyFile(ruled, 'f', { seeds: [7, 9] }).seeds).toEqual([7, 9]);
    // With them, comparing with the previous level is possible.
    expect(parseStudyFile(`${ruled}compare: previous\n`, 'f', { seeds: [7] }).compare).toBe('previous');
  });
});

describe('spaces are kept as declared', () => {
  test('of a random search: ranges by the kind of the hyperparameter, lists as choices', () => {
    const { plan, space } = parse(`random:
  trials: 5
  seed: 2
  space:
    learningRate: { low: 1e-4, high: 1e-2, log: true }
    batchSize: { low: 16, high: 64, step: 16 }
    epochs: { low: 1, high: 9, log: true }
    trainLimit: { low: 100, high: 200 }
    l2: [0, 1e-4]
    testLimit: [100, 200]
    schedule: [constant, cosine]
    shuffle: [true, false]`);
    expect(plan).toEqual({ kind: 'random', trials: 5, seed: 2 });
    expect(space).toEqual({
      learningRate: { kind: 'float', low: 1e-4, high: 1e-2, log: true },
      batchSize: { kind: 'int', low: 16, high: 64, step: 16 },
      epochs: { kind: 'int', low: 1, high: 9, log: true, step: 1 },
      trainLimit: { kind: 'int', low: 100, high: 200, step: 1 },
      l2: { kind: 'choices', values: [0, 1e-4], numeric: 'float' },
      testLimit: { kind: 'choices', values: [100, 200], numeric: 'int' },
      schedule: { kind: 'choices', values: ['constant', 'cosine'] },
      shuffle: { kind: 'choices', values: [true, false] },
    });
    expect(Object.keys(space).slice(0, 3)).toEqual(['learningRate', 'batchSize', 'epochs']);
  });

  test('of stages: the levels’ values, and the base’s value if a trial can have it', () => {
    expect(parseStudyFile(post, 'f').space).toEqual({
      batchSize: { kind: 'choices', values: [128, 32, 64, 256, 512], numeric: 'int' },
      l2: { kind: 'choices', values: [0, 1e-2, 1e-4, 1e-6], numeric: 'float' },
      optimizer: { kind: 'choices', values: ['adam', 'adamw', 'nadam', 'adabelief'] },
      biasCorrection: { kind: 'choices', values: [true, false], when: { optimizer: ['adam', 'adabelief'] } },
    });
    // The first stage always sets the batch size: nothing is trained with the base's 128.
    const { space } = parse(`base: { batchSize: 128, epochs: 7 }
stages:
  - batchSize: [32, { batchSize: 64, l2: 0.5 }]
  - epochs: [3, 5]
  - trainLimit: [100]`);
    expect(space).toEqual({
      batchSize: { kind: 'choices', values: [32, 64], numeric: 'int' },
      l2: { kind: 'choices', values: [0, 0.5], numeric: 'float' },
      epochs: { kind: 'choices', values: [7, 3, 5], numeric: 'int' },
      // The default, no limit, is one of the choices.
      trainLimit: { kind: 'choices', values: [null, 100] },
    });
  });

  test('of a grid: the base’s value only if some levels set the hyperparameter and others do not', () => {
    const { space } = parse(
      'base: { l2: 0.1, epochs: 7 }\ngrid: { epochs: [1, 2], batchSize: [{ batchSize: 64, l2: 0.5 }, 32] }',
    );
    expect(space).toEqual({
      epochs: { kind: 'choices', values: [1, 2], numeric: 'int' },
      batchSize: { kind: 'choices', values: [64, 32], numeric: 'int' },
      l2: { kind: 'choices', values: [0.5, 0.1], numeric: 'float' },
    });
    const always = parse('grid: { batchSize: [{ batchSize: 64, l2: 0.5 }, 8], l2: [0.2, 0.3] }').space;
    expect(always.l2).toEqual({ kind: 'choices', values: [0.5, 0.2, 0.3], numeric: 'float' });
  });

  test('factors keep the order of the file, the last one changing fastest', () => {
    expect(labels('grid: { l2: [0, 0.1], batchSize: [8, 9] }')).toEqual([
      ['l2=0 batchSize=8', 'l2=0 batchSize=9', 'l2=0.1 batchSize=8', 'l2=0.1 batchSize=9'],
    ]);
  });
});

describe('conditions', () => {
  const momentum = 'momentum: [0.8, 0.9]';

  test('in a grid momentum counts under sgd only', () => {
    const text = `grid: { optimizer: [sgd, adam], ${momentum} }`;
    expect(labels(text)).toEqual([['optimizer=sgd momentum=0.8', 'optimizer=sgd momentum=0.9', 'optimizer=adam']]);
    expect(parse(text).space.momentum!.when).toEqual({ optimizer: ['sgd'] });
  });

  test('in a random search as well, also without an optimizer in the base', () => {
    const [levels] = plannedLevels(parse(`random: { trials: 40, space: { optimizer: [sgd, adam], ${momentum} } }`));
    for (const { settings } of levels!) expect('momentum' in settings).toBe(settings.optimizer === 'sgd');
  });

  test('if the file does not set the optimizer, its default decides', () => {
    const text = 'random: { trials: 3, space: { biasCorrection: [true, false], l2: [0, 0.1] } }';
    expect(parse(text).defaults).toEqual({ optimizer: 'adam' });
    expect(plannedLevels(parse(text))[0]!.every(({ settings }) => 'biasCorrection' in settings)).toBe(true);
    expect(parse(`base: { optimizer: adabelief }\n${text}`).defaults).toBeUndefined();
  });
});

test('a value with line breaks is shown on one line', () => {
  const text = study('base: { optimizer: "adam\\n\\e[31m" }\ngrid: { l2: [0] }');
  expect(() => parseStudyFile(text, 'f')).toThrow('unknown optimizer "adam\\x0a\\x1b[31m"');
});

describe('the text itself', () => {
  const grid = { l2: [0, 0.5] };
  test.each([
    ['JSON', JSON.stringify({ name: 'x', protocol: 'post', grid })],
    ['JSON with tabs', JSON.stringify({ name: 'x', protocol: 'post', grid }, null, '\t')],
    ['Windows’ line ends', study('grid:\n  l2:\n    - 0\n    - 0.5').replaceAll('\n', '\r\n')],
    ['a byte order mark', `\uFEFF${study('grid: { l2: [0, 0.5] }')}`],
    ['a document’s begin and end', `---\n${study('grid: { l2: [0, 0.5] }')}...\n`],
    ['hexadecimal, octal, a point first', study('grid: { l2: [0x0, .5] }')],
    ['YAML 1.1', `%YAML 1.1\n---\n${study('grid: { l2: [0, 0.5] }')}`],
    ['an anchor and its alias', study('base: { trainLimit: &n 7, testLimit: *n }\ngrid: { l2: [0, 0.5] }')],
  ])('%s', (_, text) => {
    expect(parseStudyFile(text, 'f').plan).toEqual({
      kind: 'grid',
      factors: [
        {
          name: 'l2',
          levels: [
            { label: '0', settings: { l2: 0 } },
            { label: '0.5', settings: { l2: 0.5 } },
          ],
        },
      ],
    });
  });
});

describe('held-out images and teachers', () => {
  const grid = 'grid: { l2: [0, 1] }';
  const held = (text: string) => `name: x\nprotocol: held-out\n${grid}\n${text}\n`;
  const record = { teachers: [{ file: '/a', sha256: 'f'.repeat(64) }], temperature: 2, weight: 1 };

  test('stand in the definition, without what is usual', () => {
    expect(parseStudyFile(held('heldOut: 300\nheldOutSplit: 2'), 'f')).toMatchObject({ heldOut: 300, heldOutSplit: 2 });
    expect(parseStudyFile(held('heldOutSplit: 1'), 'f')).toEqual(parseStudyFile(held(''), 'f'));
  });

  test('a file’s own teachers go before those of its recipe', () => {
    const asked: unknown[] = [];
    const teachers = (found: unknown) => {
      asked.push(found);
      return record;
    };
    const recipe = () => ({ settings: {}, distill: { teachers: ['/of/recipe'], weight: 0.5 } });
    const base = 'base: { recipe: mine }';
    const own = parseStudyFile(held(`${base}\ndistill: { teachers: [a] }`), 'f', { recipe, teachers });
    expect(own.distill).toEqual(record);
    expect(parseStudyFile(held(base), 'f', { recipe, teachers }).distill).toEqual(record);
    expect(parseStudyFile(held(base), 'f', { recipe })).not.toHaveProperty('distill');
    expect(asked).toEqual([
      { distill: { teachers: ['a'] }, isOfRecipe: false },
      { distill: { teachers: ['/of/recipe'], weight: 0.5 }, isOfRecipe: true },
    ]);
  });

  test('a teacher that cannot teach is reported where it stands', () => {
    const teachers = () => {
      throw new UsageError('teacher a knows 3 classes');
    };
    expect(() => parseStudyFile(held('distill: { teachers: [a] }'), 'f', { teachers })).toThrow(
      'f:4:10: teacher a knows 3 classes',
    );
  });
});

describe('mistakes are reported with line and column', () => {
  const refused = (text: string) => {
    expect(() => parseStudyFile(text, 'f')).toThrow(UsageError);
    return expect(() => parseStudyFile(text, 'f'));
  };
  test('a message quotes at most a short piece of the file', () => {
    for (const text of [
      study(`grid: { l2: ["${'x'.repeat(100_000)}"] }`),
      study(`grid: { "${'x'.repeat(100_000)}": 1 }`),
      study(`objective: "${'x'.repeat(100_000)}"`),
      study(`random: { trials: "${'x'.repeat(100_000)}" }`),
    ]) {
      let message = '';
      try {
        parseStudyFile(text, 'f');
      } catch (error) {
        message = String(error);
      }
      expect(message).toMatch(/^UsageError: f:3:/);
      expect(message.length).toBeLessThan(1100);
    }
  });
  const ruled = (text: string) => post.replace('[1, 2, 3]', `{ ${text} }`);
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1).join(', ');
  const nine = (name: string) => Array.from({ length: 9 }, () => `*${name}`).join(', ');
  const laughs = `a: &a [x, x, x, x, x, x, x, x, x]\n${[...'bcdefgh'].map((name, index) => `${name}: &${name} [${nine('abcdefg'[index]!)}]`).join('\n')}`;
  const aliasChain = `a0: &a0 [x]\n${Array.from({ length: 60 }, (_, index) => `a${index + 1}: &a${index + 1} [*a${index}]`).join('\n')}`;
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
    [
      'held-out images under protocol post',
      study('heldOut: 100\ngrid: { l2: [0, 1] }'),
      'f:3:10: heldOut is for protocol held-out, the protocol is post',
    ],
    [
      'a split under protocol post',
      study('heldOutSplit: 2\ngrid: { l2: [0, 1] }'),
      'f:3:15: heldOutSplit is for protocol held-out, the protocol is post',
    ],
    [
      'patience',
      study('patience: 3'),
      'f:3:1: patience is for single runs (lenet train --patience): a study compares its trials after their last epoch',
    ],
    ['the kept epoch', study('keepEpoch: best'), 'f:3:1: keepEpoch is for single runs (lenet train --keep best): a'],
    [
      'the kept epoch, in the word of lenet train',
      study('keep: best'),
      'f:3:7: keep: best is for single runs (lenet train --keep best): a study compares its trials after their last epoch, with the same number of epochs for all seeds. In a study keep says which trials keep their models: all, winners',
    ],
    ['no teacher', study('distill: { teachers: [] }'), 'f:3:22: distill.teachers is empty: at least one is needed'],
    [
      'a misspelt key of teachers',
      study('distill: { teachers: [a], temprature: 1 }'),
      'f:3:27: unknown key "temprature" in distill; did you mean temperature?',
    ],
    [
      'a temperature of 0',
      study('distill: { teachers: [a], temperature: 0 }'),
      'f:3:40: distill.temperature: expected more than 0, got 0',
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
      `f:11:9: unknown optimizer "adm": allowed are ${optimizerNames.join(', ')}. Did you mean adam?`,
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
    ['a list that is not closed', 'name: [x', 'f:1:9: a [ is not closed: ] is missing'],
    ['a map that is not closed', 'base: { epochs: 1', 'f:1:18: a { is not closed: } is missing'],
    ['a key without a colon', 'name: x\nprotocol', 'f:2:1: a colon is missing: each line gives a key and its value'],
    ['a text that is not closed', "name: 'x", "f:1:9: a text in quotes is not closed: ' is missing"],
    [
      'a file of text',
      'just text',
      'f:1:1: the file: expected keys with their values, such as name: mine, got "just text"',
    ],
    [
      'an empty file',
      '# nothing yet',
      'f:1:1: the file is empty: a study needs name, protocol and one of stages, grid, random, search',
    ],
    [
      'a name that is a path',
      post.replace('name: post', 'name: ../up'),
      'f:4:7: name: expected letters, digits, dots, dashes and underscores, got "../up"',
    ],
  ])('%s', (_, text, message) => refused(text).toThrow(message));

  test.each<[string, string, string]>([
    [
      'an alias of nothing',
      post.replace('epochs: 10', 'epochs: *e'),
      '6:69: the alias *e stands for nothing: no &e comes before it',
    ],
    [
      'an alias inside of itself',
      study('base: &b { l2: *b }'),
      '3:16: the alias *b stands inside of what it stands for',
    ],
    ['aliases that multiply', laughs, '5:7: more than 50000 values, with its aliases written out'],
    ['nesting by aliases', aliasChain, '50:11: nested more than 50 levels deep'],
    [
      'more bytes than any study needs',
      `# ${'x'.repeat(250_000)}`,
      '1:1: a study file has at most 250,000 bytes, this one has 250,0',
    ],
    ['brackets without end', `a: ${'['.repeat(100_000)}`, '1:53: nested more than 50 levels deep'],
    ['lists without end', `${'- '.repeat(50_000)}x`, '1:100: nested more than 50 levels deep'],
    [
      'a name that no folder can have',
      post.replace('name: post', `name: ${'x'.repeat(5000)}`),
      '4:7: name: expected at most 200 letters, got 5000',
    ],
    [
      'a label of pages',
      study(`grid:\n  l2: [{ label: ${'x'.repeat(100_000)}, l2: 0 }]`),
      '4:17: grid.l2.0.label: expected at most 200 letters, got 100000',
    ],
    [
      'a value of pages',
      study(`grid: { l2: ["${'x'.repeat(100_000)}"] }`),
      '3:14: grid.l2.0: expected a number of at least 0',
    ],
    ['a key twice', study('name: y'), '3:1: the key "name" stands twice in this map'],
    ['a list as a key', study('? [a]\n: 3'), '3:3: a key must be a name, not a list, a map or an alias'],
    ['maps to be merged', study('base: { <<: { l2: 0 } }'), '3:9: maps are not merged (<<) here: write the keys out'],
    ['an unknown tag', study('base: { l2: !x 3 }'), '3:13: Unresolved tag: !x'],
    ['a date of YAML 1.1', '%YAML 1.1\n---\nname: 2001-12-14', '3:7: expected text, a number, true, false or null'],
    ['a key of objects', study('__proto__: 3'), '3:1: unknown key "__proto__" in the file'],
    ['tabs', study('grid:\n\tl2: [0]'), '4:1: Tabs are not allowed as indentation'],
    [
      'Windows’ line ends',
      study('grid: { l2: [0, -1] }').replaceAll('\n', '\r\n'),
      '3:17: grid.l2.1: expected a number of at least 0, got -1',
    ],
    ['a byte order mark', '\uFEFFnaem: x', '1:1: unknown key "naem" in the file; did you mean name?'],
    ['two documents', `${post}---\n${post}`, '17:1: a second YAML document begins here (---): a study file holds one'],
    ['only a comment', '# nothing', '1:1: the file is empty'],
    [
      'JSON',
      '{"name": "x",\n "protocol": "pst"}',
      '2:14: protocol: allowed are post, held-out, got "pst"; did you mean post?',
    ],
  ])('the text: %s', (_, text, message) => refused(text).toThrow(`f:${message}`));

  test.each<[string, string, string]>([
    [
      'a quoted number',
      post.replace('1e-2', '"1e-2"'),
      '9:13: stages.1.l2.1: expected a number of at least 0, got 1e-2: it is text in quotes; write 1e-2 without quotes',
    ],
    [
      'another',
      post.replace('epochs: 10', "epochs: '10'"),
      '6:69: base.epochs: expected an integer from 0 to 1000000, got 10: it is text in quotes; write 10 without quotes',
    ],
    [
      'of seeds',
      post.replace('[1, 2, 3]', '"3"'),
      '16:8: seeds: expected a number of seeds, a list of them, or a rule { atLeast: 3, atMost: 30, resolve: 0.1 }, got "3": it is text in quotes; write 3 without quotes',
    ],
    [
      'of trials',
      random('l2: [0]').replace('trials: 3', 'trials: "3"'),
      '7:19: random.trials: expected a number, got "3": it is text in quotes; write 3 without quotes',
    ],
    [
      'of a range',
      random('l2: { low: "0", high: 1 }'),
      '7:42: random.space.l2.low: expected a number, got "0": it is text in quotes; write 0 without quotes',
    ],
    [
      'a quoted flag',
      post.replace('Correction: false', 'Correction: "false"'),
      '15:81: stages.2.optimizer.3.biasCorrection: expected true or false, got false: it is text in quotes; write false without quotes',
    ],
    [
      'yes for true',
      random('l2: { low: 1, high: 2, log: yes }'),
      '7:59: random.space.l2.log: expected true or false, got "yes"; YAML takes yes for text, write true',
    ],
    [
      'off for false',
      post.replace('Correction: false', 'Correction: off'),
      'biasCorrection: expected true or false, got off; YAML takes off for text, write false',
    ],
    [
      'none for null',
      study('base: { trainLimit: none }\ngrid: { l2: [0] }'),
      '3:21: base.trainLimit: expected an integer of at least 1, got none; YAML takes none for text, write null',
    ],
    [
      'underscores',
      post.replace('128, 32', '1_28, 32'),
      '8:17: stages.0.batchSize.0: expected an integer from 1 to 10000000, got 1_28; write 128 without underscores',
    ],
    [
      'commas',
      post.replace('3e-4', '"0,0003"'),
      '6:55: base.learningRate: expected a number above 0, got 0,0003; numbers have a point for decimals and no commas',
    ],
    [
      'a zero in front',
      post.replace('128, 32', '0128, 32'),
      '8:17: some read 0128 as octal: write 128 without a zero in front',
    ],
    [
      'infinity',
      post.replace('3e-4', '.inf'),
      '6:55: base.learningRate: expected a finite number above 0, got Infinity',
    ],
    [
      'a number that is too large',
      post.replace('3e-4', '1e400'),
      '6:55: 1e400 is too large for a number; the largest is about 1.8e308',
    ],
    [
      'a number that is too small',
      post.replace('3e-4', '1e-400'),
      '6:55: 1e-400 is too small for a number; the smallest above 0 is about 5e-324',
    ],
    [
      'an integer that is too large',
      study('grid: { trainLimit: [99999999999999999999] }'),
      'expected an integer from 1 to 9007199254740991, got 100000000000000000000',
    ],
    [
      'a number as a name',
      post.replace('name: post', 'name: 1998'),
      '4:7: name: expected text, got 1998; write "1998" in quotes',
    ],
    [
      'a number as a label',
      study('grid: { l2: [{ label: 3, l2: 0 }] }'),
      '3:23: grid.l2.0.label: expected text, got 3; write "3" in quotes',
    ],
    ['a quoted choice is one', study('grid: { poolActivation: ["of"] }'), 'unknown poolActivation "of"'],
  ])('values: %s', (_, text, message) => refused(text).toThrow(message));

  test.each<[string, string, string]>([
    [
      'a value for a list',
      post.replace('[128, 32, 64, 256, 512]', '32'),
      '8:16: batchSize: expected a list of levels, such as [32, 64], got 32',
    ],
    [
      'a choice for a list',
      study('stages:\n  - optimizer: adam'),
      '4:16: optimizer: expected a list of levels, such as [adam, sgd], got "adam"',
    ],
    [
      'a flag for a list',
      study('grid: { nesterov: true }'),
      '3:19: nesterov: expected a list of levels, such as [true, false], got true',
    ],
    ['nothing for a list', study('grid: { l2: }'), 'l2: expected a list of levels, such as [0, 0.1], got nothing'],
    [
      'no limit for a list',
      study('grid: { trainLimit: null }'),
      '3:21: trainLimit: expected a list of levels, such as [null, 1000], got nothing',
    ],
    [
      'a map for a list',
      study('grid: { batchSize: { low: 1 } }'),
      '3:20: batchSize: expected a list of levels, such as [128, 256], got a map',
    ],
    [
      'a value for a range',
      random('batchSize: 32'),
      '7:42: batchSize: expected a range { low: ..., high: ... } or a list of values, such as [32, 64], got 32',
    ],
    [
      'a list for a level',
      study('grid: { l2: [[0, 1]] }'),
      '3:14: grid.l2.0: expected a value or a map { label: ..., hyperparameter: value, ... }, got a list',
    ],
    [
      'a map for stages',
      study('stages: { l2: [0] }'),
      '3:9: stages: expected a list of stages, each on a line that begins with "- ", got a map',
    ],
    [
      'a list for a stage',
      study('stages: [[l2]]'),
      '3:10: stages.0: expected a map of a hyperparameter and its levels, got a list',
    ],
    [
      'a list for a grid',
      study('grid: [l2]'),
      '3:7: grid: expected a map of hyperparameters and their levels, got a list',
    ],
    [
      'a list for the base',
      study('base: [1]\ngrid: { l2: [0] }'),
      '3:7: base: expected a map of hyperparameters and their values, got a list',
    ],
    [
      'an empty base',
      study('base:\ngrid: { l2: [0] }'),
      '3:6: base: expected a map of hyperparameters and their values, got nothing',
    ],
    [
      'a list for the file',
      '- name: x',
      '1:1: the file: expected keys with their values, such as name: mine, got a list',
    ],
    [
      'a list for a random search',
      study('random: [3]'),
      '3:9: random: expected a map { trials: ..., space: { ... } }, got a list',
    ],
    [
      'a list for a space',
      study('random: { trials: 3, space: [l2] }'),
      '3:29: random.space: expected a map of hyperparameters and their ranges or lists, got a list',
    ],
    ['no upper bound', random('l2: { low: 1 }'), '7:35: random.space.l2.high is missing: give a number'],
    [
      'three plans',
      study('grid: { l2: [0] }\nstages: []\nrandom: 3'),
      '3:1: stages, grid and random are given, a study has one of them: keep one',
    ],
    ['an empty grid', study('grid: {}'), '3:7: grid is empty: at least one hyperparameter is needed'],
    ['a level of nothing', study('grid: { l2: [{ label: a }] }'), '3:14: the level sets nothing'],
    [
      'two levels of one label',
      study('grid: { l2: [{ label: a, l2: 0 }, { label: a, l2: 1 }] }'),
      '3:35: two levels are labelled a: give them different names with label:',
    ],
    ['a value twice in a space', random('l2: [1, 2, 1]'), '7:42: the level 1 stands twice'],
    [
      'a grid without end',
      study(
        `grid: { ${['batchSize', 'epochs', 'trainLimit', 'testLimit'].map((name) => `${name}: [${hundred}]`).join(', ')} }`,
      ),
      '3:1: the grid has 100,000,000 combinations, at most 10,000 are allowed; random draws as many of them as you say',
    ],
    [
      'trainings without end',
      study('random: { trials: 1000, space: { l2: [0, 1] } }\nseeds: 1000'),
      '4:1: 1,000 levels with 1,000 seeds each make 1,000,000 trainings, at most 100,000 are allowed; give fewer of either',
    ],
  ])('shapes: %s', (_, text, message) => refused(text).toThrow(message));

  test.each<[string, string, string]>([
    [
      'one seed at least',
      ruled('atLeast: 1, atMost: 3, resolve: 0.1'),
      '16:19: seeds.atLeast: expected at least 3, got 1: fewer seeds do not show well enough how much they differ',
    ],
    [
      'more at least than at most',
      ruled('atLeast: 5, atMost: 3, resolve: 0.1'),
      '16:19: seeds.atLeast is 5, above atMost, which is 3',
    ],
    [
      'too many',
      ruled('atLeast: 5, atMost: 1001, resolve: 0.1'),
      '16:30: seeds.atMost: expected at most 1000, got 1001',
    ],
    [
      'nothing to resolve',
      ruled('atLeast: 5, atMost: 30, resolve: 0'),
      '16:43: seeds.resolve: expected more than 0, got 0',
    ],
    [
      'no resolution',
      ruled('atLeast: 5, atMost: 30'),
      '16:8: seeds.resolve is missing: give the smallest difference that matters, a number',
    ],
    ['a fraction', ruled('atLeast: 2.5, atMost: 30, resolve: 1'), '16:19: seeds.atLeast: expected an integer, got 2.5'],
    [
      'a misspelt key',
      ruled('atLeast: 5, atMost: 30, reslove: 1'),
      '16:34: unknown key "reslove" in seeds; did you mean resolve?',
    ],
    [
      'another word',
      ruled('min: 5, atMost: 30, resolve: 1'),
      '16:10: unknown key "min" in seeds; did you mean atLeast?',
    ],
    [
      'and steps to compare',
      `${ruled('atLeast: 3, atMost: 30, resolve: 0.1')}compare: previous\n`,
      '17:10: compare: previous needs the same seeds for every level, so seeds must be a number or a list, not a rule',
    ],
  ])('a rule of seeds: %s', (_, text, message) => refused(text).toThrow(`f:${message}`));

  test.each<[string, string, string]>([
    [
      'steps of a log range of integers',
      'batchSize: { low: 1, high: 64, log: true, step: 2 }',
      '7:79: batchSize: integers with log have steps of 1, got 2',
    ],
    [
      'steps of a log range',
      'l2: { low: 1, high: 64, log: true, step: 1 }',
      '7:72: l2: a range with log has no step, got 1',
    ],
    ['a long step', 'l2: { low: 0, high: 1, step: 2 }', '7:60: l2: a step of 2 is longer than the range from 0 to 1'],
    ['no step', 'l2: { low: 0, high: 1, step: 0 }', '7:60: random.space.l2.step: expected more than 0, got 0'],
    [
      'steps without end',
      'l2: { low: 0, high: 1, step: 1e-17 }',
      '7:60: l2: steps of 1e-17 make more than 9007199254740992 values',
    ],
    ['a range of a flag', 'nesterov: { low: 0, high: 1 }', '7:41: nesterov has no range: give a list of values'],
    [
      'other words for bounds',
      'l2: { min: 0, max: 1 }',
      '7:37: unknown key "min" in random.space.l2; did you mean low?',
    ],
    [
      'steps finer than numbers are',
      'l2: { low: 1, high: 1.5, step: 1e-16 }',
      '7:62: l2: steps of 1e-16 are too fine between 1 and 1.5: neighbours are the same number, leave out the step',
    ],
  ])('ranges: %s', (_, text, message) => refused(random(text)).toThrow(`f:${message}`));

  test('a log range of integers may have step 1', () => {
    const text = random('batchSize: { low: 1, high: 64, log: true, step: 1 }');
    expect(parseStudyFile(text, 'f').space.batchSize).toEqual({ kind: 'int', low: 1, high: 64, log: true, step: 1 });
  });

  test.each<[string, string, string]>([
    [
      'in the base',
      'base: { optimizer: adam, momentum: 0.9 }\ngrid: { l2: [0] }',
      '3:36: momentum 0.9 is for optimizer sgd only, the optimizer is adam (with optimizer=adam momentum=0.9)',
    ],
    [
      'in a grid of one factor',
      'base: { optimizer: adam }\ngrid:\n  momentum: [0, 0.9]',
      '5:17: momentum 0.9 is for optimizer sgd only, the optimizer is adam',
    ],
    [
      'in a later stage',
      'stages:\n  - optimizer: [sgd, adam]\n  - momentum: [0, 0.9]',
      '5:19: momentum 0.9 is for optimizer sgd only, the optimizer is adam',
    ],
    [
      'within one level of a grid',
      'grid:\n  l2: [0, 1]\n  optimizer: [sgd, { optimizer: adam, momentum: 0.9 }]',
      '5:20: momentum is for optimizer sgd only, this level has optimizer adam',
    ],
    [
      'in every combination',
      'grid:\n  momentum: [0.8, 0.9]\n  optimizer: [nadam, adam]',
      '4:14: momentum is for optimizer sgd only, but optimizer is never that: it is nadam, adam',
    ],
    [
      'in every trial',
      'random: { trials: 3, space: { momentum: [0.8, 0.9], l2: [0, 1] } }',
      '3:42: momentum is for optimizer sgd only, but optimizer is never that: it is adam',
    ],
    [
      'by a range',
      'random: { trials: 3, space: { momentum: { low: 0.5, high: 0.9 } } }',
      '3:41: momentum is for optimizer sgd only, but optimizer is never that: it is adam',
    ],
    [
      'by two factors',
      'base: { model: lenet5-1998 }\ngrid:\n  loss: [published, mse]\n  output: [softmax, rbf]\n  l2: [0, 1]',
      '6:12: loss mse is for an rbf output only',
    ],
    [
      'after what a stage may choose',
      'base: { model: lenet5-1998 }\nstages:\n  - output: [rbf, softmax]\n  - loss: [published, mse]',
      '6:23: loss mse is for an rbf output only',
    ],
    [
      'among many numbers',
      `base: { model: lenet5-1998 }\ngrid:\n  output: [rbf, softmax]\n  loss: [published, mse]\n  batchSize: [${hundred}]\n  epochs: [1, 2, 3, 4, 5]`,
      '6:21: loss mse is for an rbf output only',
    ],
    [
      'by two choices',
      'base: { model: lenet5-1998 }\nrandom: { trials: 1, space: { loss: [published, mse], output: [softmax, rbf] } }',
      '4:64: loss mse is for an rbf output only',
    ],
  ])('settings that would be ignored: %s', (_, text, message) => refused(study(text)).toThrow(`f:${message}`));

  test.each([
    ['lr', 'learningRate'],
    ['learning_rate', 'learningRate'],
    ['learning-rate', 'learningRate'],
    ['eta', 'learningRate'],
    ['wd', 'weightDecay'],
    ['weight_decay', 'weightDecay'],
    ['bs', 'batchSize'],
    ['batch_size', 'batchSize'],
    ['momentun', 'momentum'],
    ['opt', 'optimizer'],
    ['nepochs', 'epochs'],
    ['lambda', 'l2'],
  ])('%s: did you mean %s?', (key, meant) => {
    const hint = (where: string) => `unknown key "${key}" in ${where}; did you mean ${meant}?`;
    refused(study(`base: { ${key}: 1 }`)).toThrow(`f:3:9: ${hint('base')}`);
    refused(study(`stages:\n  - ${key}: [1]`)).toThrow(`f:4:5: ${hint('stages.0')}`);
    refused(study(`grid: { l2: [{ ${key}: 1 }] }`)).toThrow(`f:3:16: ${hint('grid.l2.0')}`);
    refused(study(`random: { trials: 1, space: { ${key}: [1] } }`)).toThrow(`f:3:31: ${hint('random.space')}`);
  });

  test('a text made by a tag is not reported as quoted', () => {
    refused(study('grid: { l2: [!!str 0] }')).toThrow(/got 0$/);
  });

  test('for dropout nothing is suggested', () => {
    refused(study('base: { dropout: 1 }')).toThrow(
      'f:3:9: unknown key "dropout" in base; allowed are model, optimizer,',
    );
  });

  test('a hyperparameter at the top level: the error names base', () => {
    refused(study('lr: 1')).toThrow('; the hyperparameter learningRate belongs in base or in a level');
  });
});
