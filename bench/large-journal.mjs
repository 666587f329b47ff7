// A journal of many trials for benchmarks: one trial as a study writes it, its lines repeated under other numbers and sealed again.
import { readFileSync, writeFileSync } from 'node:fs';
import { DigestChain } from '../dist/store/digest.js';
import { JournalStore } from '../dist/store/journal-store.js';
import { recordedParameters } from '../dist/study/space.js';
import { canonicalSettings, completeSettings } from '../dist/tasks/lenet/configuration.js';

/** Writes the journal to `path`: `trials` complete trials of `epochs` epochs, ten seeds a configuration. */
export async function writeLargeJournal(path, { trials, epochs }) {
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
  return { definition, store, environment };
}
