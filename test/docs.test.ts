/** README and docs/: every command runs on little data, every study file can be trained, every script exists. */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { lenetIn } from './lenet.ts';
import { writePictures, writeTable } from './own-data.ts';
import { writeTinyMnist } from './tiny-mnist.ts';

const root = new URL('..', import.meta.url).pathname;
const read = (name: string) => readFileSync(join(root, name), 'utf8');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'))
    .filter(isPage)
    .map((name) => `docs/${name}`),
];
const scripts: Readonly<Record<string, string>> = JSON.parse(read('package.json')).scripts;
const benchmarks = [
  ...(/const names = \[([^\]]+)\]/.exec(read('bench/main.mjs'))?.[1] ?? '').matchAll(/'([\w-]+)'/g),
].map(([, name]) => name);

function isPage(name: string): boolean {
  return name.endsWith('.md');
}

interface Fenced {
  readonly language: string;
  readonly text: string;
}

function fencedBlocks(page: string): Fenced[] {
  return [...read(page).matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({
    language,
    text,
  }));
}

const programs = /^(npx|npm|node|bash|lenet) /;

/** Commands in fenced blocks, without their comments, and commands in backquotes within a sentence. */
function commandsOf(page: string): { readonly fenced: string[]; readonly prose: string[] } {
  const lines = fencedBlocks(page)
    .filter(({ language }) => language === '' || language === 'sh')
    .flatMap(({ text }) => text.replaceAll(/\\\n\s*/g, '').split('\n'))
    .map((line) => line.replace(/\s+#.*$/, '').trim());
  const sentences = read(page).replaceAll(/^```[\s\S]*?^```$/gm, '');
  const quoted = [...sentences.matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text);
  const only = (texts: string[]) => texts.filter((text) => programs.test(text)).flatMap((text) => text.split(' && '));
  return { fenced: only(lines), prose: only(quoted) };
}

/** Commands within sentences are run once, for the first page that has them. */
const tried = new Set<string>();

const npmItself = ['ci', 'cit', 'install', 'pack', 'test'];

/** The arguments of `lenet` in a command; undefined for other commands, which are checked here. */
function lenetArguments(command: string): string[] | undefined {
  const [program, ...words] = command.split(/\s+/);
  const isBuilt = program === 'node' && /^dist\/cli\/\w+\.js$/.test(words[0] ?? '');
  if (program === 'lenet' || words[0] === 'lenet' || isBuilt) {
    const given = program === 'lenet' ? words : words.slice(1);
    const end = given.findIndex((word) => word === '>' || word === '|');
    const shown = end < 0 ? given : given.slice(0, end);
    // Sentences name commands without npx. For these, and for commands with placeholders such as DIR, FILE or N, the
    // test checks only that the command exists.
    const isNamed = program === 'lenet' || shown.some((word) => /^[A-Z]+$/.test(word));
    // A server runs until a signal ends it.
    if (shown[0] === 'ui') return [...shown, '--help'];
    const name = shown.findIndex((word) => !/^[a-z]+$/.test(word));
    return isNamed ? [...shown.slice(0, name < 0 ? shown.length : name), '--help'] : shown;
  }
  if (program === 'npm' && words[0] === 'start') return ['study', 'run', 'post', ...words.slice(2)];
  if (program === 'npm') {
    const [name = '', script = ''] = words;
    if (name === 'run') {
      expect(Object.keys(scripts), command).toContain(script);
      const benchmark = words[3] ?? '';
      // NAME is a placeholder.
      if (script === 'bench' && /^[a-z]/.test(benchmark)) expect(benchmarks, command).toContain(benchmark);
    } else expect([...npmItself, ...Object.keys(scripts)], command).toContain(name);
    return undefined;
  }
  if (program === 'npx' && words.length === 1) {
    expect(existsSync(join(root, 'node_modules/.bin', words[0]!)), command).toBe(true);
    return undefined;
  }
  const file = words.find((word) => /\.(mjs|test\.ts)$|^\.ci|^src|^test/.test(word));
  if ((program === 'node' || program === 'bash' || words[0] === 'vitest') && file) {
    expect(existsSync(join(root, file)), command).toBe(true);
    return undefined;
  }
  throw new Error(`no rule says how to try the command "${command}"`);
}

/**
 * Adds options that make a command quick: little data, one seed, one epoch. With --data only the seeds are fewer. Of a
 * study that ships a copy of one epoch is run; other tests read the files themselves.
 */
function quick(given: readonly string[], folder: string): string[] {
  const words = given.map((word, i) =>
    given[i - 1] === 'run' && given[i - 2] === 'study' ? ofOneEpoch(word, folder) : word,
  );
  const isRun = words[0] === 'train' || words[0] === 'evaluate' || (words[0] === 'study' && words[1] === 'run');
  if (!isRun || words.includes('--help')) return [...words];
  const seeds = words[0] === 'study' && !words.includes('--seeds') ? ['--seeds', '1'] : [];
  if (words.includes('--data')) return [...words, ...seeds];
  const epochs = words[0] === 'train' && !words.includes('--resume') ? ['--epochs', '1'] : [];
  const fewer = words.map((word, i) => (words[i - 1] === '--held-out' ? '50' : word));
  return [...fewer, '--data', 'tiny', ...seeds, ...epochs];
}

/** The path of a copy of a shipped study whose trainings take one epoch; other names as they are. */
function ofOneEpoch(name: string, folder: string): string {
  const shipped = join(root, 'studies', `${name}.yaml`);
  if (!existsSync(shipped)) return name;
  const text = oneEpoch(readFileSync(shipped, 'utf8')).replace(/^base: \{ recipe: [\w-]+/m, '$&, epochs: 1');
  writeFileSync(join(folder, `${name}.yaml`), text);
  return `${name}.yaml`;
}

/** The text of a study file with one epoch in place of any number, lists of few, and few trainings in a search. */
function oneEpoch(text: string): string {
  const epochs = /^ *earlyStopping: halving/m.test(text) ? 3 : 1;
  return text
    .replace(/\bepochs: \d+/g, `epochs: ${epochs}`)
    .replace(/\bepochs: \[[\d, ]+\]/g, 'epochs: [1, 2]')
    .replace(/^( *)trainings: \d+$/gm, '$1trainings: 12\n$1finalists: 2');
}

describe.each(pages)('%s', (page) => {
  const folder = mkdtempSync(join(tmpdir(), 'lenet-docs-'));
  beforeAll(() => {
    writeTinyMnist(join(folder, 'tiny'), 512, 100);
    for (const name of ['pictures', 'screws', 'letters']) writePictures(join(folder, name));
    const ofNetworks = fencedBlocks('docs/networks.md').find(({ text }) => /^name: my-net$/m.test(text));
    writeFileSync(join(folder, 'my-net.yaml'), ofNetworks!.text);
    cpSync(join(folder, 'screws/rings/1.png'), join(folder, 'photo.jpg'));
    writeTable(join(folder, 'table.csv'));
    cpSync(join(root, 'examples'), join(folder, 'examples'), { recursive: true });
  });

  test('its commands run in their order', () => {
    const { fenced, prose } = commandsOf(page);
    const fresh = prose.filter((command) => !tried.has(command));
    for (const command of fresh) tried.add(command);
    for (const command of [...fenced, ...fresh]) {
      const words = lenetArguments(command);
      if (!words) continue;
      const { code, stderr } = lenetIn(folder, ...quick(words, folder));
      expect([command, code, code === 0 ? '' : stderr]).toEqual([command, 0, '']);
    }
  }, 300_000);

  test('its study files and recipes are trained, networks described, and pieces of study files can be read', () => {
    const blocks = fencedBlocks(page).filter(({ language }) => language === 'yaml');
    for (const [index, { text }] of blocks.entries()) {
      const file = join(folder, `block-${index}.yaml`);
      const isRecipe = /^sentence:/m.test(text);
      const isNetwork = /^layers:/m.test(text);
      writeFileSync(file, isRecipe || isNetwork ? text : wholeFile(text));
      const command = isRecipe ? ['train', '--recipe', file] : ['study', 'run', file];
      const words = isNetwork ? ['describe', file] : quick([...command, '--out', `block-${index}`], folder);
      const { code, stderr } = lenetIn(folder, ...words);
      expect([text, code, code === 0 ? '' : stderr]).toEqual([text, 0, '']);
    }
  });

  test('its JSON is valid', () => {
    for (const { text } of fencedBlocks(page).filter(({ language }) => language === 'json')) JSON.parse(text);
  });

  test('its links lead to files', () => {
    for (const [, target = ''] of read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)) {
      expect(existsSync(join(root, page, '..', target)), target).toBe(true);
    }
  });
});

/**
 * A study file of one epoch, from a whole file or from a piece: the `space` of a random search, a list of stages, or
 * other keys. A search has the least budget, and trains as few epochs as it can.
 */
function wholeFile(text: string): string {
  if (/^search:/m.test(text)) return text.replace(/trainings: \d+/, 'trainings: 6').replace(/epochs: \d+/, 'epochs: 3');
  if (/^name:/m.test(text)) return oneEpoch(text);
  const head = 'name: piece\nprotocol: post\nbase: { epochs: 1 }\nseeds: 1\n';
  const indented = text.replaceAll(/^/gm, '  ');
  if (text.startsWith('- ')) return `${head}stages:\n${indented}`;
  return text.startsWith('space:') ? `${head}random:\n  trials: 3\n${indented}` : `${head}${text}grid: { l2: [0] }\n`;
}

test('the study file in docs/studies.md equals examples/rates.yaml', () => {
  const [whole] = fencedBlocks('docs/studies.md').filter(({ text }) => text.startsWith('name:'));
  expect(whole?.text).toBe(read('examples/rates.yaml'));
});
