/** The contract for every store, and tests of the journal only: crashes, damage and other programs. */
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { WorldError } from '../base/errors.ts';
import type { StudyDefinition } from '../study/definition.ts';
import { recordedParameters } from '../study/space.ts';
import { JournalFile } from './journal-file.ts';
import { JournalStore, readStudy } from './journal-store.ts';
import { MemoryStore } from './memory.ts';
import { Replay, replay } from './replay.ts';
import { resealed, unsealed } from './resealed.testing.ts';
import { definition, environment, point, testStore, writeExample } from './store.contract.ts';

const freshPath = () => join(mkdtempSync(join(tmpdir(), 'lenet-store-')), 'study.journal');

testStore('memory', () => {
  const store = new MemoryStore();
  return { store, reopen: () => store };
});

testStore('Optuna’s journal', () => {
  const path = freshPath();
  return { store: new JournalStore(path), reopen: () => new JournalStore(path) };
});

async function example(): Promise<string> {
  const path = freshPath();
  await writeExample(new JournalStore(path));
  return path;
}

describe('the journal', () => {
  const start = { definition, dataHash: 'h', environment };
  const configuration = { a: 3 };
  const parameters = recordedParameters(definition.space, { a: 1 });

  test('counts and shows the trials that Optuna adds during a study, and does not change them', async () => {
    const path = await example();
    const store = new JournalStore(path);
    await store.open(start, () => {});
    appendFileSync(path, '{"op_code":4,"worker_id":"w-2","study_id":0,"datetime_start":null}\n');
    expect(await store.startTrial({ configuration, seed: 1, parameters: [] })).toBe(5);
    const distribution = JSON.stringify({ name: 'CategoricalDistribution', attributes: { choices: ['x', 'y'] } });
    appendFileSync(
      path,
      `${JSON.stringify({ op_code: 4, worker_id: 'w-2', study_id: 0, datetime_start: null, state: 1, value: 12.5, params: { kind: 1, rate: 0.5 }, distributions: { kind: distribution } })}\n`,
    );
    await store.reportEpoch(5, point(0, 0.25));
    expect(await store.startTrial({ configuration, seed: 2, parameters: [] })).toBe(7);
    await store.endTrial(5, { state: 'complete', score: 25, wrong: Uint8Array.of(63) });
    const { trials, foreign } = readStudy(path)!;
    expect(trials.slice(4)).toMatchObject([
      { number: 5, seed: 1, state: 'complete', curve: [point(0, 0.25)] },
      { number: 7, seed: 2, state: 'running', curve: [] },
    ]);
    expect(foreign).toEqual([
      { number: 4, state: 'running', value: undefined, settings: {} },
      { number: 6, state: 'complete', value: 12.5, settings: { kind: 'y', rate: 0.5 } },
    ]);
    appendFileSync(path, '{"op_code":4,');
    await expect(store.startTrial({ configuration, seed: 3, parameters: [] })).rejects.toThrow(
      'another program left a piece of a line',
    );
  });

  test('a session has worked until its last epoch, whichever trial that belongs to', async () => {
    const path = freshPath();
    const store = new JournalStore(path);
    await store.open(start, () => {});
    for (const seed of [1, 2]) await store.startTrial({ configuration, seed, parameters });
    await store.reportEpoch(1, point(0, 0.5));
    await new Promise((resolve) => setTimeout(resolve, 60));
    await store.reportEpoch(0, point(0, 0.5));
    expect(readStudy(path)!.sessions[0]!.seconds).toBeGreaterThan(0.05);
  });

  test.each([
    ['accuracy', 2],
    ['loss', 1],
  ] as const)(
    'records the direction of a study of the %s for Optuna: 1 minimizes, 2 maximizes',
    async (objective, direction) => {
      const path = freshPath();
      await new JournalStore(path).open({ ...start, definition: { ...definition, objective } }, () => {});
      const first: unknown = JSON.parse(readFileSync(path, 'utf8').split('\n')[0]!);
      expect(first).toMatchObject({ op_code: 0, directions: [direction] });
    },
  );

  test('refuses every call after a failed write', async () => {
    const path = await example();
    const store = new JournalStore(path);
    await store.open(start, () => {});
    appendFileSync(path, '{"op_code":4,');
    await expect(store.startTrial({ configuration, seed: 1, parameters: [] })).rejects.toThrow('piece of a line');
    for (const again of [
      () => store.startTrial({ configuration, seed: 1, parameters: [] }),
      () => store.reportEpoch(3, point(0, 0.5)),
      () => store.endTrial(3, { state: 'failed', reason: 'x' }),
    ]) {
      await expect(again()).rejects.toThrow('an earlier write to');
    }
  });

  test('is damaged if the recorded answers contradict the accuracy', async () => {
    const path = await example();
    const text = readFileSync(path, 'utf8');
    // 8 of 16 are wrong; none of one to eight fits an accuracy of 0.5.
    writeFileSync(path, resealed(text.replace('"wrong":"Dw8="', '"wrong":"AA=="')));
    expect(() => readStudy(path)).toThrow('trial 0 has a number of wrong answers that contradicts its accuracy of 0.5');
  });

  test('starts a new study if Optuna deleted the old one', async () => {
    const path = await example();
    appendFileSync(path, '{"op_code":1,"worker_id":"w-2","study_id":0}\n');
    expect(readStudy(path)).toBeUndefined();
    const store = new JournalStore(path);
    await store.open(start, () => {});
    expect(await store.startTrial({ configuration, seed: 1, parameters: [] })).toBe(4);
    expect(readStudy(path)!.trials).toMatchObject([{ number: 4, seed: 1 }]);
  });

  describe('cut off by a crash', async () => {
    // Thousands of small files: in memory, where the system has such a disk.
    const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'lenet-store-'));
    afterAll(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'study.journal');
    const store = new JournalStore(path);
    await store.open(start, () => {});
    for (const [number, score] of [50, 75].entries()) {
      await store.startTrial({ configuration: { a: 1 }, seed: number + 1, parameters });
      for (const epoch of [0, 1]) await store.reportEpoch(number, point(epoch, score / 100));
      if (number === 0) await store.endTrial(number, { state: 'complete', score, wrong: Uint8Array.of(5) });
    }
    const whole = readStudy(path)!;
    const bytes = readFileSync(path);
    const breaks = [...bytes.keys()].filter((at) => bytes[at] === 0x0a);

    test('at any byte, it is read without false records and cut back to whole lines', () => {
      expect(whole.trials.map(({ state, curve }) => [state, curve.length])).toEqual([
        ['complete', 2],
        ['running', 2],
      ]);
      for (let end = 0; end <= bytes.length; end++) {
        writeFileSync(path, bytes.subarray(0, end));
        const record = readStudy(path);
        // Each trial holds the first part of its records.
        for (const [index, trial] of (record?.trials ?? []).entries()) {
          const { number, configuration, seed, curve } = whole.trials[index]!;
          const begun = { number, configuration, seed, state: 'running', curve: curve.slice(0, trial.curve.length) };
          expect(trial).toEqual(trial.state === 'complete' ? whole.trials[index] : begun);
        }
        const torn = new JournalFile(path).repair();
        if (torn !== undefined) rmSync(torn);
        // Only its line break is missing from a line that ends here.
        const lines = breaks.includes(end) ? end + 1 : bytes.lastIndexOf(0x0a, end - 1) + 1;
        expect(readFileSync(path).equals(bytes.subarray(0, end === 0 ? 0 : lines))).toBe(true);
        expect(readStudy(path)).toEqual(record);
      }
    });

    test.each([0, ...breaks.map((at) => at + 1)])('after %d bytes of whole lines, it is continued', async (end) => {
      writeFileSync(path, bytes.subarray(0, end));
      const before = readStudy(path)?.trials ?? [];
      const next = new JournalStore(path);
      const { record } = await next.open(start, () => {});
      expect(record.trials).toEqual(before);
      const running = before.find(({ state }) => state === 'running');
      const number = running?.number ?? (await next.startTrial({ configuration: { a: 2 }, seed: 9, parameters }));
      const begun = running?.curve ?? [];
      const rest = [0, 1, 2].slice(begun.length).map((epoch) => point(epoch, 0.25));
      for (const reported of rest) await next.reportEpoch(number, reported);
      // Six of eight answers are wrong; a continued trial reports them again.
      await next.endTrial(number, { state: 'complete', score: 25, wrong: Uint8Array.of(63) });
      const after = readStudy(path)!;
      expect(after.sessions).toHaveLength(record.sessions.length);
      const others = before.filter((trial) => trial !== running);
      const ended = { number, state: 'complete', score: 25, curve: [...begun, ...rest], wrong: Uint8Array.of(63) };
      expect(after.trials).toMatchObject([...others, ended].sort((a, b) => a.number - b.number));
      expect(after.trials).toHaveLength(others.length + 1);
    });
  });

  test('of another format or program, or with missing lines, is refused with the file’s name', async () => {
    const path = await example();
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, resealed(text.replace('"format":7', '"format":8')));
    expect(() => readStudy(path)).toThrow('record format 8); this is version');
    const without = (left: RegExp) => text.split('\n').filter((line) => !left.test(line));
    writeFileSync(path, resealed(without(/"epoch:[01]"/).join('\n')));
    expect(() => readStudy(path)).toThrow(
      'trial 0 ended with the value 50, which is not that of its last recorded epoch',
    );
    writeFileSync(path, resealed(without(/intermediate_value/).join('\n')));
    expect(() => readStudy(path)).toThrow('trial 0 epoch 0 has no value; lines are missing');
    writeFileSync(
      path,
      '{"op_code":0,"worker_id":"w","study_name":"other","directions":[1]}\n{"op_code":2,"worker_id":"w","study_id":0,"user_attr":{"a":1}}\n',
    );
    expect(() => readStudy(path)).toThrow('is the journal of another program');
  });

  test.each([
    ['"plan":{"kind":"grid"', '"plan":{"kind":"gird"', 'study 0: the attribute "definition"'],
    ['"seeds":[1]', '"seeds":"all"', 'study 0: the attribute "definition"'],
    ['"values":[1,2]', '"values":{"a":1}', 'study 0: the attribute "definition"'],
    ['"format":7', '"format":"six"', 'study 0: the attribute "lenet_lab"'],
    ['"data_hash":"h"', '"data_hash":7', 'study 0: the attribute "data_hash"'],
    ['"started":', '"begun":', 'study 0: the attribute "session:0"'],
    ['"configuration":{"a":1}', '"configuration":[1]', 'trial 0: the attribute "configuration"'],
    ['"elapsedSeconds":', '"elapsed":', 'trial 0: the attribute "epoch:0"'],
    ['"wrong":"Dw8="', '"wrong":5', 'trial 0: the attribute "wrong"'],
  ])('damaged by hand is refused with the file’s name: %s', async (whole, damaged, name) => {
    const path = await example();
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(whole);
    writeFileSync(path, resealed(text.replace(whole, damaged)));
    expect(() => readStudy(path)).toThrow(WorldError);
    expect(() => readStudy(path)).toThrow(`${path}, ${name} is damaged`);
    await expect(new JournalStore(path).open(start, () => {})).rejects.toThrow(`${name} is damaged`);
  });

  describe('has a digest at the end of each of our lines', async () => {
    const path = await example();
    const store = new JournalStore(path);
    appendFileSync(path, '{"op_code":4,"worker_id":"w-2","study_id":0,"datetime_start":null}\n');
    await store.open(start, () => {});
    await store.recordLook({ trial: 0, configuration, seed: 1, loss: 0.1, accuracy: 0.9 });
    const bytes = readFileSync(path);
    const lines = bytes.toString('utf8').split('\n').slice(0, -1);
    const isForeign = (line: string) => line.includes('"w-2"');
    const ours = [...lines.keys()].filter((index) => !isForeign(lines[index]!));
    const said = (text: string) => {
      const replayed = new Replay('j');
      replayed.read(text);
    };
    const joined = (given: readonly string[]) => given.map((line) => `${line}\n`).join('');

    test('so that every flipped bit is noticed, in the worker’s name and in the digest as well', () => {
      expect(lines).toHaveLength(ours.length + 1);
      let tried = 0;
      const unnoticed: string[] = [];
      const from = bytes.indexOf('"w-2"');
      const foreign = [bytes.lastIndexOf(0x0a, from) + 1, bytes.indexOf(0x0a, from)] as const;
      for (let at = 0; at < bytes.length; at++) {
        if (at >= foreign[0] && at <= foreign[1]) continue;
        for (let bit = 0; bit < 8; bit++) {
          bytes[at]! ^= 1 << bit;
          tried++;
          try {
            said(bytes.toString('utf8'));
            unnoticed.push(`byte ${at}, bit ${bit}`);
          } catch (error) {
            if (!(error instanceof WorldError)) throw error;
          }
          bytes[at]! ^= 1 << bit;
        }
      }
      expect(unnoticed).toEqual([]);
      expect(tried).toBeGreaterThan(30_000);
      expect(() => said(bytes.toString('utf8'))).not.toThrow();
    });

    test('so that a removed, repeated or swapped line of ours is noticed; lines of other programs may be anywhere', () => {
      for (const [position, index] of ours.slice(0, -1).entries()) {
        const next = ours[position + 1]!;
        expect(() => said(joined(lines.toSpliced(index, 1)))).toThrow(WorldError);
        expect(() => said(joined(lines.toSpliced(index, 0, lines[index]!)))).toThrow(`j, line ${index + 2}`);
        expect(() => said(joined(lines.with(index, lines[next]!).with(next, lines[index]!)))).toThrow(
          `j, line ${index + 1}`,
        );
      }
      const between = '{"op_code":2,"worker_id":"w-2","study_id":0,"user_attr":{"x":1}}';
      const others = lines.filter((line) => !isForeign(line));
      expect(() => said(joined(others.flatMap((line) => [line, between])))).not.toThrow();
    });

    test('which lines of format 4 lack; they may come before lines with digests, but not between them', async () => {
      const older = unsealed(joined(lines)).replace('"format":7', '"format":4');
      const continued = freshPath();
      writeFileSync(continued, older);
      expect(readStudy(continued)).toMatchObject({ format: 4, trials: [{}, {}, {}, {}] });
      const next = new JournalStore(continued);
      await next.open(start, () => {});
      expect(await next.startTrial({ configuration, seed: 7, parameters: [] })).toBe(5);
      const text = readFileSync(continued, 'utf8');
      expect(text.slice(0, older.length)).toBe(older);
      const added = text.slice(older.length).split('\n').slice(0, -1);
      expect(added.length).toBeGreaterThan(3);
      for (const line of added) expect(line).toMatch(/,"crc32":"[0-9a-f]{8}"\}$/);
      // Lines without digests, as an older version writes them, are refused.
      expect(readStudy(continued)).toMatchObject({ format: 7, trials: [{}, {}, {}, {}, { seed: 7 }] });
      for (const changed of [unsealed(added[1]!), added[1]!.replace('crc32', 'crc33')]) {
        writeFileSync(continued, older + joined(added.with(1, changed)));
        expect(() => readStudy(continued)).toThrow('the digest at its end is damaged or missing');
      }
    });

    test('so that bytes after a whole last line are reported as damage, not taken for a line torn by a crash', async () => {
      const glued = freshPath();
      writeFileSync(glued, `${joined(lines).slice(0, -1)}J`);
      expect(() => readStudy(glued)).toThrow(`${glued}, line ${lines.length}: not a valid JSON`);
      await expect(new JournalStore(glued).open(start, () => {})).rejects.toThrow(
        `line ${lines.length}: not a valid JSON`,
      );
    });
  });

  test('from which another program’s trial was removed is damaged, since later trial numbers change', async () => {
    const path = freshPath();
    const store = new JournalStore(path);
    await store.open(start, () => {});
    const foreign = '{"op_code":4,"worker_id":"w-2","study_id":0,"datetime_start":null}\n';
    appendFileSync(path, foreign);
    await store.startTrial({ configuration, seed: 1, parameters: [] });
    appendFileSync(path, foreign);
    expect(readStudy(path)!.trials).toMatchObject([{ number: 1 }]);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace(foreign, ''));
    expect(() => readStudy(path)).toThrow(/line \d+: (there is no trial 1 yet|trial 1 belongs to another program's)/);
  });

  describe('changed by others while a study runs', () => {
    const begun = async () => {
      const path = freshPath();
      const store = new JournalStore(path);
      await store.open(start, () => {});
      await store.startTrial({ configuration, seed: 1, parameters: [] });
      return { path, store, text: readFileSync(path, 'utf8') };
    };
    const refused = async (path: string, store: JournalStore, message: string) => {
      const before = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
      for (let again = 0; again < 2; again++) {
        const trying = store.reportEpoch(0, point(0, 0.5));
        await expect(trying).rejects.toThrow(WorldError);
      }
      expect(existsSync(path) ? readFileSync(path, 'utf8') : undefined).toBe(before);
      await expect(store.reportEpoch(0, point(0, 0.5))).rejects.toThrow(message);
      expect(existsSync(`${path}.lock`)).toBe(false);
    };

    test('if removed, is not started again without its first lines', async () => {
      const { path, store } = await begun();
      rmSync(path);
      await refused(path, store, `${path} was removed while this process was using it`);
    });

    test('if removed with its folder, ends the study', async () => {
      const { path, store } = await begun();
      rmSync(join(path, '..'), { recursive: true });
      await refused(path, store, `${path} was removed while this process was using it`);
    });

    test.each<[string, (text: string) => string, string]>([
      ['replaced by another', (text) => `${text.replace(/\d/g, '7')}{}\n`, 'was replaced'],
      ['emptied', () => '', 'was cut short'],
      ['cut short', (text) => text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1), 'was cut short'],
    ])('%s', async (_, change, how) => {
      const { path, store, text } = await begun();
      writeFileSync(path, change(text));
      await expect(store.reportEpoch(0, point(0, 0.5))).rejects.toThrow(`${path} ${how} while this process`);
      await refused(path, store, 'an earlier write to');
    });

    test('may be replaced by an identical copy', async () => {
      const { path, store, text } = await begun();
      rmSync(path);
      writeFileSync(path, text);
      await store.reportEpoch(0, point(0, 0.5));
      expect(readStudy(path)!.trials[0]!.curve).toHaveLength(1);
    });
  });

  describe('records the declared space for Optuna', () => {
    const spaced: StudyDefinition = {
      ...definition,
      space: {
        rate: { kind: 'float', low: 1e-4, high: 1e-2, log: true },
        size: { kind: 'int', low: 8, high: 60, step: 8 },
        batch: { kind: 'choices', values: [32, 128], numeric: 'int' },
        optimizer: { kind: 'choices', values: ['sgd', 'adam'] },
        momentum: { kind: 'float', low: 0, high: 0.9, when: { optimizer: ['sgd'] } },
      },
    };
    const complete = { rate: 1e-3, size: 16, batch: 32, optimizer: 'adam', momentum: 0 };
    const distributions = (path: string, trial: number) =>
      Object.fromEntries(
        [...replay(readFileSync(path, 'utf8'), path).studies[0]!.trials[trial]!.distributions].map(([name, text]) => [
          name,
          JSON.parse(text).attributes,
        ]),
      );

    test('ranges, steps, logs and choices; hyperparameters that do not count are left out', async () => {
      const path = freshPath();
      const store = new JournalStore(path);
      await store.open({ ...start, definition: spaced }, () => {});
      await store.startTrial({ configuration: {}, seed: 1, parameters: recordedParameters(spaced.space, complete) });
      expect(distributions(path, 0)).toEqual({
        rate: { step: null, low: 1e-4, high: 1e-2, log: true },
        // 60 is not reached by steps of 8 from 8 on; Optuna would lower it with a warning.
        size: { log: false, step: 8, low: 8, high: 56 },
        batch: { log: false, step: 1, low: 32, high: 128 },
        optimizer: { choices: ['sgd', 'adam'] },
      });
      const sgd = recordedParameters(spaced.space, { ...complete, optimizer: 'sgd', momentum: 0.5 });
      expect(sgd.at(-1)).toMatchObject({ name: 'momentum', internal: 0.5 });
    });
  });
});
