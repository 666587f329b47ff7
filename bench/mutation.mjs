// Breaks one place of the source at a time, in a copy of the tree, and counts the breaks that no test notices.
//   npm run bench -- mutation --places 100 --seed 1          a random sample
//   npm run bench -- mutation --only src/study/mcb.ts:120    every break of one line
// A place is one token of one line of src/study, src/store, src/train or kernels; docs/reliability.md has the result.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { randomStream } from '../dist/index.js';
import { keep, printTable, root, say } from './measurement.mjs';

const { values } = parseArgs({
  options: {
    places: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', multiple: true },
  },
});

const rooms = ['src/study', 'src/store', 'src/train', 'kernels'];

/** [what stands there, what takes its place]. Each token of a line that matches is a place. */
const breaks = [
  [/ < /g, ' <= '],
  [/ <= /g, ' < '],
  [/ > /g, ' >= '],
  [/ >= /g, ' > '],
  [/ === /g, ' !== '],
  [/ !== /g, ' === '],
  [/ && /g, ' || '],
  [/ \|\| /g, ' && '],
  [/ \?\? /g, ' && '],
  [/ \+ /g, ' - '],
  [/ - /g, ' + '],
  [/ \* /g, ' + '],
  [/ \/ /g, ' * '],
  [/ \+= /g, ' -= '],
  [/ -= /g, ' += '],
  [/\btrue\b/g, 'false'],
  [/\bfalse\b/g, 'true'],
  [/\bMath\.min\b/g, 'Math.max'],
  [/\bMath\.max\b/g, 'Math.min'],
  [/\bf32x4\.add\b/g, 'f32x4.sub'],
  [/\bf32x4\.sub\b/g, 'f32x4.add'],
  [/\bf32x4\.mul\b/g, 'f32x4.add'],
  [/\.some\(/g, '.every('],
  [/\.every\(/g, '.some('],
  [/(?<![\w.])\d+(?![\w.])/g, (number) => `${Number(number) + 1}`],
  [/\bif \((?!\()([^()]+)\)/g, (_, condition) => `if (!(${condition}))`],
  [/^(\s*)(continue|break);$/g, '$1;'],
  // A call for its effect alone.
  [/^(\s*)(?!return\b|throw\b|await\b|yield\b|super\b)[\w.#!]+\([^()]*\);$/g, '$1;'],
];

/** Source files of the rooms, relative to the root. */
function sourceFiles() {
  return rooms.flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !/\.(test|contract|testing)\.ts$|\.d\.ts$/.test(name))
      .filter((name) => !(room === 'kernels' && name.startsWith('generated')))
      .map((name) => `${room}/${name}`)
      .sort(),
  );
}

/** All places of a file: line (from 1), and the line as it would be. Comments, imports, types and messages are no places. */
function placesOf(file) {
  const places = [];
  let isComment = false;
  let isType = false;
  for (const [index, line] of readFileSync(join(root, file), 'utf8').split('\n').entries()) {
    const text = line.trim();
    if (text.startsWith('/*')) isComment = true;
    const skip = isComment || text.startsWith('//') || /^(import|export \{|export type \{|\} from)/.test(text);
    if (text.endsWith('*/')) isComment = false;
    if (/^(export )?(interface|type) /.test(text)) isType = true;
    const typed = isType;
    if (isType && /^\}|;$/.test(line) && !/^\s/.test(line)) isType = false;
    if (
      skip ||
      typed ||
      /\bnew (UsageError|WorldError|RangeError|Error)\(/.test(text) ||
      /^(export )?(abstract )?class |readonly .*: .*;$|=> (void|number|boolean);$/.test(text)
    )
      continue;
    const code = line.replace(/'[^']*'|`[^`]*`|\/\/.*$/g, (match) => ' '.repeat(match.length));
    for (const [pattern, replacement] of breaks) {
      for (const match of code.matchAll(pattern)) {
        const original = line.slice(match.index, match.index + match[0].length);
        const changed =
          typeof replacement === 'function' ? replacement(...match) : original.replace(pattern, replacement);
        // A match that begins in masked text changes nothing.
        if (changed === original) continue;
        places.push({
          file,
          line: index + 1,
          before: line,
          after: splice(line, match.index, original.length, changed),
        });
      }
    }
  }
  return places;
}

function splice(line, at, length, by) {
  return line.slice(0, at) + by + line.slice(at + length);
}

function chosenPlaces() {
  const all = sourceFiles().flatMap(placesOf);
  if (values.only)
    return all.filter(({ file, line }) => values.only.some((at) => at === file || at === `${file}:${line}`));
  const random = randomStream(Number(values.seed), 'places');
  const sample = [];
  while (sample.length < Number(values.places) && all.length > 0)
    sample.push(...all.splice(random.below(all.length), 1));
  return sample;
}

/** A copy of the tree as git knows it, with the built kernels, in a folder that is removed at the end. */
function copyOfTheTree() {
  const copy = mkdtempSync(join(tmpdir(), 'lenet-mutation-'));
  const { stdout } = spawnSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 });
  for (const file of [
    ...stdout.split('\0').filter(Boolean),
    'src/engine/binary',
    'src/engine/generated',
    'kernels/generated',
    'dist',
  ]) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    try {
      cpSync(join(root, file), join(copy, file), { recursive: true });
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

const longestSeconds = 300;
/** Counts as noticed and is printed, since a slow machine may have needed that long. */
const noEnd = `no end within ${longestSeconds} s`;

/** The test run at work: the leader of a process group, so that its workers end with it. */
let running;

function endRunning() {
  if (running?.exitCode === null) process.kill(-running.pid, 'SIGKILL');
}

async function runIn(folder, ...args) {
  // Without colours, whose codes would stand where the name of the test is looked for.
  running = spawn(process.execPath, args, {
    cwd: folder,
    detached: true,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
  });
  let output = '';
  for (const stream of [running.stdout, running.stderr]) stream.on('data', (data) => (output += data));
  let hung = false;
  const timer = setTimeout(() => {
    hung = true;
    endRunning();
  }, longestSeconds * 1000);
  const code = await new Promise((resolve) => running.on('close', resolve));
  clearTimeout(timer);
  return { failed: code !== 0, hung, output };
}

const vitest = 'node_modules/vitest/vitest.mjs';
/** A busy machine makes tests slow; that must not pass for a break that was noticed. */
const patience = ['--testTimeout=200000', '--hookTimeout=200000'];
const options = ['--run', '--bail=1', '--reporter=dot', ...patience];

/** Tests that run the built command see nothing of a broken source. */
const endToEnd = readdirSync(join(root, 'test'))
  .filter((name) => name.endsWith('.test.ts'))
  .filter((name) => /dist\/|'\.\/lenet\.ts'/.test(readFileSync(join(root, 'test', name), 'utf8')));

/** How a break was noticed, or undefined. */
async function noticed(copy, file) {
  if (file.startsWith('kernels/')) {
    const built = await runIn(copy, 'scripts/build.mjs');
    if (built.failed) return 'it does not compile';
    const tests = ['src/engine', 'src/nn', 'src/train', 'test/golden.test.ts', 'test/golden-1998.test.ts'];
    return word(await runIn(copy, vitest, 'run', ...options.slice(1), ...tests));
  }
  const without = endToEnd.flatMap((name) => ['--exclude', `test/${name}`]);
  return word(await runIn(copy, vitest, 'related', ...options, ...without, file));
}

function word({ failed, hung, output }) {
  if (hung) return noEnd;
  if (!failed) return undefined;
  return /FAIL\s+(\S+)/.exec(output)?.[1] ?? 'it does not load';
}

const copy = copyOfTheTree();
process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    endRunning();
    process.exit(1);
  });
}

const places = chosenPlaces();
const results = [];
for (const [index, { file, line, before, after }] of places.entries()) {
  say(`${index + 1} of ${places.length}: ${file}:${line}`);
  const path = join(copy, file);
  const source = readFileSync(path, 'utf8');
  const lines = source.split('\n');
  lines[line - 1] = after;
  writeFileSync(path, lines.join('\n'));
  const by = await noticed(copy, file);
  writeFileSync(path, source);
  results.push({ file, line, before: before.trim(), after: after.trim(), noticedBy: by ?? null });
  if (by === undefined || by === noEnd)
    console.log(`${by ?? 'unnoticed'}: ${file}:${line}\n  - ${before.trim()}\n  + ${after.trim()}`);
}
const rows = rooms.map((room) => {
  const here = results.filter(({ file }) => file.startsWith(`${room}/`));
  return [room, `${here.length}`, `${here.filter(({ noticedBy }) => noticedBy !== null).length}`];
});
const total = ['all', `${results.length}`, `${results.filter(({ noticedBy }) => noticedBy !== null).length}`];
printTable([['room', 'broken', 'noticed'], ...rows, total]);
if (!values.only) keep('mutation', { seed: Number(values.seed), results });
