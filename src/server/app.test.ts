/** What the page gets of studies, runs, and files of other programs. */
import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import type { FleetStatus } from '../runner/fleet-status.ts';
import { entryId } from './discovery/entry-id.ts';
import type {
  AnswersView,
  ComparisonView,
  DisagreementView,
  Entry,
  Facts,
  FleetView,
  Listing,
  RunOpening,
  StudyOpening,
  TrialDetails,
  Validation,
} from './protocol.ts';
import { fixtures, folderWith, freshFolder, serverOf } from './server.testing.ts';

const formats = {
  first: 'format-1/held-out',
  third: 'format-3/1998',
  fourth: 'format-4/post',
  sixth: 'format-6/post',
  seventh: 'format-7/search',
  run: 'format-5/run-cosine',
};
const folder = folderWith(formats);
const server = serverOf(folder);
afterAll(() => server.close());

/** The output of `lenet study show --json` of the version that made the fixture. */
const shown = (name: keyof typeof formats) =>
  JSON.parse(readFileSync(join(fixtures, formats[name], 'show.json'), 'utf8'));

async function listed(name: string): Promise<Entry> {
  const stream = await server.stream('/api/events');
  for (;;) {
    const { entries } = (await stream.until<Listing>('list')).data;
    const entry = entries.find(({ path }) => path === name)!;
    if (entry.state === 'unknown') continue;
    await stream.close();
    return entry;
  }
}

describe('the fleet', () => {
  const status: FleetStatus = {
    at: Date.now() - 5_000,
    away: null,
    queued: 3,
    workers: [
      {
        id: '1f0e6c1a',
        name: 'secret-host',
        cpu: 'a processor',
        slots: 2,
        ended: 4,
        upSeconds: 60,
        doing: [{ trial: 7, seconds: 3, share: 0.5, silentSeconds: 1 }],
      },
    ],
    pace: { wanted: 4, ended: 4, left: 10, checks: 1, copies: 0, perMinute: 2, secondsLeft: 300 },
  };
  const own = folderWith({ of: 'format-6/post', without: 'format-4/post', damaged: 'format-3/1998' });
  writeFileSync(join(own, 'of/fleet-status.json'), JSON.stringify(status));
  writeFileSync(join(own, 'damaged/fleet-status.json'), JSON.stringify({ ...status, workers: [{ id: 7 }] }));
  const address = (name: string) => `/api/studies/${entryId(name)}/fleet`;

  test('is what its coordinator wrote, and the study says that there is one', async () => {
    const asked = serverOf(own);
    const { ageSeconds, ...view } = await asked.json<FleetView>(address('of'));
    expect(view).toEqual({ ...status, at: undefined });
    expect(ageSeconds).toBeGreaterThanOrEqual(5);
    const { state } = await asked.json<StudyOpening>(`/api/studies/${entryId('of')}`);
    expect(state.fleet).toBe(true);
    await asked.close();
  });

  test('is refused where there is none, or it cannot be read', async () => {
    const asked = serverOf(own);
    const { state } = await asked.json<StudyOpening>(`/api/studies/${entryId('without')}`);
    expect(state.fleet).toBe(false);
    for (const [name, code] of [
      ['without', 404],
      ['damaged', 409],
    ] as const)
      expect((await asked.get(address(name))).status, name).toBe(code);
    await asked.close();
  });

  test('has no names of machines where places are left out', async () => {
    const asked = serverOf(own, { isPrivate: true });
    const text = await (await asked.get(address('of'))).text();
    expect(text).not.toContain('secret-host');
    expect(text).toContain('worker 1');
    await asked.close();
  });
});

