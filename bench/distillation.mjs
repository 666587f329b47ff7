// `npm run bench -- distillation`: whether teachers make LeNet-5 better. First on held-out images: on three splits of 10,000
// images, five networks of the recipe `best`, and five of `best-distilled` whom those five teach. If the gain lies above 0
// with 95 %, then on the test set: 25 networks of `best` on all images, and five of `best-distilled`, each taught by five
// others of the 25. It takes hours. Runs are folders; an interrupted benchmark continues in the same --folder.
// Options: --picture FILE (the digits that all of them get wrong, PNG), --folder DIR (default runs/distillation), --jobs N (default: the cores), --held-out (the first part alone).
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sheetOf } from '../dist/data/contact-sheet.js';
import { pictureOf } from '../dist/data/picture.js';
import { evaluate } from '../dist/index.js';
import { loadMnist, loadModel } from '../dist/node.js';
import { encodePng } from '../dist/report/png.js';
import { criticalT } from '../dist/study/student-t.js';
import { interval, keep, machineLine, mean, printTable, root, say, squares } from './measurement.mjs';

const { values } = parseArgs({
  options: {
    picture: { type: 'string' },
    folder: { type: 'string', default: 'runs/distillation' },
    jobs: { type: 'string', default: `${availableParallelism()}` },
    'held-out': { type: 'boolean', default: false },
  },
});
const splits = [1, 2, 3];
const seeds = [1, 2, 3, 4, 5];
/** Students draw other initial weights than the teachers. */
const studentSeed = (seed) => 100 + seed;
const place = (name) => join(values.folder, name);

/** The record of a run's last epoch; undefined until it is there. */
function lastLine(name, epochs) {
  const file = join(place(name), 'metrics.jsonl');
  if (!existsSync(file) || !existsSync(join(place(name), 'model.safetensors'))) return undefined;
  const line = JSON.parse(readFileSync(file, 'utf8').trim().split('\n').at(-1));
  return line.epoch === epochs ? line : undefined;
}

async function train({ name, recipe, epochs, seed, heldOut = [], teachers = [] }) {
  if (lastLine(name, epochs) === undefined) {
    say(name);
    const resume = existsSync(join(place(name), 'checkpoint.safetensors')) ? ['--resume'] : [];
    const taught = teachers.flatMap((teacher) => ['--teacher', place(teacher)]);
    const settings = resume.length > 0 ? taught : ['--recipe', recipe, '--seed', `${seed}`, ...heldOut, ...taught];
    const once = ['--threads', '1', '--evaluate', 'test', '--evaluate-every', '0'];
    const args = ['dist/cli/lenet.js', 'train', ...resume, ...settings, ...once, '--out', place(name)];
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
    const code = await new Promise((done) => child.on('exit', done));
    if (code !== 0) throw new Error(`${name} ended with ${code}`);
  }
  const { validation, test } = lastLine(name, epochs);
  return 100 * (validation ?? test).accuracy;
}

/** Trains all, some at once. @returns the accuracies in percent, in their order. */
async function trainAll(runs) {
  const results = [];
  let next = 0;
  const work = async () => {
    while (next < runs.length) {
      const index = next++;
      results[index] = await train(runs[index]);
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, work));
  return results;
}

