/** Made-up studies and runs as the server would send them, for tests of the page. Every number follows from the trial's own number. */
import type {
  AnswersView,
  ComparisonView,
  ConfigurationRow,
  ControlView,
  Curve,
  DisagreementView,
  Entry,
  Facts,
  FleetView,
  Listing,
  LiveState,
  ParameterView,
  RunOpening,
  ShowLevel,
  StudyHead,
  StudyOpening,
  TrialDetails,
  TrialRow,
} from '../../src/server/protocol.ts';
import { accuracy as objective } from '../../web/studies/rows.testing.ts';
import type { Answer } from './fake-server.ts';

const session = {
  started: '2026-01-02T03:04:05.000000',
  seconds: 125,
  cpu: 'a processor',
  cores: 2,
  memoryBytes: 8e9,
  os: 'an operating system',
  node: 'v20.20.2',
  version: '0.1.0',
  jobs: 2,
  kernels: 'octs',
};
const parameters: readonly ParameterView[] = [
  { name: 'learningRate', varies: true, scale: { kind: 'number', low: 1e-4, high: 0.1, log: true, isInteger: false } },
  { name: 'batchSize', varies: true, scale: { kind: 'number', low: 16, high: 256, log: false, isInteger: true } },
  { name: 'optimizer', varies: true, scale: { kind: 'choices', values: ['adam', 'sgd', 'lion'] } },
  { name: 'epochs', varies: false, scale: { kind: 'number', low: 9, high: 9, log: false, isInteger: true } },
];

/** The fractional part of multiples of the golden ratio: looks like chance, and is the same every time. */
const share = (number: number) => (number * 0.6180339887498949) % 1;

const seedsEach = 3;

function settingsOf(index: number): ConfigurationRow['settings'] {
  const rate = Number((1e-4 * 1000 ** share(index + 1)).toPrecision(4));
  return {
    learningRate: rate,
    batchSize: 16 + Math.floor(share(index * 7 + 3) * 241),
    optimizer: ['adam', 'sgd', 'lion'][index % 3]!,
    epochs: 9,
  };
}

/** A curve of nine epochs that nears its end like 1 - 1/(1 + epoch). */
function curveOf(number: number, epochs: number): Curve {
  const configuration = Math.floor(number / seedsEach);
  const end = 99.2 - 3 * share(configuration * 3 + 1) - 0.3 * share(number);
  const epoch = Array.from({ length: epochs + 1 }, (_, index) => index);
  const score = epoch.map((at) => Number((end - (end - 10) / (1 + 4 * at)).toFixed(2)));
  const loss = epoch.map((at) => Number((2.3 / (1 + 6 * at) + 0.03).toFixed(4)));
  return {
    epoch,
    score,
    loss,
    accuracy: score.map((value) => value / 100),
    trainLoss: loss.map((value) => value * 0.8),
    trainAccuracy: score.map((value) => Math.min(1, value / 99)),
  };
}

export function fakeTrial(number: number, row: Partial<TrialRow> & { readonly epochs?: number } = {}): TrialRow {
  const { epochs = 9, ...rest } = row;
  const curve = curveOf(number, epochs);
  const state = rest.state ?? (number % 41 === 40 ? 'failed' : number % 17 === 16 ? 'pruned' : 'complete');
  return {
    number,
    state,
    configuration: Math.floor(number / seedsEach),
    seed: 1 + (number % seedsEach),
    proposal: null,
    score: state === 'complete' || state === 'pruned' ? curve.score.at(-1)! : null,
    reason: state === 'failed' ? 'the loss is not a number after epoch 3' : null,
    wrong: state === 'complete' ? Math.round((100 - curve.score.at(-1)!) * 50) : null,
    seconds: 12.5,
    started: '2026-01-02T03:04:05.000000',
    ended: state === 'running' ? null : '2026-01-02T03:05:05.000000',
    foreign: false,
    results: null,
    curve,
    ...rest,
  };
}

export const idle: LiveState = {
  state: 'finished',
  holder: null,
  can: { pause: false, resume: false, stop: false, addSeeds: true },
  fleet: false,
  message: null,
};
export const working: LiveState = {
  state: 'running',
  holder: { name: 'process 4711 on this machine', since: '2026-01-02T03:04:05.000Z' },
  can: { pause: true, resume: false, stop: true, addSeeds: false },
  fleet: false,
  message: null,
};

