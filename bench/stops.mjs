// `npm run bench -- stops`: is anything lost when a run is stopped? Small runs of `lenet train` are stopped at random
// moments by Ctrl-C, SIGTERM, SIGHUP and kill -9, several times each, and continued by the same command. The finished
// model must have the same bytes as that of an undisturbed run. Options: --stops N (default 100), --seed S (default 1).
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { randomStream } from '../dist/index.js';
import { keep, machineLine, printTable, root, say } from './measurement.mjs';

const { values } = parseArgs({
  options: { stops: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } },
});
const wanted = Number(values.stops);
const random = randomStream(Number(values.seed), 'stops');
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGKILL: null };
const signals = Object.keys(exitCodes);
const lenet = join(root, 'dist/cli/lenet.js');
const settings = [
  '--train-limit',
  '1500',
  '--test-limit',
  '300',
  '--batch-size',
  '25',
  '--epochs',
  '4',
  '--checkpoint-every',
  '1',
  '--optimizer',
  'nadam',
  '--threads',
  '2',
];
// A run that is stopped again and again would never end, so after this many stops it may finish.
const stopsPerRun = 6;

const folder = mkdtempSync(join(tmpdir(), 'lenet-stops-'));
const modelOf = (out) => readFileSync(join(out, 'model.safetensors'));

/** Starts or continues the run, and stops it after the given milliseconds unless it has ended. */
function runFor(out, ms, signal) {
  const resume = existsSync(join(out, 'config.json')) ? ['--resume'] : [];
  const child = spawn(process.execPath, [lenet, 'train', ...settings, '--out', out, ...resume], { stdio: 'pipe' });
  let [stdout, stderr, stopped] = ['', '', false];
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const timer = setTimeout(() => (stopped = child.kill(signal)), ms);
  return new Promise((resolve) =>
    child.on('close', (code, by) => {
      clearTimeout(timer);
      resolve({ code, by, stdout, stderr, stopped });
    }),
  );
}

/**
 * Where a stopped process was, by what it had said. `saving`: an epoch's line is out and the word that it is saved is
 * not.
 */
function phaseOf({ stdout }) {
  if (!stdout.includes('Epoch:') && !/^Continues in|^This run is/m.test(stdout)) return 'before the first batch';
  return /Epoch: [1-9][^\n]*\n$/.test(stdout) ? 'while saving' : 'in training or evaluation';
}

const began = performance.now();
const undisturbed = join(folder, 'undisturbed');
const first = spawnSync(process.execPath, [lenet, 'train', ...settings, '--out', undisturbed], { encoding: 'utf8' });
if (first.status !== 0) throw new Error(first.stderr);
const model = modelOf(undisturbed);
const runMs = performance.now() - began;

const stops = Object.fromEntries(signals.map((signal) => [signal, 0]));
const phases = { 'before the first batch': 0, 'while saving': 0, 'in training or evaluation': 0 };
let [tried, runs, mismatches, wrongCodes, tooLate] = [0, 0, 0, 0, 0];
try {
  while (tried < wanted) {
    const out = join(folder, `${runs++}`);
    for (let stop = 0; ; stop++) {
      const signal = signals[random.below(signals.length)];
      const leftAlone = stop >= stopsPerRun || tried >= wanted;
      const ended = await runFor(out, leftAlone ? 600_000 : random.below(Math.ceil(runMs)), signal);
      if (ended.code === 0) {
        if (ended.stopped) tooLate++;
        break;
      }
      if (!ended.stopped) throw new Error(`the run in ${out} failed by itself: ${ended.stderr}`);
      tried++;
      stops[signal]++;
      phases[phaseOf(ended)]++;
      // Before the command has begun to listen and after its last word, a signal ends the process as it would end any
      // other.
      const isBusy = ended.stdout !== '' && !/^Done in|everything is saved/m.test(ended.stdout);
      const isRight = ended.by === signal ? signal === 'SIGKILL' || !isBusy : ended.code === exitCodes[signal];
      if (!isRight || /\n\s+at /.test(ended.stderr)) {
        wrongCodes++;
        console.log(`${signal}: code ${ended.code}, signal ${ended.by}: ${ended.stdout}${ended.stderr}`);
      }
      say(`${tried} of ${wanted} stops`);
    }
    if (!modelOf(out).equals(model)) mismatches++;
    rmSync(out, { recursive: true });
  }
} finally {
  rmSync(folder, { recursive: true });
}
say('');
console.log(`${machineLine}\n`);
printTable([
  ['stops of lenet train', 'count'],
  ['tried', `${tried}`],
  ...signals.map((signal) => [`  by ${signal}`, `${stops[signal]}`]),
  ...Object.entries(phases).map(([phase, count]) => [`  ${phase}`, `${count}`]),
  ['signals that came after the work was done', `${tooLate}`],
  ['runs continued to their end', `${runs}`],
  ['wrong exit codes or stack traces', `${wrongCodes}`],
  ['models that differ from the undisturbed run’s', `${mismatches}`],
]);
keep('stops', { tried, stops, phases, tooLate, runs, wrongCodes, mismatches, seed: Number(values.seed) });
if (mismatches + wrongCodes > 0) process.exitCode = 1;
