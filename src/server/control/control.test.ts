/** What the page does to the process of a study, and what it says of processes that it has started. */
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { studyLock } from '../../runner/folder-locks.ts';
import { listing } from '../entries.ts';
import { Library, type StudyShelf } from '../library.ts';
import { privacyOf } from '../privacy.ts';
import type { Problem } from '../protocol.ts';
import { folderWith, freshFolder, serverOf } from '../server.testing.ts';
import { Children } from './children.ts';
import { pause, stop } from './stop.ts';
import { removeTypedFiles, writeTypedFile } from './typed-file.ts';

/** The interrupts that this process sends from now on; none arrives. */
function interrupts(): number[] {
  const sent: number[] = [];
  const real = process.kill.bind(process);
  vi.spyOn(process, 'kill').mockImplementation((pid, signal) => {
    if (signal !== 'SIGINT') return real(pid, signal);
    sent.push(pid);
    return true;
  });
  return sent;
}

describe('the process of a study', () => {
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  /** A study whose lock this process holds. */
  async function held(): Promise<{ shelf: StudyShelf; release: () => void }> {
    const library = new Library(folderWith({ post: 'format-6/post' }));
    const shelf = await library.study('post');
    const lock = studyLock(shelf.place);
    await lock.acquire();
    vi.useFakeTimers();
    return { shelf, release: () => lock.release() };
  }

  test('is interrupted once by a pause', async () => {
    const { shelf, release } = await held();
    const sent = interrupts();
    pause(shelf);
    vi.runAllTimers();
    release();
    expect(sent).toEqual([process.pid]);
  });

  test('is interrupted twice by a stop, the second time as a second wish', async () => {
    const { shelf, release } = await held();
    const sent = interrupts();
    stop(shelf);
    vi.advanceTimersByTime(250);
    expect(sent).toEqual([process.pid]);
    vi.advanceTimersByTime(100);
    release();
    expect(sent).toEqual([process.pid, process.pid]);
  });

  test('is left alone by the second signal of a stop when it has given up the study', async () => {
    const { shelf, release } = await held();
    const sent = interrupts();
    stop(shelf);
    release();
    vi.runAllTimers();
    expect(sent).toEqual([process.pid]);
    expect(() => stop(shelf)).toThrow('No process works on this study.');
  });
});

describe('a process that was started', () => {
  const folder = freshFolder();
  const surroundings = (children: Children) => ({
    library: new Library(folder),
    control: true,
    children,
    privacy: privacyOf(false, folder),
  });
  const program = (code: string) => new Children([process.execPath, '-e', code], folder);

  test('is listed while it starts, and with its last words when it has failed before its study began', async () => {
    const children = program('console.error("no room in", process.argv[1]); process.exitCode = 1');
    const file = writeTypedFile(folder, 'late', 'name: late');
    const ended = children.start(join(folder, 'late'), [file], { file });
    const starts = async () => (await listing(surroundings(children))).starts;
    expect(await starts()).toEqual([{ id: 'late', name: 'late', problem: null }]);
    await ended;
    // Its user knows the file as the text in the page.
    expect(await starts()).toEqual([{ id: 'late', name: 'late', problem: 'no room in study.yaml' }]);
    expect(existsSync(file)).toBe(false);
    children.forget(() => true);
    expect(await starts()).toEqual([]);
  });

  test('that a signal has ended says so, unless it was interrupted', async () => {
    const [killed, interrupted] = ['SIGKILL', 'SIGINT'].map((signal) =>
      program(`process.kill(process.pid, '${signal}')`),
    );
    await Promise.all([killed!.start('a', []), interrupted!.start('a', [])]);
    expect(killed!.of('a')).toEqual({
      isRunning: false,
      lastWords: 'The process of the study was ended by the signal SIGKILL.',
    });
    expect(interrupted!.of('a')).toEqual({ isRunning: false, lastWords: null });
  });
});