export function fakeHead(id: string, change: Partial<StudyHead> = {}): StudyHead {
  return {
    kind: 'study',
    id,
    path: id,
    name: id,
    title: `Study ${id}: grid of learningRate x batchSize x optimizer; held-out images; 3 seeds`,
    plan: 'grid',
    protocol: 'held-out',
    objective,
    data: { name: 'mnist', hash: 'c65580678af93f1e' },
    seeds: { kind: 'list', seeds: [1, 2, 3] },
    parameters,
    epochs: 9,
    sessions: [session],
    file: 'name: rates # <b>text, never markup</b>\nseeds: 3\n',
    ...change,
  };
}

export function fakeOpening(id: string, count: number, state: LiveState = idle): StudyOpening {
  const configurations = Array.from({ length: Math.ceil(count / seedsEach) }, (_, index) => ({
    index,
    settings: settingsOf(index),
  }));
  return {
    head: fakeHead(id),
    state,
    configurations,
    trials: Array.from({ length: count }, (_, number) => fakeTrial(number)),
    position: `${count}-0`,
    isWhole: true,
  };
}

const labelOf = (index: number) => {
  const { learningRate, batchSize, optimizer } = settingsOf(index);
  return `learningRate ${learningRate}, batchSize ${batchSize}, optimizer ${optimizer}`;
};

export function fakeFacts(count: number, change: Partial<Facts> = {}): Facts {
  const configurations = Math.min(4, Math.ceil(count / seedsEach));
  const levels = Array.from({ length: configurations }, (_, index): ShowLevel => {
    const mean = 98.9 - 0.3 * index;
    return {
      configuration: `C${index + 1}`,
      label: labelOf(index),
      shown: labelOf(index),
      settings: settingsOf(index),
      standing: index === 0 ? 'best' : index === 1 ? 'may be best' : 'worse',
      scope: null,
      selected: index === 0,
      scores: [mean - 0.1, mean, mean + 0.1],
      mean,
      standardDeviation: 0.1,
      meanInterval: [mean - 0.2, mean + 0.2],
      difference: index === 0 ? null : -0.3 * index,
      differenceToBest: index === 0 ? [0, 0.42] : [-0.3 * index - 0.12, index === 1 ? 0.02 : 0],
      leftAfter: null,
      notes: [],
    };
  });
  const chart = `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="Two dots." width="300" height="60" viewBox="0 0 300 60" style="background:var(--chart-paper, #fff);color:var(--chart-ink, #1f2933)"><circle cx="80" cy="30" r="5" style="fill:var(--ours, #1763b8)"/><circle cx="180" cy="30" r="5" style="fill:var(--post, #c2410c)"/><text x="10" y="34" fill="currentColor" font-size="12">a chart</text></svg>`;
  return {
    position: `${count}-0`,
    show: {
      name: 'rates',
      protocol: 'held-out',
      objective: 'accuracy',
      plan: 'grid',
      finished: true,
      trials: { ended: count, expected: count },
      stages: [
        {
          factors: ['learningRate'],
          seeds: [1, 2, 3],
          finished: true,
          method: 'dunnett',
          spread: 0.1,
          margin: 0.2,
          resolve: 0.1,
          seedsNeeded: 3,
          rounds: null,
          levels,
          selected: labelOf(0),
          verdict: ['The best is C1.'],
          remarks: [],
        },
      ],
      winner: { configuration: 'C1', settings: settingsOf(0) },
    },
    outcome: ['Winner: learningRate 0.0072.', 'Validation accuracy: 98.90 % (3 seeds).'],
    stages: [
      {
        title: 'learningRate x batchSize',
        sentences: ['The best is C1: every other level but C2 is worse.', 'C2 may be the best as well.'],
      },
    ],
    names: Array.from({ length: Math.ceil(count / seedsEach) }, (_, index) => ({
      index,
      id: `C${index + 1}`,
      label: labelOf(index),
      places: [{ stage: 0, level: index }],
      standing: levels[index]?.standing ?? 'worse',
    })),
    counts: { running: 0, complete: count, pruned: 0, failed: 0, ended: count, expected: count },
    secondsLeft: null,
    sections: [
      {
        name: 'stages',
        blocks: [
          { kind: 'html', html: '<h2>learningRate</h2>' },
          {
            kind: 'figures',
            figures: [
              {
                name: 'stage-1',
                caption: 'Validation accuracy by learningRate',
                alt: 'Two dots.',
                html: chart,
                csv: null,
              },
            ],
          },
          {
            kind: 'html',
            html: '<div class="scroll" tabindex="0" role="region" aria-label="Levels"><table><caption><span>Levels</span></caption><thead><tr><th scope="col">level</th></tr></thead><tbody><tr><th scope="row">0.1</th></tr></tbody></table></div>',
          },
        ],
      },
      {
        name: 'importance',
        blocks: [{ kind: 'html', html: '<h2>What matters</h2><p>learningRate explains 61 % of the variance.</p>' }],
      },
      { name: 'caveats', blocks: [{ kind: 'html', html: '<h2>Caveats</h2><ul><li>Three seeds are few.</li></ul>' }] },
    ],
    ...change,
  };
}

