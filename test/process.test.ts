/** The process and its environment: closed pipes, signals, closed terminals, limited machines, dead threads. */
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { fit, lenet5, sgd } from '../dist/index.js';
import { nodeThreads } from '../dist/runner/node-threads.js';
import type { CrewPlan } from '../src/train/crew-plan.ts';
import { ended, fewImages, freshFolder, startLenet } from './lenet.ts';

const lenet = `'${process.execPath}' '${new URL('../dist/cli/lenet.js', import.meta.url).pathname}'`;
const tiny = `--data ${fewImages} --train-limit 256 --test-limit 64 --epochs 2`;
const folder = freshFolder();
let folders = 0;
const fresh = () => join(folder, `${folders++}`);

/** Runs a line of bash in which `$lenet` is the command, for at most 40 s. */
function bash(line: string, environment: Readonly<Record<string, string>> = {}): SpawnSyncReturns<string> {
  const env = { ...process.env, ...environment };
  return spawnSync('bash', ['-c', line.replaceAll('$lenet', lenet)], { encoding: 'utf8', timeout: 40_000, env });
}

const studyFile = join(folder, 'study.yaml');
writeFileSync(
  studyFile,
  `name: tiny
protocol: post
data: ${fewImages}
objective: accuracy
base: { epochs: 1, trainLimit: 256, testLimit: 64 }
stages:
  - learningRate: [0.001, 0.01]
seeds: [1]
`,
);
const whole = ['checkpoint', 'config', 'metrics', 'model', 'predictions'];
const kept = (run: string) =>
  readdirSync(run)
    .map((name) => name.split('.')[0]!)
    .filter((name) => name !== 'events')
    .sort();

const run = fresh();
const study = fresh();
const picture = fresh();

beforeAll(() => {
  expect(bash(`$lenet train ${tiny} --out ${run}`).status).toBe(0);
  expect(bash(`$lenet study run ${studyFile} --out ${study}`).status).toBe(0);
});

