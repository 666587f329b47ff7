// Shared by the benchmarks: describes the machine, computes medians, prints tables, and stores results.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { criticalT } from '../dist/study/student-t.js';

export const root = new URL('..', import.meta.url).pathname;

export const machine = {
  cpu: cpus()[0].model.trim(),
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  os: `${platform()} ${release()}`,
  node: process.version,
  v8: process.versions.v8,
};

export const machineLine = `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.os}, Node ${machine.node}`;

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function mean(numbers) {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}

/** The sum of squares of the distances from the mean. */
export function squares(numbers) {
  const middle = mean(numbers);
  return numbers.reduce((sum, each) => sum + (each - middle) ** 2, 0);
}

/** The mean of at least two numbers, and the 95 % interval that holds it (Student). */
export function interval(numbers) {
  const degrees = numbers.length - 1;
  const margin = criticalT(0.95, degrees) * Math.sqrt(squares(numbers) / degrees / numbers.length);
  return { mean: mean(numbers), low: mean(numbers) - margin, high: mean(numbers) + margin };
}

/** Median, least and most. */
export function summary(numbers) {
  return { median: median(numbers), least: Math.min(...numbers), most: Math.max(...numbers) };
}

/** Prints rows of cells. The first row is the header; the first column is left-aligned. */
export function printTable(rows) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  for (const row of rows)
    console.log(row.map((cell, i) => (i ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  '));
}

/** Runs a measurement in a new process from the root. The result is the JSON object on the last line of its output. */
export function run([program, ...args], { env, from = 'stdout' } = {}) {
  const ended = spawnSync(program, args, { cwd: root, env: { ...process.env, ...env }, encoding: 'utf8' });
  if (ended.status !== 0) throw new Error(`${[program, ...args].join(' ')} failed:\n${ended.stderr ?? ended.error}`);
  return JSON.parse(ended[from].trim().split('\n').at(-1));
}

/** Stores a result and its machine in bench/results/. Returns the file's name and everything that was stored. */
export function keep(name, result) {
  const date = new Date().toISOString();
  const file = `bench/results/${date.slice(0, 19).replaceAll(':', '-')}-${name}.json`;
  mkdirSync(`${root}/bench/results`, { recursive: true });
  const kept = { date, machine, ...result };
  writeFileSync(`${root}/${file}`, `${JSON.stringify(kept, null, 1)}\n`);
  console.log(`\nkept in ${file}`);
  return { file, kept };
}

/** Says what is being measured, on one line of standard error. */
export function say(text) {
  process.stderr.write(process.stderr.isTTY ? `\r${text}\x1b[K` : `${text}\n`);
}