const pixel =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAABwAAAAcCAAAAABXZoBIAAAAGUlEQVR4nGNgGAWjYBSMglEwCkbBKBgFAAAGhAABKLs3mwAAAABJRU5ErkJggg==';
const classes = Array.from({ length: 10 }, (_, name) => ({
  name: String(name),
  precision: 0.99,
  recall: 0.98 + name / 1000,
  f1: 0.985,
  support: 500,
}));

export const fakeAnswers: AnswersView = {
  set: 'validation',
  images: 5000,
  classes,
  confusion: classes.map((_, y) => classes.map((__, x) => (x === y ? 490 : (x * 3 + y) % 5 === 0 ? 2 : 0))),
  mistakes: Array.from({ length: 12 }, (_, index) => ({
    image: index * 31,
    label: String(index % 10),
    answer: String((index + 3) % 10),
    probability: 0.99 - index / 50,
    picture: pixel,
  })),
  mistakesCount: 57,
  filters: Array.from({ length: 6 }, (_, filter) =>
    Array.from({ length: 5 }, (__, y) => Array.from({ length: 5 }, (___, x) => share(filter * 25 + y * 5 + x) - 0.5)),
  ),
  withoutPictures: null,
  credit: 'Pictures: MNIST (CC BY-SA 3.0).',
};

export function fakeDetails(row: TrialRow): TrialDetails {
  return {
    row,
    settings: { ...settingsOf(row.configuration), l2: 0, model: 'lenet5' },
    given: ['learningRate', 'batchSize', 'optimizer', 'epochs'],
    environment: session,
    files: [
      {
        name: 'model.safetensors',
        bytes: 178_000,
        href: `/api/studies/rates/trials/${row.number}/files/model.safetensors`,
      },
    ],
    hasAnswers: row.state === 'complete',
    why: row.state === 'complete' ? null : 'the trial is not finished',
  };
}

const compared = (index: number) => ({
  id: `C${index + 1}`,
  index,
  label: labelOf(index),
  mean: 98.9 - 0.3 * index,
  scores: [1, 2, 3].map((seed) => ({ seed, trial: index * 3 + seed - 1, score: 98.8 - 0.3 * index + seed / 10 })),
});

export const fakeComparison: ComparisonView = {
  first: compared(0),
  second: compared(1),
  sentences: [
    'C1 is better than C2 by 0.30 points (95 % interval +0.05 to +0.55, 3 seeds).',
    'Paired t test: p = 0.031.',
  ],
  pairs: [1, 2, 3].map((seed) => ({
    seed,
    first: { trial: seed - 1, score: 98.8 + seed / 10 },
    second: { trial: 2 + seed, score: 98.5 + seed / 10 - seed / 50 },
    difference: 0.3 + seed / 50,
    images: { onlyFirst: 31 + seed, onlySecond: 14, p: 0.011 },
  })),
  difference: { mean: 0.34, sd: 0.02, interval: [0.05, 0.55] },
  test: 't',
  p: 0.031,
  seedsNeeded: 3,
};

const disputed = (index: number) => ({
  image: index * 13,
  label: String(index % 10),
  first: { answer: String(index % 10), probability: 0.98 },
  second: { answer: String((index + 1) % 10), probability: 0.7 },
  picture: pixel,
});
export const fakeDisagreement: DisagreementView = {
  seed: 1,
  onlyFirst: Array.from({ length: 9 }, (_, index) => disputed(index)),
  onlySecond: Array.from({ length: 4 }, (_, index) => disputed(index + 20)),
  counts: { onlyFirst: 32, onlySecond: 4 },
  withoutPictures: null,
  credit: 'Pictures: MNIST (CC BY-SA 3.0).',
};

export const fakeRun: RunOpening = {
  kind: 'run',
  id: 'run-1',
  path: 'run-1',
  name: 'run-1',
  state: 'finished',
  settings: { model: 'lenet5', learningRate: 0.001 },
  data: { name: 'mnist', hash: 'c65580678af93f1e' },
  series: ['train/loss', 'test/loss', 'train/accuracy', 'test/accuracy'].map((tag, place) => ({
    tag,
    title: null,
    step: [1, 2, 3, 4, 5],
    value: [1, 2, 3, 4, 5].map((step) => (place < 2 ? 1 / step + place / 10 : 0.99 - (0.1 + place / 20) / step)),
  })),
  files: [{ name: 'metrics.jsonl', bytes: 1200, href: '/api/runs/run-1/files/metrics.jsonl' }],
  hasAnswers: true,
  notes: ['3 records are damaged and were left out.'],
  position: '1-0',
};

