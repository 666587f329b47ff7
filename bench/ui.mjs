// `npm run bench -- ui`: what the page's server takes to show a large study, and to pass on what is appended to its journal.
// Options: --trials N (default 10000), --epochs N (default 10), --rounds N (default 5), --updates N (default 40).
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { JournalStore } from '../dist/store/journal-store.js';
import { writeLargeJournal } from './large-journal.mjs';
import { keep, machineLine, printTable, root, say, summary } from './measurement.mjs';

const { values } = parseArgs({
  options: {
    trials: { type: 'string', default: '10000' },
    epochs: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '5' },
    updates: { type: 'string', default: '40' },
  },
});
const [trials, epochs, rounds, updates] = ['trials', 'epochs', 'rounds', 'updates'].map((name) => Number(values[name]));
const folder = mkdtempSync(join(tmpdir(), 'lenet-bench-'));
const path = join(folder, 'large', 'study.journal');
mkdirSync(join(folder, 'large'));

/** Starts the server. @returns its address and its process. */
async function started() {
  const child = spawn(process.execPath, [join(root, 'dist/cli/lenet.js'), 'ui', folder, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await new Promise((resolve) => child.stdout.once('data', (data) => resolve(`${data}`.split('\n'))));
  return { child, address: line };
}

async function ended({ child }) {
  const end = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGINT');
  await end;
}

const timed = async (act) => {
  const began = performance.now();
  const result = await act();
  return [(performance.now() - began) / 1000, result];
};
const json = async (address) => (await fetch(address)).json();

/** Calls `hear` for each event of a stream until `stop` is called. */
async function listen(address, hear) {
  const gone = new AbortController();
  const { body } = await fetch(address, { signal: gone.signal });
  const reading = (async () => {
    let rest = '';
    for await (const bytes of body.pipeThrough(new TextDecoderStream())) {
      const events = (rest + bytes).split('\n\n');
      rest = events.pop();
      for (const event of events) hear(event);
    }
  })().catch(() => {});
  return async () => {
    gone.abort();
    await reading;
  };
}

try {
  const { definition, environment } = await writeLargeJournal(path, { trials, epochs });
  const megabytes = statSync(path).size / 1e6;
  const samples = {
    'first view of a server that has just begun': [],
    'all its trials': [],
    'first view again': [],
    'facts and report, computed beside': [],
    'an epoch, from its append to the page': [],
    'the same while facts are computed': [],
  };
  let openingMegabytes = 0;
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}`);
    const server = await started();
    const study = `${server.address}api/studies/large`;
    const [first, text] = await timed(async () => (await fetch(study)).text());
    const opening = JSON.parse(text);
    if (opening.trials.length === 0) throw new Error('no trial was shown');
    samples['first view of a server that has just begun'].push(first);
    const seen = new Set(opening.trials.map(({ number }) => number));
    const [rest] = await timed(async () => {
      if (opening.isWhole) return;
      let whole = () => {};
      const all = new Promise((resolve) => {
        whole = resolve;
      });
      const stop = await listen(`${study}/events?from=${opening.position}`, (event) => {
        const data = /^event: rows\ndata: (.*)$/m.exec(event)?.[1];
        for (const { number } of data ? JSON.parse(data).trials : []) seen.add(number);
        if (seen.size >= trials) whole();
      });
      await all;
      await stop();
    });
    samples['all its trials'].push(first + rest);
    openingMegabytes = (await (await fetch(study)).text()).length / 1e6;
    samples['first view again'].push((await timed(async () => JSON.parse(await (await fetch(study)).text())))[0]);
    samples['facts and report, computed beside'].push((await timed(() => json(`${study}/facts`)))[0]);
    if (round === rounds) {
      const store = new JournalStore(path);
      await store.open({ definition, dataHash: 'h', environment }, () => {});
      const configuration = opening.configurations[0] ? { learningRate: 2e-4 } : {};
      const number = await store.startTrial({ configuration, seed: 77, parameters: [] });
      const { position } = await json(study);
      let heard = () => {};
      const stop = await listen(`${study}/events?from=${position}`, (event) => {
        if (event.includes('event: rows')) heard(performance.now());
      });
      for (const name of ['an epoch, from its append to the page', 'the same while facts are computed']) {
        for (let update = 0; update < updates; update++) {
          if (name.startsWith('the same') && update % 10 === 0) void fetch(`${study}/facts`).catch(() => {});
          await new Promise((resolve) => setTimeout(resolve, 60));
          const arrival = new Promise((resolve) => {
            heard = resolve;
          });
          const metrics = { loss: 0.1, accuracy: 0.875 };
          const epoch = samples[name].length + (name.startsWith('the same') ? updates : 0);
          const before = performance.now();
          await store.reportEpoch(number, { epoch, score: 87.5, train: metrics, selection: metrics });
          samples[name].push(((await arrival) - before) / 1000);
        }
      }
      await stop();
    }
    await ended(server);
  }
  say('');
  const results = Object.entries(samples).map(([what, seconds]) => ({ what, seconds: summary(seconds) }));
  console.log(`${machineLine}; medians of ${rounds} servers, and of ${updates} updates`);
  console.log(
    `${trials} trials x ${epochs} epochs: a journal of ${megabytes.toFixed(0)} MB, an opening of ${openingMegabytes.toFixed(1)} MB\n`,
  );
  printTable([
    ['what', 'ms', '(least-most)'],
    ...results.map(({ what, seconds: { median, least, most } }) => [
      ...[what, (1000 * median).toFixed(0), `${(1000 * least).toFixed(0)}-${(1000 * most).toFixed(0)}`],
    ]),
  ]);
  keep('ui', { trials, epochs, megabytes, openingMegabytes, rounds, updates, results });
} finally {
  rmSync(folder, { recursive: true });
}