describe('the list', () => {
  test('has every study and run below the folder, and no trial of a study', async () => {
    const { entries } = await server.json<Listing>('/api/entries');
    expect(entries.map(({ path, kind }) => [path, kind])).toEqual([
      ['first', 'study'],
      ['fourth', 'study'],
      ['run', 'run'],
      ['seventh', 'study'],
      ['sixth', 'study'],
      ['third', 'study'],
    ]);
  });

  test('says in a line what a study has found', async () => {
    const { winner, trials } = shown('sixth');
    const entry = await listed('sixth');
    expect(entry.state).toBe('finished');
    expect(entry.best!.value).toBeCloseTo(winner.summary.mean, 9);
    expect(entry.best!.of).toContain(winner.configuration);
    expect(entry.progress).toEqual({ ...trials, failed: 0 });
    expect(entry.verdict).toMatch(/^Winner: .*86\.50 %/);
  });

  test('names a study that is damaged, and shows the others', async () => {
    const own = folderWith({ good: 'format-7/search', bad: 'format-6/post' });
    appendFileSync(join(own, 'bad', 'study.journal'), '{}\n');
    const damaged = serverOf(own);
    const { entries } = await damaged.json<Listing>('/api/entries');
    expect(entries.map(({ state }) => state)).toEqual(['damaged', expect.not.stringMatching('damaged')]);
    expect(entries[0]!.problem).toMatch(/study\.journal, line 306/);
    await damaged.close();
  });

  test('of a folder that is a study has that study', async () => {
    const own = serverOf(join(folder, 'sixth'));
    const { entries } = await own.json<Listing>('/api/entries');
    expect(entries.map(({ id, path, kind }) => [id, path, kind])).toEqual([['~', '.', 'study']]);
    expect((await own.json<StudyOpening>('/api/studies/~')).trials).toHaveLength(20);
    await own.close();
  });

  test('of a folder that does not exist is empty, and has what appears in it', async () => {
    const own = join(freshFolder(), 'runs');
    const empty = serverOf(own);
    const stream = await empty.stream('/api/events');
    expect((await stream.until<Listing>('list')).data.entries).toEqual([]);
    mkdirSync(join(own, 'new'), { recursive: true });
    writeFileSync(join(own, 'new', 'study.journal'), readFileSync(join(fixtures, 'format-7/search/study.journal')));
    const { entries } = (await stream.until<Listing>('list')).data;
    expect(entries.map(({ path }) => path)).toEqual(['new']);
    await stream.close();
    await empty.close();
  });
});

test('ids of different paths differ, and none can be read as a path', () => {
  const paths = ['', 'a', 'a/b', 'a~b', '~', 'a/~b', 'a~/b', 'a%7Eb', 'a:0', 'é/ü', '%', '..a'];
  const ids = [...paths.map((path) => entryId(path)), entryId('a', 0), entryId('a', 1)];
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).not.toContain('/');
});

