/** A database that takes connections and does not answer: neither a worker nor a coordinator has begun anything. */
import { writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectCoordinator } from '../src/fleet/coordinator-connection.ts';
import { connect } from '../src/fleet/database.ts';
import { NotConnected } from '../src/fleet/not-connected.ts';
import { pretendPerformer } from '../src/fleet/pretend-performer.ts';
import { work } from '../src/fleet/worker.ts';
import { startProgram } from './fleet.ts';
import { command, fewImages, freshFolder } from './lenet.ts';
import { engine } from './pretended-study.ts';

const sockets = new Set<Socket>();
let server: Server;
let address: string;

beforeAll(async () => {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  address = `postgresql://a:b@127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}/fleet`;
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

/** A signal that is aborted when somebody has connected. */
function abortedByConnection(): AbortSignal {
  const stopper = new AbortController();
  server.once('connection', () => stopper.abort());
  return stopper.signal;
}

test('a coordinator that is stopped before the first answer waits no longer, and has begun nothing', async () => {
  const connecting = connectCoordinator(address, { signal: abortedByConnection() });
  const cause = expect.objectContaining({ message: expect.stringContaining('did not answer before the end') });
  await expect(connecting).rejects.toThrow(NotConnected);
  await expect(connecting).rejects.toMatchObject({ cause });
});

test('a worker that is stopped before the first answer ends in order', async () => {
  const about = { address, slots: 1, name: 'test', cpu: 'none', engine, performer: pretendPerformer(5) };
  await work({ ...about, signal: abortedByConnection(), tell: () => {} });
});

test.concurrent('after a second people hear that the database has not answered, and after five that it does not answer', async () => {
  const heard: string[] = [];
  const connecting = connect(address, { connections: 1 }, { onAway: (why) => heard.push(why) });
  await expect(connecting).rejects.toThrow(
    /^the database at 127\.0\.0\.1:\d+\/fleet cannot be used: it does not answer$/,
  );
  expect(heard).toEqual(['it has not answered yet']);
});

test.concurrent('Ctrl-C ends lenet worker and lenet study run --fleet at once, with the exit code of a signal', async () => {
  const folder = freshFolder();
  const file = join(folder, 'tiny.yaml');
  writeFileSync(
    file,
    `name: tiny\nprotocol: post\ndata: ${fewImages}\nbase: { epochs: 1 }\nstages:\n  - batchSize: [32, 64]\nseeds: [1]\n`,
  );
  const started = [['worker'], ['study', 'run', file, '--fleet', '--out', join(folder, 'out')]].map((args) =>
    startProgram([command, ...args], { LENET_DATABASE: address }),
  );
  const codes = started.map(async ({ child, says, ended }) => {
    await says(/The database is away \(it has not answered yet\)/);
    child.kill('SIGINT');
    return ended;
  });
  expect(await Promise.all(codes)).toEqual([130, 130]);
  for (const { text } of started) {
    expect(text()).toContain('Interrupted; ');
    expect(text()).not.toMatch(/error|\n {4}at /);
  }
});
