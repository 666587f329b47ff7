// `npm run bench -- journal`: seconds to replay the journal of a large study, and to show it with the command line.
// Options: --trials N (default 10000), --epochs N (default 10), --rounds N (default 5).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DigestChain } from '../dist/store/digest.js';
import { JournalStore, readStudy } from '../dist/store/journal-store.js';
import { recordedParameters } from '../dist/study/space.js';
import { canonicalSettings, completeSettings } from '../dist/tasks/lenet/configuration.js';
import { keep, machineLine, printTable, root, say, summary } from './measurement.mjs';

const { values } = parseArgs({
  options: {
    trials: { type: 'string', default: '10000' },
    epochs: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '5' },
  },
});
const [trials, epochs, rounds] = [Number(values.trials), Number(values.epochs), Number(values.rounds)];
const folder = mkdtempSync(join(tmpdir(), 'lenet-bench-'));
const path = join(folder, 'study.journal');

try {
  // One trial as a study writes it, its lines then repeated under other numbers; ten seeds a configuration.
  const seeds = Array.from({ length: 10 }, (_, index) => index + 1);
  const rates = Array.from({ length: Math.ceil(trials / seeds.length) }, (_, index) => 1e-4 * 1.001 ** index);
  const levels = rates.map((learningRate) => ({ label: `${learningRate}`, settings: { learningRate } }));
  const definition = {
    name: 'large',
    protocol: 'post',
    objective: 'accuracy',
    base: { epochs },
    seeds,
    plan: { kind: 'grid', factors: [{ name: 'learningRate', levels }] },
    space: { learningRate: { kind: 'choices', values: rates, numeric: 'float' } },
  };
  const store = new JournalStore(path);
  const environment = { cpu: '', cores: 2, memoryBytes: 1, os: '', node: '', version: '', jobs: 2 };
  await store.open({ definition, dataHash: 'h', environment }, () => {});
  const head = readFileSync(path, 'utf8');
  const settings = levels.map((level) => ({ epochs, ...level.settings }));
  const configurations = settings.map(canonicalSettings);
  const parameters = recordedParameters(definition.space, completeSettings(settings[0]));
  const number = await store.startTrial({ configuration: configurations[0], seed: 1, parameters });
  for (let epoch = 0; epoch <= epochs; epoch++) {
    const metrics = { loss: 0.0421875 / (epoch + 1), accuracy: 0.875 };
    const seconds = { train: 2.4183, evaluate: 0.8127 };
    await store.reportEpoch(number, { epoch, score: 87.5, train: metrics, selection: metrics, seconds });
  }
  await store.endTrial(number, { state: 'complete', score: 87.5, wrong: new Uint8Array(1250).fill(8) });
  const one = readFileSync(path, 'utf8').slice(head.length);
  const again = Array.from({ length: trials }, (_, index) =>
    one
      .replaceAll('"trial_id":0', `"trial_id":${index}`)
      .replace(/"configuration":\{[^}]*\}/, `"configuration":${JSON.stringify(configurations[Math.floor(index / 10)])}`)
      .replace('"seed":1', `"seed":${seeds[index % 10]}`),
  );
  const chain = new DigestChain();
  const lines = (head + again.join('')).split('\n').slice(0, -1);
  const sealed = lines.map((line) => {
    const { crc32: _, ...operation } = JSON.parse(line);
    return `${chain.seal(operation)}\n`;
  });
  writeFileSync(path, sealed.join(''));
  const megabytes = statSync(path).size / 1e6;

  const samples = { 'replay of the journal': [], 'lenet study show': [] };
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}`);
    const began = performance.now();
    const record = readStudy(path);
    samples['replay of the journal'].push((performance.now() - began) / 1000);
    if (record.trials.length !== trials || record.trials.some(({ state }) => state !== 'complete')) {
      throw new Error('the journal was not read in full');
    }
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, ['dist/cli/main.js', 'study', 'show', folder], {
      cwd: root,
      maxBuffer: 2 ** 30,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
    samples['lenet study show'].push((performance.now() - start) / 1000);
  }
  say('');
  const results = Object.entries(samples).map(([what, seconds]) => ({ what, seconds: summary(seconds) }));
  console.log(`${machineLine}; medians of ${rounds}`);
  console.log(`${trials} trials x ${epochs} epochs, ${megabytes.toFixed(0)} MB\n`);
  printTable([
    ['what', 's', '(least-most)'],
    ...results.map(({ what, seconds: { median, least, most } }) => [
      ...[what, median.toFixed(2), `${least.toFixed(2)}-${most.toFixed(2)}`],
    ]),
  ]);
  keep('journal', { trials, epochs, megabytes, rounds, results });
} finally {
  rmSync(folder, { recursive: true });
}