export const fakeControl: ControlView = {
  allowed: true,
  why: null,
  cores: 2,
  studies: [{ name: 'post', title: 'the study of the post' }],
};

const entry = (change: Partial<Entry>): Entry => ({
  kind: 'study',
  id: 'rates',
  path: 'rates',
  name: 'rates',
  state: 'finished',
  progress: { ended: 36, expected: 36, failed: 0 },
  best: { value: 98.9, text: '98.90 %', of: 'C1: learningRate 0.0072' },
  verdict: 'Winner: learningRate 0.0072. Validation accuracy: 98.90 % (3 seeds).',
  secondsLeft: null,
  changed: Date.UTC(2026, 0, 2),
  ...change,
});

export const fakeListing: Listing = {
  folder: 'runs',
  version: '0.1.0',
  control: true,
  starts: [],
  entries: [
    entry({}),
    entry({
      id: 'live',
      path: 'live',
      name: 'live',
      state: 'running',
      secondsLeft: 312,
      progress: { ended: 12, expected: 36, failed: 1 },
      verdict: 'Not finished yet: 4 levels are still in after 3 seeds.',
    }),
    entry({
      id: 'broken',
      path: 'broken',
      name: 'broken',
      state: 'damaged',
      problem: 'line 12 of study.journal is damaged',
      progress: null,
      best: null,
      verdict: null,
    }),
    entry({ kind: 'optuna', id: 'other', path: 'other.log', name: 'other', state: 'interrupted', verdict: null }),
    entry({
      kind: 'run',
      id: 'run-1',
      path: 'run-1',
      name: 'run-1',
      progress: { ended: 5, expected: 5, failed: 0 },
      best: { value: 0.98, text: '98.00 %', of: null },
      verdict: null,
    }),
  ],
};

/** Answers for a server with a study of so many trials. */
/** A fleet of three workers: one is busy, one works for another study too, one idles. */
export const fakeFleet: FleetView = {
  ageSeconds: 1.2,
  away: null,
  queued: 12,
  workers: [
    {
      id: '1f0e6c1a-0000',
      name: 'lab-7',
      cpu: 'AMD EPYC 9354',
      slots: 2,
      ended: 41,
      upSeconds: 4210,
      doing: [41, 42].map((trial) => ({ trial, seconds: 32, share: 0.4, silentSeconds: 1 })),
    },
    {
      id: '2b9d0c44-0000',
      name: 'desk',
      cpu: 'Intel Core i7-1365U',
      slots: 4,
      ended: 7,
      upSeconds: 600,
      doing: [
        { trial: 43, seconds: 140, share: 0.9, silentSeconds: 45 },
        { trial: null, seconds: 3, share: 0.1, silentSeconds: 0 },
      ],
    },
    { id: '3cc51d02-0000', name: 'idle', cpu: 'Apple M2', slots: 8, ended: 0, upSeconds: 12, doing: [] },
  ],
  pace: { wanted: 15, ended: 48, left: 96, checks: 3, copies: 1, perMinute: 6.4, secondsLeft: 900 },
};

export function fakeAnswersOf(id: string, count: number, state: LiveState = idle): Record<string, Answer> {
  const path = `/api/studies/${id}`;
  const opening = fakeOpening(id, count, state);
  return {
    'GET /api/entries': fakeListing,
    [`GET ${path}`]: opening,
    [`GET ${path}/facts`]: fakeFacts(count),
    [`GET ${path}/trials/0`]: fakeDetails(opening.trials[0] ?? fakeTrial(0)),
    [`GET ${path}/trials/0/answers`]: fakeAnswers,
    [`GET ${path}/fleet`]: fakeFleet,
    [`GET ${path}/compare`]: fakeComparison,
    [`GET ${path}/compare/images`]: fakeDisagreement,
    'GET /api/runs/run-1': fakeRun,
    'GET /api/runs/run-1/answers': fakeAnswers,
    'GET /api/control': fakeControl,
    'POST /api/control/validate': {
      ok: true,
      name: 'my-study',
      sentences: ['A grid of 3 levels with 3 seeds: 9 trainings.'],
      expected: 9,
      path: 'runs/my-study',
      exists: false,
    },
  };
}