describe('a study', () => {
  test.each(['first', 'third', 'fourth', 'sixth', 'seventh'] as const)(
    'of the %s format has the rows of its trials',
    async (name) => {
      const { head, trials, configurations, isWhole } = await server.json<StudyOpening>(`/api/studies/${name}`);
      const { objective, trials: counts, protocol, stages } = shown(name);
      expect(isWhole).toBe(true);
      expect(head.objective.kind).toBe(objective);
      expect(head.protocol).toBe(protocol);
      // The output of the first formats did not count trials.
      if (counts) expect(trials.filter(({ state }) => state !== 'running')).toHaveLength(counts.ended);
      const bySettings = new Map<string, Set<number>>();
      for (const { configuration, seed, score, curve } of trials) {
        if (score !== null) expect(curve.score.at(-1)).toBe(score);
        expect(configurations.some(({ index }) => index === configuration)).toBe(true);
        const seeds = bySettings.get(`${configuration}`) ?? new Set();
        expect(seeds.has(seed!), 'two trials of one configuration have different seeds').toBe(false);
        bySettings.set(`${configuration}`, seeds.add(seed!));
      }
      for (const { levels } of stages) {
        for (const { scores } of levels) {
          for (const score of scores) {
            if (score !== null)
              expect(trials.some((row) => row.score !== null && Math.abs(row.score - score) < 1e-9)).toBe(true);
          }
        }
      }
    },
  );

  test('has the facts that lenet study show prints', async () => {
    const { show, counts, names } = await server.json<Facts>('/api/studies/seventh/facts');
    expect(show).toMatchObject({ winner: shown('seventh').winner, search: { phase: 'finished' } });
    expect(counts.ended).toBe(shown('seventh').trials.ended);
    const { trials } = await server.json<StudyOpening>('/api/studies/seventh');
    for (const { trial, configuration } of show!.search!.proposals) {
      if (trial === null) continue;
      const { index } = names.find(({ id }) => id === configuration)!;
      expect(trials[trial]!.configuration).toBe(index);
    }
  });

  test('has values of its axes: a level with several settings stands as its label', async () => {
    const { head, configurations } = await server.json<StudyOpening>('/api/studies/seventh');
    const proposals: { values: object }[] = shown('seventh').search.proposals;
    expect(new Set(configurations.map(({ settings }) => settings.optimizer))).toEqual(new Set(['adam', 'decayed']));
    for (const { values } of proposals) {
      expect(
        configurations.some(({ settings }) =>
          Object.entries(values).every(([name, value]) => settings[name] === value),
        ),
      ).toBe(true);
    }
    for (const { name, scale } of head.parameters) {
      const found = configurations.flatMap(({ settings }) => settings[name] ?? []);
      expect(found.length, name).toBeGreaterThan(0);
      if (scale.kind === 'choices') for (const value of found) expect(scale.values).toContain(value);
    }
  });

  test('has the sections of its report, without scripts', async () => {
    const { sections } = await server.json<Facts>('/api/studies/sixth/facts');
    expect(sections.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['opening', 'stages', 'times', 'glossary']),
    );
    const html = JSON.stringify(sections);
    expect(html).toContain('<svg');
    expect(html).not.toMatch(/<script|\son\w+=|javascript:/i);
  });

  test('gives its trials as the table that lenet study export writes', async () => {
    const answer = await server.get('/api/studies/sixth/trials.csv');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="sixth-trials.csv"');
    const lines = (await answer.text()).trim().split('\r\n');
    expect(lines[0]).toMatch(/^trial,state,configuration,levels,/);
    expect(lines).toHaveLength(21);
  });

  test('compares two configurations seed by seed', async () => {
    const found = await server.json<ComparisonView>('/api/studies/sixth/compare?a=C1&b=C2');
    const [first, second] = shown('sixth').stages[0].levels;
    expect(found.pairs.map(({ seed }) => seed)).toEqual([1, 2, 3]);
    for (const [index, { difference }] of found.pairs.entries()) {
      expect(difference).toBeCloseTo(first.scores[index] - second.scores[index], 9);
    }
    const mean = found.pairs.reduce((sum, { difference }) => sum + difference, 0) / 3;
    expect(found.difference!.mean).toBeCloseTo(mean, 9);
    for (const { images, difference } of found.pairs) {
      // 200 images: an image is half a point.
      expect((images!.onlyFirst - images!.onlySecond) / 2).toBeCloseTo(difference, 9);
    }
    expect(found.sentences.join(' ')).toContain('C1 minus C2');
  });

  test('refuses what it does not have', async () => {
    for (const [address, status] of [
      ['/api/studies/sixth/compare?a=C1&b=C99', 400],
      ['/api/studies/sixth/trials/99', 404],
      ['/api/studies/sixth/trials/-1', 404],
      ['/api/studies/nothing', 404],
      ['/api/studies/run', 404],
      ['/api/runs/sixth', 404],
    ] as const) {
      const answer = await server.get(address);
      expect([address, answer.status]).toEqual([address, status]);
      expect((await answer.json()).problem).toBeTypeOf('string');
    }
  });
});

