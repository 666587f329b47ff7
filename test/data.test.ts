/** Data of a user's own, from the command line: loaded, recorded, found again, kept in the cache, refused. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadData } from '../src/runner/load-data.ts';
import { freshFolder, lenetIn } from './lenet.ts';
import { writePictures, writeTable } from './own-data.ts';

const folder = freshFolder();
const quick = ['--epochs', '1', '--batch-size', '8'];
beforeAll(() => {
  process.env.LENET_CACHE = join(folder, 'cache');
  writePictures(join(folder, 'pictures'));
  writeTable(join(folder, 'table.csv'));
});
const config = (run: string) => JSON.parse(readFileSync(join(folder, run, 'config.json'), 'utf8'));

test('a run records its data, and evaluate and --resume find them again', () => {
  const { code, stdout, stderr } = lenetIn(folder, 'train', '--data', 'pictures', ...quick, '--out', 'run');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^Dataset pictures: 40 train and 8 test examples \(pictures\)\n/);
  expect(config('run').data).toEqual({
    folder: join(folder, 'pictures'),
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    name: 'pictures',
    format: 'folders',
    options: { size: [28, 28], resize: 'fit', colour: 'grey' },
  });
  expect(lenetIn(folder, 'evaluate', 'run').stdout).toMatch(/on 8 test images/);
  const longer = lenetIn(folder, 'train', '--resume', '--out', 'run', '--epochs', '2');
  expect([longer.code, longer.stderr]).toEqual([0, '']);
  renameSync(join(folder, 'pictures'), join(folder, 'moved'));
  expect(lenetIn(folder, 'evaluate', 'run').stderr).toContain('does not exist');
  expect(lenetIn(folder, 'evaluate', 'run', '--data', 'moved').code).toBe(0);
  expect(lenetIn(folder, 'train', '--resume', '--out', 'run', '--epochs', '3', '--data', 'moved').code).toBe(0);
  expect(config('run').data.folder).toBe(join(folder, 'moved'));
  renameSync(join(folder, 'moved'), join(folder, 'pictures'));
});

test('other data under the recorded place are refused', () => {
  lenetIn(folder, 'train', '--data', 'table.csv', ...quick, '--out', 'table-run');
  const table = join(folder, 'table.csv');
  const before = readFileSync(table, 'utf8');
  writeFileSync(table, before.replace(',200,', ',201,'));
  const { code, stderr } = lenetIn(folder, 'evaluate', 'table-run');
  expect(code).toBe(1);
  expect(stderr).toContain(`the data in ${table} are not those that table-run was trained on`);
  writeFileSync(table, before);
});

test('with LENET_PRIVATE the place of the data is left out', () => {
  process.env.LENET_PRIVATE = '1';
  try {
    lenetIn(folder, 'train', '--data', 'pictures', ...quick, '--out', 'private');
  } finally {
    delete process.env.LENET_PRIVATE;
  }
  for (const name of readdirSync(join(folder, 'private'))) {
    const content = readFileSync(join(folder, 'private', name), 'latin1');
    expect([name, content.includes('/pictures')]).toEqual([name, false]);
  }
  expect(lenetIn(folder, 'evaluate', 'private').stderr).toContain('was not recorded; name it with --data');
  expect(lenetIn(folder, 'evaluate', 'private', '--data', 'pictures').code).toBe(0);
});

test('a study file names its data relative to itself; the journal records them', () => {
  const place = join(folder, 'study');
  mkdirSync(place);
  cpSync(join(folder, 'pictures'), join(place, 'shapes'), { recursive: true });
  const text =
    'name: own\nprotocol: held-out\ndata: { place: shapes, colour: grey }\nbase: { epochs: 1, batchSize: 8 }\ngrid: { l2: [0] }\nseeds: 1\n';
  writeFileSync(join(place, 'own.yaml'), text);
  const { code, stderr } = lenetIn(folder, 'study', 'run', 'study/own.yaml', '--jobs', '1');
  expect([code, stderr]).toEqual([0, '']);
  const journal = readFileSync(join(folder, 'runs/own/study.journal'), 'utf8');
  expect(journal).toMatch(/"data": ?\{"name": ?"shapes", ?"format": ?"folders", ?"options"/);
  // The study's copy of the file finds the data from its own folder.
  const again = lenetIn(folder, 'study', 'run', 'runs/own/study.yaml', '--out', 'runs/own', '--jobs', '1');
  expect([again.code, again.stderr]).toEqual([0, '']);
  writeFileSync(join(place, 'wrong.yaml'), text.replace('colour: grey', 'colour: pink'));
  expect(lenetIn(folder, 'study', 'run', 'study/wrong.yaml').stderr).toMatch(/wrong\.yaml:3:\d+: /);
});

test('with LENET_PRIVATE no file of a study names the folder of its data', () => {
  const text =
    'name: secret\nprotocol: held-out\ndata: ../pictures\nbase: { epochs: 1, batchSize: 8 }\ngrid: { l2: [0] }\nseeds: 1\n';
  mkdirSync(join(folder, 'hidden'));
  writeFileSync(join(folder, 'hidden/secret.yaml'), text);
  process.env.LENET_PRIVATE = '1';
  try {
    const { code, stderr } = lenetIn(folder, 'study', 'run', 'hidden/secret.yaml', '--jobs', '1');
    expect([code, stderr]).toEqual([0, '']);
  } finally {
    delete process.env.LENET_PRIVATE;
  }
  const names = readdirSync(join(folder, 'runs/secret'), { recursive: true, encoding: 'utf8' });
  expect(names).toContain('study.yaml');
  for (const name of names.filter((each) => /\.\w+$/.test(each) && !each.endsWith('figures'))) {
    const content = readFileSync(join(folder, 'runs/secret', name), 'latin1');
    expect([name, content.includes('/pictures'), content.includes(folder)]).toEqual([name, false, false]);
  }
});

describe('a large set', () => {
  beforeAll(() => writePictures(join(folder, 'many'), 1_100));

  test('is decoded once; a damaged cache is noticed; a changed picture is decoded again', () => {
    const train = (out: string, ...more: string[]) =>
      lenetIn(folder, 'train', '--data', 'many', '--epochs', '0', '--out', out, ...more);
    expect(train('many-1', '--no-cache').stderr).toBe('');
    const cache = join(folder, 'cache/pictures');
    expect(existsSync(cache)).toBe(false);
    expect(train('many-2').stderr).toBe('');
    const files = readdirSync(cache).sort();
    // What the survey found, and the pixels.
    expect(files.length).toBe(2);
    expect(train('many-3').stderr).toBe('');
    expect(readdirSync(cache).sort()).toEqual(files);
    for (const name of files) {
      const bytes = readFileSync(join(cache, name));
      bytes[bytes.length - 1]! ^= 4;
      writeFileSync(join(cache, name), bytes);
    }
    const damaged = train('many-4');
    expect([
      damaged.code,
      damaged.stderr.match(/of the cache is damaged; the pictures are decoded again/g)?.length,
    ]).toEqual([0, 2]);
    expect(train('many-5').stderr).toBe('');
    const hashes = [1, 2, 3, 4, 5].map((n) => config(`many-${n}`).data.hash);
    expect(new Set(hashes).size).toBe(1);
    cpSync(join(folder, 'many/bars/0.png'), join(folder, 'many/rings/0.png'));
    expect(train('many-6').code).toBe(0);
    expect(config('many-6').data.hash).not.toBe(hashes[0]);
  });

  test('unreadable pictures among many are named', () => {
    writeFileSync(join(folder, 'many/bars/x.png'), 'text');
    const { code, stderr } = lenetIn(folder, 'train', '--data', 'many', '--out', 'never');
    expect(code).toBe(1);
    expect(stderr).toContain(
      'many: 1 of 2,201 pictures cannot be read: many/bars/x.png is no picture; PNG, JPEG and WebP are read here',
    );
    expect(existsSync(join(folder, 'never'))).toBe(false);
    rmSync(join(folder, 'many/bars/x.png'));
  });
});

test.skipIf(process.platform === 'win32')('a loop of links is refused', () => {
  cpSync(join(folder, 'pictures'), join(folder, 'loop'), { recursive: true });
  symlinkSync('..', join(folder, 'loop/bars/up'));
  const { code, stderr } = lenetIn(folder, 'train', '--data', 'loop', ...quick);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^error: loop\/bars\/up\S* is more than 8 folders deep; a link may lead back to a folder above it\n$/,
  );
});

test.skipIf(process.platform === 'win32')('a link that leads nowhere is a picture that cannot be read', () => {
  cpSync(join(folder, 'pictures'), join(folder, 'linked'), { recursive: true });
  symlinkSync('nowhere.png', join(folder, 'linked/bars/lost.png'));
  const { code, stderr } = lenetIn(folder, 'train', '--data', 'linked', ...quick);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^error: linked: 1 of 49 pictures cannot be read: cannot read linked\/bars\/lost\.png: it does not exist\. [^\n]*\n$/,
  );
});

test('places that hold no data are refused in one line', () => {
  for (const [args, message] of [
    [['--data', 'nowhere'], 'error: data folder nowhere does not exist\n'],
    [
      ['--data', 'kmnist'],
      'error: data folder kmnist does not exist. Of the sets known by name, only mnist comes with this package',
    ],
    [
      ['--data', 'pictures/bars'],
      'error: data folder pictures/bars is of no known format; these are read (--data-format): mnist,',
    ],
    [['--data', 'pictures', '--image-size', '0'], 'error: --image-size: expected an integer from 1 to 4096, got 0'],
    [
      ['--data', 'pictures', '--label-column', 'x'],
      'error: data of format folders take no option for a column of labels',
    ],
  ] as const) {
    const { code, stderr } = lenetIn(folder, 'train', ...args, ...quick);
    expect([code === 0, stderr.startsWith(message)], stderr).toEqual([false, true]);
  }
});

const fashion = '/usr/share/datasets/fashion-mnist';
test.skipIf(!existsSync(fashion))('Fashion-MNIST is known by its content and by its name', async () => {
  const link = join(folder, 'clothes');
  symlinkSync(fashion, link);
  const [byContent, byName] = [await loadData(link), await loadData('fashion-mnist')];
  expect(byContent.hash).toBe(byName.hash);
  for (const { name, train, test: tested } of [byContent, byName]) {
    expect([name, train.labels.length, tested.labels.length, train.classNames?.[9]]).toEqual([
      'fashion-mnist',
      60_000,
      10_000,
      'Ankle boot',
    ]);
    // Published with the set: 6,000 training images of each class.
    const counts = new Array<number>(10).fill(0);
    for (const label of train.labels) counts[label]!++;
    expect(counts).toEqual(new Array(10).fill(6_000));
  }
});