describe('a reader that closes its end of the pipe', () => {
  test('lenet train | head: the run is finished and saved, exit code 0', () => {
    const out = fresh();
    const { stdout, stderr } = bash(`$lenet train ${tiny} --out ${out} | head -1; echo "code \${PIPESTATUS[0]}"`);
    expect(stdout).toMatch(/^Dataset lenet-run-.*\ncode 0\n$/);
    expect(stderr).toBe('');
    expect(kept(out)).toEqual(whole);
    expect(readFileSync(join(out, 'model.safetensors')).equals(readFileSync(join(run, 'model.safetensors')))).toBe(
      true,
    );
  });

  test('train --json, with standard error closed as well: the run is finished and saved', () => {
    const out = fresh();
    const { stdout } = bash(
      `$lenet train ${tiny} --json --out ${out} 2>&1 | head -1 >/dev/null; echo "\${PIPESTATUS[0]}"`,
    );
    expect(stdout).toBe('0\n');
    expect(kept(out)).toEqual(whole);
  });

  test('lenet study run | head: all trials and the report are made, exit code 0', () => {
    const out = fresh();
    const { stdout } = bash(
      `$lenet study run ${studyFile} --out ${out} 2>&1 | head -1 >/dev/null; echo "\${PIPESTATUS[0]}"`,
    );
    expect(stdout).toBe('0\n');
    expect(existsSync(join(out, 'report.html'))).toBe(true);
    expect(JSON.parse(bash(`$lenet study show ${out} --json`).stdout)).toMatchObject({ finished: true });
  });

  test.each([
    `evaluate ${run}`,
    'describe lenet5',
    '--help',
    `study show ${study}`,
    `study show ${study} --json`,
    `study compare ${study} C1 C2`,
    `study export ${study} --csv`,
    `study report ${study}`,
    `study list ${folder}`,
    'study schema',
  ])('lenet %s: no message and exit code 0 without any reader', (command) => {
    const { stdout, stderr } = bash(`( $lenet ${command}; echo $? >&3 ) 3>&1 1> >(true) 2> >(true)`);
    expect([stdout, stderr]).toEqual(['0\n', '']);
  });

  const commands = [`evaluate ${run}`, '--help', `study show ${study}`];

  test.each(commands)('lenet %s: exit code 0 with closed streams', (command) => {
    const closed = bash(`$lenet ${command} >&- 2>&-`);
    expect([closed.status, closed.stderr]).toEqual([0, '']);
  });

  test.skipIf(!existsSync('/dev/full')).each(commands)('lenet %s: on a full disk (needs /dev/full)', (command) => {
    const full = bash(`$lenet ${command} >/dev/full`);
    expect([full.status, full.stderr]).toEqual([1, 'error: cannot write to standard output: the disk is full\n']);
  });

  test.each(['', '--json'])('lenet predict %s ends early and quietly when the reader has gone', (json) => {
    const digit = new URL('../examples/digits/7.png', import.meta.url).pathname;
    // A picture that is missing would be told, and would end with 1.
    const line = `$lenet predict ${json} ${run} ${digit} ${picture} | true; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = bash(line);
    expect([stdout, stderr]).toEqual(['0\n', '']);
  });

  test.skipIf(!existsSync('/dev/full'))(
    'train with standard output on a full disk: the run is saved, one line, exit code 1 (needs /dev/full)',
    () => {
      const out = fresh();
      const { status, stderr } = bash(`$lenet train ${tiny} --out ${out} >/dev/full`);
      expect(stderr).toBe('error: cannot write to standard output: the disk is full; the work continues\n');
      expect(status).toBe(1);
      expect(kept(out)).toEqual(whole);
    },
  );

  test('predict of a missing picture exits with 1, with streams closed or open', () => {
    expect(bash(`$lenet predict ${run} ${picture} >&- 2>&-`).status).toBe(1);
    expect(bash(`$lenet predict ${run} ${picture}`).stderr).toMatch(/^error: [^\n]*\n$/);
  });
});

describe('signals', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s stops a study with exit code %i, and the study is saved', async (signal, code) => {
    const out = fresh();
    const child = startLenet('study', 'run', studyFile, '--out', out, '--jobs', '1', '--seeds', '20');
    const end = ended(child);
    child.stdout.on('data', (data: Buffer) => {
      if (/^trial 0:/m.test(`${data}`)) child.kill(signal);
    });
    const { code: got, stdout, stderr } = await end;
    expect(stderr).toMatch(/^Stopping after the current batches; .* to stop at once\.\n$/);
    expect(stdout).toContain(`Interrupted; everything is saved.\nContinue with: npx lenet study run ${studyFile}`);
    expect(got).toBe(code);
    const record = JSON.parse(bash(`$lenet study show ${out} --json`).stdout);
    expect(record.finished).toBe(false);
  });

  test('SIGTERM before the first batch: exit code 143, and the run resumes to the same bytes', async () => {
    const out = fresh();
    const child = startLenet('train', ...tiny.split(' '), '--out', out);
    const end = ended(child);
    // The first output comes after loading the data and before the engine is made.
    child.stdout.once('data', () => child.kill('SIGTERM'));
    const { code, stdout } = await end;
    expect(code).toBe(143);
    expect(stdout).toMatch(/Interrupted in epoch 1 after batch 0 of 2; everything is saved\./);
    expect(bash(`$lenet train --resume --out ${out}`).status).toBe(0);
    expect(readFileSync(join(out, 'model.safetensors')).equals(readFileSync(join(run, 'model.safetensors')))).toBe(
      true,
    );
  });
});

const hasScript = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') ?? false;

/** The bytes that a terminal gets from a line of sh. */
function onTerminal(line: string): string {
  const { stdout } = spawnSync('script', ['-qec', line.replaceAll('$lenet', lenet), '/dev/null'], {
    encoding: 'utf8',
    timeout: 40_000,
    env: { ...process.env, CI: '' },
  });
  return stdout;
}

/** Every drawing of the live lines. */
const frames = (text: string) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one.
  [...text.matchAll(/\r\x1b\[J\x1b\[\?7l([^\x1b]*)\x1b\[\?7h\r(?:\x1b\[\d+A)?/g)].map(([, lines]) =>
    lines!.split(/\r*\n/),
  );

describe.skipIf(!hasScript)('on a terminal (needs util-linux’s script)', () => {
  test('after a resize progress bars have the new width; no other output moves the cursor', () => {
    const text = onTerminal(
      `stty cols 100 rows 30; (sleep 2; stty cols 30 </dev/tty) & TERM=xterm exec $lenet train --train-limit 3000 --test-limit 300 --batch-size 4 --epochs 6 --threads 1 --out ${fresh()}`,
    );
    const widths = frames(text).map(([line]) => [...line!].length);
    expect(Math.max(...widths)).toBeGreaterThan(40);
    expect(widths.at(-1)).toBeLessThan(30);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one.
    expect(text.replace(/\x1b\[(J|\?7[lh]|\d+A)/g, '')).not.toContain('\x1b');
    expect(text).toContain('Done in');
  });

  test('on twenty columns a study’s progress lines fit', () => {
    const text = onTerminal(`stty cols 20 rows 30; TERM=xterm exec $lenet study run ${studyFile} --out ${fresh()}`);
    const drawn = frames(text);
    expect(drawn.length).toBeGreaterThan(2);
    for (const line of drawn.flat()) expect([...line].length).toBeLessThan(20);
  });

  test('on forty columns no line of a described network is wider', () => {
    const lines = onTerminal('stty cols 40; exec $lenet describe residual --kernels').split(/\r?\n/);
    expect(lines).toContain('output: 16x14x14');
    expect(lines).toContain('backward: two matmuls');
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(40);
  });

  test.each(['TERM=dumb', 'TERM=xterm CI=true'])('%s: no escape sequence at all', (environment) => {
    const text = onTerminal(`stty cols 80; ${environment} $lenet train ${tiny} --out ${fresh()}`);
    expect(text).toContain('Done in');
    expect(text).not.toContain('\x1b');
  });

  test('when the terminal closes, the run is saved', async () => {
    const out = fresh();
    const line = `exec $lenet train --train-limit 3000 --epochs 400 --checkpoint-every 0 --out ${out}`;
    const terminal = spawn('script', ['-qec', line.replaceAll('$lenet', lenet), '/dev/null'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await new Promise<void>((resolve) =>
      terminal.stdout.on('data', (data: Buffer) => {
        if (`${data}`.includes('Epoch: 1 ')) resolve();
      }),
    );
    terminal.kill('SIGKILL');
    await expect.poll(() => kept(out), { timeout: 20_000 }).toEqual(['checkpoint', 'config', 'metrics']);
  });
});

describe('machines with low limits', () => {
  const refused = (line: string, environment: Readonly<Record<string, string>>, message: RegExp) => {
    const out = fresh();
    const { status, stderr } = bash(line.replaceAll('$out', out), environment);
    expect(stderr.split('\n').filter((text) => !text.startsWith('Warning: disabling flag'))).toEqual([
      expect.stringMatching(message),
      '',
    ]);
    expect(status).toBe(1);
    expect(existsSync(out)).toBe(false);
  };
  const commands = [`train ${tiny} --out $out`, `study run ${studyFile} --jobs 1 --out $out`];

  test.each(commands)('no WebAssembly (--jitless): %s', (command) => {
    refused(`'${process.execPath}' --jitless ${lenet.split(' ')[1]} ${command}`, {}, /^error: .* has no WebAssembly/);
  });

  test.skipIf(process.arch !== 'x64').each(commands)('no SIMD: %s (V8 can be told so on x64)', (command) => {
    const line = `'${process.execPath}' --no-enable-sse3 --no-enable-ssse3 --no-enable-sse4-1 ${lenet.split(' ')[1]} ${command}`;
    refused(line, {}, /^error: WebAssembly has no SIMD on this machine/);
  });

  const linux = process.platform === 'linux';
  const major = Number(process.versions.node.split('.')[0]);

  test.skipIf(!linux || major >= 24).each(commands)('ulimit -v 4 GiB: %s (Node 24 needs less)', (command) => {
    refused(`ulimit -v 4194304; $lenet ${command}`, {}, /^error: .*ulimit -v.*--disable-wasm-trap-handler/);
  });

  test.skipIf(!linux)(
    'ulimit -v 13 GiB: a study runs one trial after the other, though V8 reserves 10 GiB for each',
    () => {
      const { status, stderr } = bash(`ulimit -v 13631488; $lenet study run ${studyFile} --jobs 1 --out ${fresh()}`);
      expect([status, stderr]).toEqual([0, '']);
    },
  );

  test.skipIf(!linux)('ulimit -v 2.5 GiB without the trap handler: fewer threads, the same bits', () => {
    const out = fresh();
    const { status, stderr } = bash(`ulimit -v 2621440; $lenet train ${tiny} --threads 5 --out ${out}`, {
      NODE_OPTIONS: '--disable-wasm-trap-handler',
    });
    expect(status).toBe(0);
    expect(stderr).toMatch(/warning: [1-4] threads? works? instead of 5: ulimit -v allows 2.5 GiB of address space/);
    expect(readFileSync(join(out, 'model.safetensors')).equals(readFileSync(join(run, 'model.safetensors')))).toBe(
      true,
    );
  });

  // Node 20 opens most modules of a command at once.
  test.skipIf(!linux)('ulimit -n 110: fewer threads, the same bits', () => {
    const out = fresh();
    const { status, stderr } = bash(`ulimit -n 110; $lenet train ${tiny} --threads 60 --out ${out}`);
    expect(status).toBe(0);
    expect(stderr).toMatch(/warning: \d+ threads? works? instead of 16: .*ulimit -n/);
    expect(readFileSync(join(out, 'model.safetensors')).equals(readFileSync(join(run, 'model.safetensors')))).toBe(
      true,
    );
  });

  test.skipIf(!linux || major !== 20).each([19, 20, 22, 26])(
    'ulimit -n %i: one line before anything is read (Node 20 reads many files at once)',
    (most) => {
      const { status, stderr } = bash(`ulimit -n ${most}; $lenet --version`);
      expect([status, stderr]).toEqual([
        1,
        'error: too many open files: the limit is too low to start (ulimit -n); lenet needs about 110 (Node 24: 40)\n',
      ]);
    },
  );

  test('--jobs beyond the cores: a warning before the work, and all trials are trained', () => {
    const { status, stderr } = bash(`$lenet study run ${studyFile} --jobs 256 --out ${fresh()}`);
    expect(stderr).toMatch(/^warning: --jobs 256: this machine has \d+ cores?, so more than \d+ trials at once .*\n$/);
    expect(status).toBe(0);
  });
});

describe('threads that die', () => {
  const plan = {} as CrewPlan;

  test('are noticed by a thread that waits and hears no event, on every operating system', async () => {
    const helpers = await nodeThreads(3).start(2);
    const nap = new Int32Array(new SharedArrayBuffer(4));
    // A thread with such a plan throws, which ends it.
    await helpers.begin(plan);
    const until = performance.now() + 5_000;
    while (helpers.areAlive() && performance.now() < until) Atomics.wait(nap, 0, 0, 10);
    expect(helpers.areAlive()).toBe(false);
    expect(await helpers.failure()).toMatch(/^has ended: /);
  });

  test('are noticed after their event, too, and living ones are not taken for dead', async () => {
    const helpers = await nodeThreads(2).start(1);
    expect(helpers.areAlive()).toBe(true);
    const end = helpers.close();
    expect(helpers.areAlive()).toBe(true);
    await helpers.kill();
    await end;
    expect(helpers.areAlive()).toBe(false);
  });

  test('training ends with an error instead of waiting for ever', { timeout: 20_000 }, async () => {
    const threads = nodeThreads(3);
    let helpers: Awaited<ReturnType<typeof threads.start>> | undefined;
    const start = async (count: number) => {
      helpers = await threads.start(count);
      return helpers;
    };
    const images = new Uint8Array(64 * 784);
    const train = { name: 'blank', shape: [1, 28, 28], images, labels: new Uint8Array(64), classes: 10 } as const;
    const epochs = 100_000;
    const optimizer = sgd();
    const onProgress = () => helpers?.kill();
    const recipe = { model: lenet5(), optimizer, epochs, batchSize: 32 };
    const events = fit(recipe, { train, threads: { count: 3, start }, onProgress });
    await expect(async () => {
      for await (const _ of events);
    }).rejects.toThrow('a thread of the engine has ended before its work was done');
  });
});