const plain = (name, seed, heldOut) => ({ name, recipe: 'best', epochs: 30, seed, heldOut });
const student = (name, seed, teachers, heldOut) => ({
  name,
  recipe: 'best-distilled',
  epochs: 100,
  seed: studentSeed(seed),
  heldOut,
  teachers,
});
const shown = (low, middle, high) => `${middle.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;

/** The mean over the splits of the students' mean minus the others', with 95 %. Seeds vary within splits. */
function gainOf(rows) {
  const gain = mean(rows.map(({ best, distilled }) => mean(distilled) - mean(best)));
  const groups = rows.flatMap(({ best, distilled }) => [best, distilled]);
  const degrees = groups.reduce((sum, group) => sum + group.length - 1, 0);
  const variance = groups.reduce((sum, group) => sum + squares(group), 0) / degrees;
  const error = Math.sqrt(groups.reduce((sum, group) => sum + variance / group.length, 0)) / rows.length;
  const margin = criticalT(0.95, degrees) * error;
  return { gain, low: gain - margin, high: gain + margin };
}

const heldOutRows = [];
for (const split of splits) {
  const heldOut = ['--held-out', '10000', '--held-out-split', `${split}`];
  const names = seeds.map((seed) => `held-out-${split}/best-${seed}`);
  const best = await trainAll(names.map((name, i) => plain(name, seeds[i], heldOut)));
  const students = seeds.map((seed) => student(`held-out-${split}/distilled-${seed}`, seed, names, heldOut));
  heldOutRows.push({ split, best, distilled: await trainAll(students) });
}
const gain = gainOf(heldOutRows);
console.log(`${machineLine}\n`);
const list = (numbers) => numbers.map((each) => each.toFixed(2)).join(' ');
printTable([
  ['held-out split', 'best', 'mean', 'distilled', 'mean'],
  ...heldOutRows.map(({ split, best, distilled }) => [
    `${split}`,
    list(best),
    mean(best).toFixed(3),
    list(distilled),
    mean(distilled).toFixed(3),
  ]),
]);
console.log(`\ngain in points of accuracy, with 95 %: ${shown(gain.low, gain.gain, gain.high)}`);

/** The test images that every one of the runs reads as something else than their label, with what it reads. */
async function alwaysWrong(runs, test) {
  const { labels } = test;
  const answers = [];
  for (const name of runs) {
    const { recipe, weights } = loadModel(place(name));
    const { logits } = await evaluate(recipe, weights, test);
    const row = (image) => logits.subarray(10 * image, 10 * image + 10);
    answers.push(Array.from(labels, (_, image) => row(image).indexOf(Math.max(...row(image)))));
  }
  const images = Array.from(labels, (label, image) => ({ image, label, read: answers.map((answer) => answer[image]) }));
  return images.filter(({ label, read }) => read.every((digit) => digit !== label));
}

/** A picture with each pixel repeated along x and y. */
function enlarged({ width, height, channels, data }, times) {
  const size = { width: width * times, height: height * times, channels };
  const pixels = new Uint8Array(data.length * times ** 2);
  for (let i = 0; i < pixels.length; i++) {
    const [y, x, channel] = [
      Math.floor(i / (size.width * channels)),
      Math.floor(i / channels) % size.width,
      i % channels,
    ];
    pixels[i] = data[(Math.floor(y / times) * width + Math.floor(x / times)) * channels + channel];
  }
  return { ...size, data: pixels };
}

const result = { heldOut: heldOutRows, gain };
if (gain.low > 0 && !values['held-out']) {
  const all = Array.from({ length: seeds.length ** 2 }, (_, i) => `test/best-${i + 1}`);
  const best = await trainAll(all.map((name, i) => plain(name, i + 1)));
  const students = seeds.map((seed) =>
    student(`test/distilled-${seed}`, seed, all.slice(seeds.length * (seed - 1), seeds.length * seed)),
  );
  const distilled = await trainAll(students);
  const { test } = await loadMnist();
  const wrong = await alwaysWrong([...all, ...students.map(({ name }) => name)], test);
  const { gain: difference, low, high } = gainOf([{ best, distilled }]);
  Object.assign(result, { test: { best, distilled, difference: { difference, low, high }, wrong } });
  console.log();
  printTable([
    ['test set', 'networks', 'mean', 'each'],
    ...Object.entries({ 'best, seeds 1 to 5': best.slice(0, 5), best, 'best-distilled': distilled }).map(
      ([name, each]) => {
        const { mean: middle, low: least, high: most } = interval(each);
        return [name, `${each.length}`, shown(least, middle, most), list(each)];
      },
    ),
  ]);
  console.log(`\ndistilled - best: ${shown(low, difference, high)}`);
  if (values.picture !== undefined && wrong.length > 0) {
    const pictures = wrong.map(({ image }) => enlarged(pictureOf(test, image), 3));
    writeFileSync(values.picture, encodePng(sheetOf([pictures])));
  }
  for (const { image, label, read } of wrong)
    console.log(`image ${image}, labelled ${label}, is read as ${read.join('')}`);
}
keep('distillation', result);
