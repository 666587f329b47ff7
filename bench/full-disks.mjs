// Lets runs and studies fill their disk, frees space, continues them, and compares their files with undisturbed ones.
//   npm run bench -- full-disks --disks 24 --seed 1       (needs permission to mount a tmpfs)
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { randomStream } from '../dist/index.js';
import { keep, printTable, root, say } from './measurement.mjs';

const { values } = parseArgs({
  options: { disks: { type: 'string', default: '24' }, seed: { type: 'string', default: '1' } },
});
const random = randomStream(Number(values.seed), 'disks');
const folder = mkdtempSync(join(tmpdir(), 'lenet-disks-'));
const lenet = (...args) =>
  spawnSync(process.execPath, [join(root, 'dist/cli/lenet.js'), ...args], { encoding: 'utf8' });

const study = join(folder, 'small.yaml');
writeFileSync(
  study,
  'name: small\nprotocol: post\nbase: { epochs: 2, trainLimit: 500, testLimit: 100, batchSize: 50 }\ngrid: { l2: [0, 1e-2, 1e-4] }\nseeds: 2\n',
);
const short = ['--train-limit', '500', '--test-limit', '100', '--batch-size', '50', '--epochs', '3'];

/**
 * For each kind of work: the smallest and largest disk [kB], the command to begin, the command to continue,
 * and the files that must be equal.
 */
const kinds = {
  run: {
    sizes: [30, 1600],
    begin: (out) => ['train', ...short, '--checkpoint-every', '1', '--out', out],
    proceed: (out) => ['train', '--resume', '--out', out],
    left: (out) => readFileSync(join(out, 'model.safetensors'), 'base64'),
  },
  study: {
    sizes: [30, 5000],
    begin: (out) => ['study', 'run', study, '--out', out],
    proceed: (out) => ['study', 'run', study, '--out', out],
    left: (out) => lenet('study', 'show', out, '--json').stdout,
  },
};

const rows = [['kind', 'disks', 'filled up', 'ended in words', 'continued to the same result']];
const results = {};
for (const [name, { sizes, begin, proceed, left }] of Object.entries(kinds)) {
  const undisturbed = join(folder, `undisturbed-${name}`);
  const reference = lenet(...begin(undisturbed));
  if (reference.status !== 0) throw new Error(reference.stderr);
  const expected = left(undisturbed);
  const counts = { disks: 0, filled: 0, inWords: 0, same: 0, failures: [] };
  for (let number = 0; number < Number(values.disks); number++) {
    const kilobytes = sizes[0] + random.below(sizes[1] - sizes[0]);
    say(`${name} on disk ${number + 1} of ${values.disks}: ${kilobytes} kB`);
    const disk = mkdtempSync(join(folder, 'disk-'));
    const mount = (...args) => spawnSync('mount', args).status === 0;
    if (!mount('-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', disk)) {
      console.error('this user cannot mount a tmpfs');
      process.exit(1);
    }
    const out = join(disk, 'out');
    const first = lenet(...begin(out));
    counts.disks++;
    if (first.status !== 0) {
      counts.filled++;
      if (first.status === 1 && /^error: .*disk is full.*\n$/.test(first.stderr)) counts.inWords++;
      else counts.failures.push({ kilobytes, status: first.status, stderr: first.stderr });
    }
    mount('-o', 'remount,size=40m', disk);
    // If the disk was full before the first write, there is nothing to continue.
    const next = lenet(...proceed(out));
    const last = next.status === 2 ? lenet(...begin(out)) : next;
    if (last.status === 0 && left(out) === expected) counts.same++;
    else counts.failures.push({ kilobytes, status: last.status, stderr: last.stderr });
    spawnSync('umount', [disk]);
    rmSync(disk, { recursive: true, force: true });
  }
  results[name] = counts;
  rows.push([name, `${counts.disks}`, `${counts.filled}`, `${counts.inWords}`, `${counts.same}`]);
  for (const failure of counts.failures) console.log(name, failure);
}
printTable(rows);
rmSync(folder, { recursive: true, force: true });
keep('full-disks', { seed: Number(values.seed), results });
