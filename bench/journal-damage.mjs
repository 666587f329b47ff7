// `npm run bench -- journal-damage`: flips single bits of journals, and removes, repeats and swaps lines; counts the
// damage that passes unnoticed.
// Options: --flips N random flips in a study of 200 trials (default 450), --seed N (default 1), --every 0 to leave out
// flipping every bit of the small journals.
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError, WorldError } from '../dist/base/errors.js';
import { randomStream } from '../dist/base/random.js';
import { JournalStore, readStudy } from '../dist/store/journal-store.js';
import { recordedParameters } from '../dist/study/space.js';
import { keep, machineLine, printTable, say } from './measurement.mjs';

const { values } = parseArgs({
  options: {
    flips: { type: 'string', default: '450' },
    seed: { type: 'string', default: '1' },
    every: { type: 'string', default: '1' },
  },
});
const [flips, seed] = [Number(values.flips), Number(values.seed)];
const random = randomStream(seed, 'journal-damage');
const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'lenet-bench-'));
const space = { l2: { kind: 'choices', values: [0, 0.5], numeric: 'float' } };
const environment = { cpu: 'Jupiter', cores: 2, memoryBytes: 1, os: '', node: '', version: '', jobs: 2 };

/**
 * A study of `trials` trials. `foreign`: whether another program writes between its lines. `sessions`: how many
 * processes worked on it, one after the other.
 */
async function journal(name, { trials, epochs, foreign = false, sessions = 1 }) {
  const path = join(folder, name);
  const definition = {
    name,
    protocol: 'held-out',
    objective: 'accuracy',
    base: { epochs },
    seeds: [1, 2, 3],
    space,
    plan: {
      kind: 'grid',
      factors: [{ name: 'l2', levels: [0, 0.5].map((l2) => ({ label: `${l2}`, settings: { l2 } })) }],
    },
  };
  for (let session = 0; session < sessions; session++) {
    const store = new JournalStore(path);
    await store.open({ definition, dataHash: 'c65580', environment }, () => {});
    for (let trial = 0; trial < trials; trial++) {
      const configuration = { epochs, l2: trial % 2 ? 0.5 : 0 };
      const parameters = recordedParameters(space, configuration);
      const number = await store.startTrial({ configuration, seed: trial + 1, parameters });
      for (let epoch = 0; epoch <= epochs; epoch++) {
        if (foreign) appendFileSync(path, '{"op_code":4,"worker_id":"w","study_id":0,"datetime_start":null}\n');
        const metrics = { loss: random.uniform(), accuracy: 0.75 };
        await store.reportEpoch(number, { epoch, score: 75, train: metrics, selection: metrics });
      }
      // Two of eight answers are wrong.
      await store.endTrial(number, { state: 'complete', score: 75, wrong: Uint8Array.of(3) });
      await store.recordLook({ trial: number, configuration, seed: trial + 1, loss: random.uniform(), accuracy: 0.75 });
    }
    await store.close();
  }
  return { name, bytes: readFileSync(path) };
}

const trying = join(folder, 'tried.journal');
function isNoticed(bytes) {
  writeFileSync(trying, bytes);
  try {
    readStudy(trying);
    return false;
  } catch (error) {
    if (error instanceof WorldError || error instanceof UsageError) return true;
    throw error;
  }
}

/** The positions of all bytes in our lines, including line breaks. */
function ourBytes(bytes) {
  const places = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0x0a, start) + 1;
    if (bytes.subarray(start, end).includes('"worker_id":"lenet-lab-')) {
      for (let at = start; at < end; at++) places.push(at);
    }
    start = end;
  }
  return places;
}

function withFlipped(bytes, at, bit) {
  const damaged = Buffer.from(bytes);
  damaged[at] ^= 1 << bit;
  return damaged;
}

/** Removes or repeats each of our lines, or swaps it with the next. The last lines may be missing, as after a crash. */
function rearranged(bytes) {
  const lines = bytes.toString('utf8').split('\n').slice(0, -1);
  const ours = [...lines.keys()].filter((i) => lines[i].includes('"worker_id":"lenet-lab-'));
  const text = (list) => Buffer.from(list.map((line) => `${line}\n`).join(''));
  return ours.slice(0, -1).flatMap((i, position) => {
    const next = ours[position + 1];
    return [
      ['taken out', text(lines.toSpliced(i, 1))],
      ['repeated', text(lines.toSpliced(i, 0, lines[i]))],
      ['swapped', text(lines.with(i, lines[next]).with(next, lines[i]))],
    ];
  });
}

try {
  const rows = [];
  const note = (what, noticed) => {
    const unnoticed = noticed.filter((found) => !found).length;
    rows.push({ what, tried: noticed.length, unnoticed });
  };
  const large = await journal('large', { trials: 200, epochs: 5 });
  const places = ourBytes(large.bytes);
  const draws = Array.from({ length: flips }, () => [places[random.below(places.length)], random.below(8)]);
  note(
    'random bit of a study of 200 trials flipped',
    draws.map(([at, bit]) => isNoticed(withFlipped(large.bytes, at, bit))),
  );
  const small = [
    await journal('one trial', { trials: 1, epochs: 1 }),
    await journal('another program between', { trials: 2, epochs: 1, foreign: true }),
    await journal('three processes', { trials: 1, epochs: 1, sessions: 3 }),
  ];
  for (const { name, bytes } of values.every === '0' ? [] : small) {
    say(name);
    const found = ourBytes(bytes).flatMap((at) =>
      Array.from({ length: 8 }, (_, bit) => isNoticed(withFlipped(bytes, at, bit))),
    );
    note(`every bit of our lines flipped, one by one (${name})`, found);
  }
  for (const how of ['taken out', 'repeated', 'swapped']) {
    const tried = [large, ...small].flatMap(({ name, bytes }) =>
      // Of the large study the first lines; each trial's are alike.
      rearranged(name === 'large' ? bytes.subarray(0, bytes.indexOf(0x0a, 20_000) + 1) : bytes),
    );
    note(
      `line of ours ${how}`,
      tried.filter(([what]) => what === how).map(([, bytes]) => isNoticed(bytes)),
    );
  }
  say('');
  console.log(`${machineLine}; seed ${seed}\n`);
  printTable([
    ['damage', 'tried', 'unnoticed'],
    ...rows.map(({ what, tried, unnoticed }) => [what, `${tried}`, `${unnoticed}`]),
  ]);
  keep('journal-damage', { seed, rows });
  if (rows.some(({ unnoticed }) => unnoticed > 0)) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
