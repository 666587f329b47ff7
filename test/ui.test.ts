/** `lenet ui` as its users start it: a study begun, paused, continued and extended over HTTP, and the end of the server. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { ControlAnswer, Entry, Listing, Problem, StudyOpening } from '../src/server/protocol.ts';
import { command, freshFolder, lenet, lenetIn } from './lenet.ts';

const folder = join(freshFolder(), 'runs');
mkdirSync(folder);
const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
});

/** Starts the page's server. @returns its process and its address, which is the one line that it prints. */
async function ui(...args: string[]): Promise<{ child: ChildProcess; address: string }> {
  const child = spawn(process.execPath, [command, 'ui', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  const address = await new Promise<string>((resolve, reject) => {
    child.stdout!.once('data', (text) => resolve(`${text}`.trim()));
    child.once('exit', (code) => reject(new Error(`lenet ui ended with ${code}: ${child.stderr!.read()}`)));
  });
  return { child, address };
}

function ended(child: ChildProcess): Promise<number | null> {
  return child.exitCode === null
    ? new Promise((resolve) => child.once('exit', resolve))
    : Promise.resolve(child.exitCode);
}

async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const small = (seeds: string) => `name: small
protocol: held-out
base: { epochs: 3, trainLimit: 3000, testLimit: 300, batchSize: 32 }
grid:
  learningRate: [0.001, 0.003]
seeds: ${seeds}
`;

test('a study is started, paused, continued and extended from the page, by one process at a time', {
  timeout: 240_000,
}, async () => {
  const { child, address } = await ui(folder, '--port', '0');
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  const get = async <T>(path: string): Promise<T> => (await fetch(`${address}api/${path}`)).json() as Promise<T>;
  const post = async (path: string, body: object) => {
    const answer = await fetch(`${address}api/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: address.replace(/\/$/, '') },
      body: JSON.stringify(body),
    });
    return { status: answer.status, ...((await answer.json()) as Partial<ControlAnswer & Problem>) };
  };
  const entry = async (): Promise<Entry | undefined> => (await get<Listing>('entries')).entries[0];
  const opening = () => get<StudyOpening>('studies/small');

  const begun = await post('control/start', { text: small('[1, 2]'), jobs: 1 });
  expect(begun).toMatchObject({ status: 200, id: 'small' });
  expect(await post('control/start', { text: small('[1, 2]') })).toMatchObject({ status: 409 });
  expect(await post('studies/small/resume', {})).toMatchObject({ status: 409 });
  await until(
    async () =>
      (await entry())?.state === 'running' && (await opening()).trials.some(({ curve }) => curve.epoch.length > 1),
  );

  expect(await post('studies/small/pause', {})).toMatchObject({ status: 200 });
  const paused = await until(async () => {
    const { state, trials } = await opening();
    // The process gives up its lock a moment before it ends.
    return state.holder === null && state.can.resume && { state, trials };
  });
  expect(paused.trials.filter(({ state }) => state === 'complete').length).toBeLessThan(4);
  expect(paused.state.can).toMatchObject({ pause: false });
  await until(async () => (await entry())?.state === 'paused');
  expect(lenet('study', 'list', folder).stdout).toMatch(/small .* paused /);
  expect(await post('studies/small/pause', {})).toMatchObject({ status: 409 });

  expect(await post('studies/small/resume', {})).toMatchObject({ status: 200 });
  await until(async () => (await entry())?.state === 'finished');
  expect(await post('studies/small/seeds', { add: 1 })).toMatchObject({
    status: 200,
    message: 'The study goes on with 3 seeds.',
  });
  await until(async () => (await entry())?.state === 'finished' && (await opening()).trials.length === 6);

  // What the page started is what the command line would have run, and the journal has one writer at a time.
  const show = JSON.parse(lenet('study', 'show', join(folder, 'small'), '--json').stdout);
  expect(show).toMatchObject({ finished: true, seeds: [1, 2, 3], trials: { ended: 6 } });
  const beside = freshFolder();
  writeFileSync(join(beside, 'small.yaml'), small('[1, 2, 3]'));
  expect(lenetIn(beside, 'study', 'run', 'small.yaml', '--jobs', '2').code).toBe(0);
  const whole = JSON.parse(lenetIn(beside, 'study', 'show', 'runs/small', '--json').stdout);
  expect(show.stages).toEqual(whole.stages);
  expect(readdirSync(folder)).toEqual(['small']);
  expect(readFileSync(join(folder, 'small', 'study.yaml'), 'utf8').match(/# run with/g)).toHaveLength(1);

  child.kill('SIGINT');
  expect(await ended(child)).toBe(0);
});

test('Ctrl-C lets the studies that the page has started save themselves, and another server continues them', {
  timeout: 120_000,
}, async () => {
  const own = join(freshFolder(), 'runs');
  const { child, address } = await ui(own.replace(/runs$/, ''), '--port', '0');
  const answer = await fetch(`${address}api/control/start`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: address.replace(/\/$/, '') },
    body: JSON.stringify({ text: small('[1]'), jobs: 1 }),
  });
  expect(answer.status).toBe(200);
  const journal = join(own.replace(/runs$/, ''), 'small', 'study.journal');
  await until(async () => existsSync(journal) && readFileSync(journal, 'utf8').includes('"epoch:1"'));
  child.kill('SIGINT');
  expect(await ended(child)).toBe(0);
  expect(existsSync(join(journal, '..', 'study.lock'))).toBe(false);
  const { code, stdout } = lenet('study', 'run', join(journal, '..', 'study.yaml'), '--out', join(journal, '..'));
  expect([code, stdout]).toEqual([0, expect.stringContaining('Winner')]);
});

test('a study that fails at once says why', { timeout: 60_000 }, async () => {
  const { address } = await ui(folder, '--port', '0');
  const text = small('[1]').replace('name: small', 'name: failing\ndata: ./nowhere');
  const answer = await fetch(`${address}api/control/start`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: address.replace(/\/$/, '') },
    body: JSON.stringify({ text }),
  });
  const { problem } = (await answer.json()) as Problem;
  expect([answer.status, problem]).toEqual([409, expect.stringMatching(/nowhere/)]);
  expect(readdirSync(folder)).not.toContain('failing');
});

test('a path that leads out of the page is not found, as it stands on the wire', async () => {
  const { address } = await ui(folder, '--port', '0');
  for (const path of [
    '/../../../../etc/passwd',
    '/..%2f..%2f..%2fetc%2fpasswd',
    '//etc/passwd',
    '/api/runs/../../etc',
    '/%c0%ae%c0%ae/etc/passwd',
  ]) {
    const text = await new Promise<string>((resolve, reject) => {
      const asked = request(new URL(address), { path }, (answer) => {
        let body = '';
        answer.on('data', (piece) => {
          body += piece;
        });
        answer.on('end', () => resolve(body));
      });
      asked.on('error', reject);
      asked.end();
    });
    expect(text).not.toContain('root:');
  }
});

test('an address that others can reach needs a token', () => {
  const { code, stderr } = lenet('ui', folder, '--host', '0.0.0.0', '--port', '0');
  expect([code, stderr]).toEqual([2, 'error: --host 0.0.0.0: others can reach the page there, so it needs --token\n']);
});

test('a random token is part of the printed address, and nothing is answered without it', async () => {
  const { address } = await ui(folder, '--port', '0', '--token');
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{32}$/);
  const url = new URL(address);
  expect((await fetch(`${url.origin}/api/entries`)).status).toBe(401);
  const answer = await fetch(address, { redirect: 'manual' });
  expect([answer.status, answer.headers.get('location')]).toEqual([302, '/']);
});

test('a port that is taken is an error that says what to do; the usual one is left for a free one', async () => {
  const { address } = await ui(folder, '--port', '0');
  const { port } = new URL(address);
  const { code, stderr } = lenet('ui', folder, '--port', port);
  expect([code, stderr]).toEqual([
    1,
    `error: port ${port} of 127.0.0.1 is taken; choose another with --port, or 0 for any free one\n`,
  ]);
});

test('a folder that does not exist is an error', () => {
  const { status, stderr } = spawnSync(process.execPath, [command, 'ui', 'nowhere'], {
    cwd: freshFolder(),
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([1, 'error: cannot read nowhere: it does not exist\n']);
});