describe('a trial', () => {
  test('has its settings, its session and its files', async () => {
    const found = await server.json<TrialDetails>('/api/studies/sixth/trials/13');
    expect(found.row.number).toBe(13);
    expect(found.settings).toMatchObject({
      batchSize: 25,
      optimizer: 'adabelief',
      learningRate: 0.001,
      trainLimit: 600,
    });
    expect(found.given).toContain('trainLimit');
    expect(found.environment!.jobs).toBe(1);
    expect(found.files.map(({ name }) => name)).toContain('metrics.jsonl');
    const metrics = found.files.find(({ name }) => name === 'metrics.jsonl')!;
    expect((await (await server.get(metrics.href)).text()).length).toBe(metrics.bytes);
  });

  test('has the answers of its network, whose mistakes are those of the journal', async () => {
    const { row, hasAnswers } = await server.json<TrialDetails>('/api/studies/sixth/trials/13');
    expect(hasAnswers).toBe(true);
    const answers = await server.json<AnswersView>('/api/studies/sixth/trials/13/answers');
    expect(answers.mistakesCount).toBe(row.wrong);
    const confusion = answers.confusion.flat().reduce((sum, count) => sum + count, 0);
    expect(confusion).toBe(200);
    expect(answers.mistakes[0]!.picture).toMatch(/^data:image\/png;base64,iVBOR/);
    expect(answers.credit).toMatch(/MNIST.*CC BY-SA 3\.0/);
    expect(answers.filters[0]).toHaveLength(5);
  });

  test('without a model says so', async () => {
    const found = await server.json<TrialDetails>('/api/studies/sixth/trials/0');
    expect([found.hasAnswers, found.why]).toEqual([false, 'Its model and predictions are not in its folder.']);
    expect((await server.get('/api/studies/sixth/trials/0/answers')).status).toBe(409);
  });

  test('disagrees with another of its seed on the images that are counted', async () => {
    const answer = await server.get('/api/studies/sixth/compare/images?a=C1&b=C2&seed=1');
    expect(answer.status).toBe(409);
    const missing = await server.get('/api/studies/sixth/compare/images?a=C1&b=C2&seed=99');
    expect((await missing.json()).problem).toMatch(/no finished trial with seed 99/);
    const same = await server.get('/api/studies/sixth/compare/images?a=C4&b=C4&seed=2001');
    const found: DisagreementView = await same.json();
    expect(found.counts).toEqual({ onlyFirst: 0, onlySecond: 0 });
  });
});

test('answers are compressed for those who take it, and a stream is not', async () => {
  const gzip = { 'accept-encoding': 'gzip' };
  const plain = await server.get('/api/studies/sixth');
  const packed = await server.get('/api/studies/sixth', gzip);
  expect([plain, packed].map(({ headers }) => headers.get('content-encoding'))).toEqual([null, 'gzip']);
  const [text, bytes] = [await plain.text(), Buffer.from(await packed.arrayBuffer())];
  expect(gunzipSync(bytes).toString()).toBe(text);
  expect(bytes.length).toBeLessThan(text.length / 3);
  const stream = await server.get('/api/studies/sixth/events', gzip);
  expect(stream.headers.get('content-encoding')).toBeNull();
  await stream.body?.cancel();
});

test('a run has the curves of its metrics', async () => {
  const { series, settings, state } = await server.json<RunOpening>('/api/runs/run');
  const lines = readFileSync(join(fixtures, 'format-5/run-cosine/metrics.jsonl'), 'utf8').trim().split('\n');
  const metrics = lines.map((line) => JSON.parse(line));
  expect(series.find(({ tag }) => tag === 'train/loss')!.value).toEqual(metrics.map(({ train }) => train.loss));
  expect(series.find(({ tag }) => tag === 'test/acc')!.value).toEqual(metrics.map(({ test }) => test.accuracy));
  expect(settings).toMatchObject({ optimizer: 'nadam' });
  expect(state).not.toBe('finished');
});