test('the address of a study whose process has failed has its last words', async () => {
  const server = serverOf(freshFolder(), {
    control: true,
    command: [process.execPath, '-e', 'console.error("the data are gone"); process.exitCode = 1'],
  });
  const text = 'name: mine\nprotocol: held-out\nbase: { epochs: 1 }\ngrid: { batchSize: [32] }\nseeds: [1]\n';
  const answers = [await server.post('/api/control/start', { text }), await server.get('/api/studies/mine')];
  expect(answers.map(({ status }) => status)).toEqual([409, 409]);
  for (const answer of answers) expect((await answer.json()) as Problem).toEqual({ problem: 'the data are gone' });
  await server.close();
});

test('a recipe of the folder reaches the command line by a path that holds in any current folder', async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, 'own.yaml'), 'name: own\nsentence: mine\nsettings: { batchSize: 64 }\n');
  const program = `const [, recipe] = /recipe: (.*own.yaml)/.exec(fs.readFileSync(process.argv[3], 'utf8'));
    console.error(path.isAbsolute(recipe) && fs.readFileSync(recipe, 'utf8').slice(0, 9)); process.exitCode = 1`;
  const server = serverOf(folder, { control: true, command: [process.execPath, '-e', program] });
  const text =
    'name: mine\nprotocol: held-out\nbase: { recipe: own.yaml }\ngrid: { learningRate: [0.001] }\nseeds: [1]\n';
  const { problem } = (await (await server.post('/api/control/start', { text })).json()) as Problem;
  expect(problem).toBe('name: own');
  await server.close();
});

describe('the command of a study', () => {
  /** The words after the folder, of a process that prints its command and ends. */
  async function words(folder: string, address: string, body: object): Promise<string[]> {
    const command = [process.execPath, '-e', 'console.error(process.argv.slice(1).join("|")); process.exitCode = 1'];
    const server = serverOf(folder, { control: true, command });
    const { problem } = (await (await server.post(address, body)).json()) as Problem;
    await server.close();
    const [study, run, , out, , ...more] = problem.split('|');
    expect([study, run, out]).toEqual(['study', 'run', '--out']);
    return more;
  }

  test('has the seeds and the jobs that were asked for; one seed is not a number of seeds', async () => {
    const start = (more: object) => words(freshFolder(), '/api/control/start', { study: 'post', ...more });
    expect(await start({})).toEqual([]);
    expect(await start({ seeds: [4, 9], jobs: 3 })).toEqual(['--seeds', '4,9', '--jobs', '3']);
    expect(await start({ seeds: [7] })).toEqual(['--seeds', '7,']);
  });

  test('goes on with the seeds that its file notes, and with more', async () => {
    const folder = folderWith({ held: 'format-6/held-out' });
    const of = (action: string, body: object) => words(folder, `/api/studies/held/${action}`, body);
    expect(await of('resume', {})).toEqual([]);
    expect((await of('seeds', { add: 2 })).slice(0, 2)).toEqual(['--seeds', '1,2,3,4']);
    const file = join(folder, 'held', 'study.yaml');
    writeFileSync(file, `# run with --seeds 5\n${readFileSync(file, 'utf8')}`);
    expect(await of('resume', {})).toEqual(['--seeds', '5,']);
  });
});

test('files that a killed server has left are removed at the next start, once no process can be reading them', async () => {
  const folder = freshFolder();
  const [old, young] = [writeTypedFile(folder, 'a', ''), writeTypedFile(folder, 'b', '')];
  const others = ['.notes.yaml', 'mine.yaml', `folder`];
  mkdirSync(join(folder, 'folder'));
  for (const name of others.slice(0, 2)) writeFileSync(join(folder, name), '');
  for (const name of readdirSync(folder)) utimesSync(join(folder, name), 1, 1);
  utimesSync(young, Date.now() / 1000, Date.now() / 1000);
  await serverOf(folder, { control: true }).close();
  expect([existsSync(old), existsSync(young)]).toEqual([false, true]);
  removeTypedFiles(folder, Date.now() + 3_600_000);
  expect(readdirSync(folder).sort()).toEqual(others.sort());
  removeTypedFiles(join(folder, 'nowhere'));
});