describe('a journal that Optuna wrote', () => {
  const golden = JSON.parse(readFileSync(new URL('../../test/golden/optuna-journal.json', import.meta.url), 'utf8'));
  const own = freshFolder();
  writeFileSync(join(own, 'optuna.log'), golden.journal);
  writeFileSync(join(own, 'other.log'), 'no journal\n');
  const optuna = serverOf(own);
  afterAll(() => optuna.close());

  test('is listed study by study', async () => {
    const { entries } = await optuna.json<Listing>('/api/entries');
    expect(entries.map(({ kind, name }) => [kind, name])).toEqual([
      ['optuna', 'sphere'],
      ['optuna', 'größe'],
    ]);
    expect(entries.map(({ best }) => best!.value)).toEqual([golden.studies.sphere.best, golden.studies.größe.best]);
    expect(entries[0]!.best!.of).toBe(`trial ${golden.studies.sphere.bestTrial}`);
  });

  test('says its best trial with its settings, in digits that can be compared', async () => {
    const { outcome } = await optuna.json<Facts>('/api/studies/optuna.log%3A0/facts');
    expect(outcome[0]).toBe(
      'The best value so far is 2.27136, of trial 0: x 0.507979, rate 0.0133181, kind true, layers 2.',
    );
  });

  test.each(['sphere', 'größe'])('has of %s the trials that Optuna reads', async (name) => {
    const { entries } = await optuna.json<Listing>('/api/entries');
    const { id } = entries.find((entry) => entry.name === name)!;
    const { trials, configurations, head } = await optuna.json<StudyOpening>(`/api/studies/${encodeURIComponent(id)}`);
    const states = { COMPLETE: 'complete', FAIL: 'failed', PRUNED: 'pruned', RUNNING: 'running' } as const;
    const settings = new Map(configurations.map((each) => [each.index, each.settings]));
    expect(
      trials.map(({ number, state, score, configuration, curve }) => ({
        number,
        state,
        value: score,
        params: settings.get(configuration),
        intermediate: curve.epoch.map((step, index) => [step, curve.score[index]]),
      })),
    ).toEqual(
      golden.studies[name].trials.map((trial: { state: keyof typeof states }) => ({
        ...trial,
        state: states[trial.state],
      })),
    );
    expect(head.objective.goal).toBe(golden.studies[name].direction);
    expect(head.parameters.find((each) => each.name === 'rate')!.scale).toMatchObject({
      low: 1e-4,
      high: 0.1,
      log: true,
    });
  });

  test('is followed', async () => {
    const { position } = await optuna.json<StudyOpening>('/api/studies/optuna.log%3A0');
    const stream = await optuna.stream('/api/studies/optuna.log%3A0/events', position);
    await stream.until('state');
    const line = {
      op_code: 6,
      worker_id: 'w',
      trial_id: 12,
      state: 1,
      values: [0.25],
      datetime_complete: '2026-01-01T00:00:00',
    };
    appendFileSync(join(own, 'optuna.log'), `${JSON.stringify(line)}\n`);
    const { data } = await stream.until('rows');
    expect(data.trials.map(({ number, state, score }) => [number, state, score])).toEqual([[12, 'complete', 0.25]]);
    await stream.close();
  });
});

describe('event files of any tool', () => {
  const golden = JSON.parse(readFileSync(new URL('../../test/golden/event-files.json', import.meta.url), 'utf8'));
  const own = freshFolder();
  mkdirSync(join(own, 'exp', 'a'), { recursive: true });
  const file = join(own, 'exp', 'a', 'events.out.tfevents.1.box');
  const bytes = Buffer.from(golden.old_style.file, 'base64');
  const cut = Math.floor(bytes.length / 2);
  writeFileSync(file, bytes.subarray(0, cut));
  const board = serverOf(own);
  afterAll(() => board.close());

  test('are a run with curves, which grow with the file', async () => {
    const before = await board.json<RunOpening>('/api/runs/exp~a');
    const stream = await board.stream('/api/runs/exp~a/events', before.position);
    appendFileSync(file, bytes.subarray(cut));
    const { data } = await stream.until<Pick<RunOpening, 'series'>>('series');
    const curves = new Map(before.series.map((series) => [series.tag, series]));
    for (const series of data.series) curves.set(series.tag, series);
    const points = [...curves.values()].map(({ tag, step, value, time }) => [
      tag,
      step.map((at, i) => [at, value[i], time![i]]),
    ]);
    expect(Object.fromEntries(points)).toEqual(golden.old_style.scalars);
    await stream.close();
  });

  test('with a damaged end are shown as far as they are sound', async () => {
    appendFileSync(file, Buffer.from('no record of any kind'));
    const { series, notes } = await board.json<RunOpening>('/api/runs/exp~a');
    expect(series.length).toBeGreaterThan(0);
    expect(notes.join()).toMatch(/damaged/);
  });
});

test('where places are left out, nothing names a folder, a host or a process', async () => {
  const closed = serverOf(folder, { isPrivate: true });
  const answers = await Promise.all(
    [
      '/api/entries',
      '/api/studies/sixth',
      '/api/studies/sixth/facts',
      '/api/studies/sixth/trials/0/answers',
      '/api/runs/run',
    ].map(async (address) => (await closed.get(address)).text()),
  );
  for (const text of answers) {
    for (const place of [folder, homedir(), `"${hostname()}"`, process.cwd()]) expect(text).not.toContain(place);
  }
  const opening: StudyOpening = JSON.parse(answers[1]!);
  expect([opening.head.sessions, opening.head.file, opening.state.holder]).toEqual([[], null, null]);
  expect((await closed.get('/api/runs/run/files/config.json')).status).toBe(403);
  await closed.close();
});

describe('a study file that is typed', () => {
  const outside = join(freshFolder(), 'outside.yaml');
  const network = 'name: own\nlayers:\n  - Flatten\n  - Linear: { out_features: 10 }\n';
  writeFileSync(outside, network);
  const recipe = (model: string) => `name: other\nsentence: another\nsettings: { model: ${model}, batchSize: 64 }\n`;
  for (const [name, text] of [
    ['mine.yaml', recipe('lenet5')],
    ['deep/named.yaml', recipe('own.yaml')],
    ['deep/own.yaml', network],
    ['networks/mine.yaml', network],
    ['names-another.yaml', recipe(outside)],
  ] as const) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  symlinkSync(outside, join(folder, 'way-out.yaml'));

  const check = async (text: string) =>
    (await server.post('/api/control/validate', { text })).json() as Promise<Validation>;

  test('is checked with the place of its mistake', async () => {
    const found = await check('name: mine\nbase: { epochs: 1 }\ngrid:\n  batchsize: [1, 2]\nseeds: [1]\n');
    expect(found).toMatchObject({ ok: false, mistakes: [{ line: 4, column: 3 }] });
  });

  test('is described before it is started', async () => {
    const found = await check(
      'name: mine\nprotocol: held-out\nbase: { epochs: 1 }\ngrid:\n  batchSize: [32, 64]\nseeds: [1, 2]\n',
    );
    expect(found).toMatchObject({ ok: true, name: 'mine', expected: 4, exists: false });
  });

  const shelved = (line: string) => `name: mine\nprotocol: held-out\n${line}\ngrid:\n  batchSize: [32]\nseeds: [1]\n`;

  test.each([
    'base: { recipe: /etc/passwd }',
    'base: { recipe: ../../x.yaml }',
    'base: { recipe: way-out.yaml }',
    'base: { recipe: names-another.yaml }',
    'base: { model: /etc/passwd }',
    'base: { model: ./x.yaml }',
    'base: { model: way-out.yaml }',
  ])('makes the server read no file outside its folder: %s', async (line) => {
    const found = await check(shelved(line));
    expect(found.ok).toBe(false);
    expect(JSON.stringify(found)).toMatch(/no such file in the folder of this page/);
  });

  test.each([
    'base: { recipe: mine.yaml }',
    'base: { recipe: deep/named.yaml }',
    'base: { model: networks/mine.yaml }',
  ])('may name recipes and networks inside the folder: %s', async (line) => {
    expect(await check(shelved(line))).toMatchObject({
      ok: true,
      sentences: [expect.any(String), 'About one training.'],
    });
  });

  test('that is too long or not text is refused', async () => {
    expect(await check('x'.repeat(300_000))).toMatchObject({ ok: false });
    expect((await server.post('/api/control/validate', { text: 7 })).status).toBe(400);
    expect((await server.post('/api/control/validate', { text: '', more: 1 })).status).toBe(400);
  });
});
