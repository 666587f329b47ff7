// Puts a peers result into words and tables, and into docs/: `node bench/peers/publish.mjs
// bench/results/DATE-peers.json` draws docs/speed.svg and writes the part of docs/results.md between its two marks, so
// that nobody copies a number by hand.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { root } from '../measurement.mjs';
import { chart, figures } from './chart.mjs';

const [begin, end] = ['<!-- peers: written by bench/peers/publish.mjs -->', '<!-- /peers -->'];

/** `6.3 (6.1-6.6)`: median, least and most. */
const spread = ({ median, least, most }) => `${figures(median)} (${figures(least)}-${figures(most)})`;
const ratio = (value) => (value < 0.1 ? `1/${(1 / value).toFixed(0)}` : `${value.toFixed(2)}x`);
const isPytorch = ({ who }) => who.startsWith('PyTorch');

/** Three tables as rows of cells, the first row of each its head. */
export function tablesOf({ secondsPerEpoch, imagesPerSecond, microsecondsPerImage, forwardBatch }) {
  const training = secondsPerEpoch.map((row) => {
    const theirs = secondsPerEpoch.find((other) => isPytorch(other) && other.batch === row.batch);
    const mark = row.extrapolatedFrom ? ` (extrapolated from ${row.extrapolatedFrom} batches)` : '';
    const against = theirs === undefined ? '' : ratio(theirs.median / row.median);
    return [row.who + mark, `${row.batch}`, spread(row), against];
  });
  const onnxruntime = imagesPerSecond.find(({ who }) => who.startsWith('onnxruntime'));
  return [
    [
      ['training', 'batch', 's/epoch (least-most)', 'times as fast as PyTorch'],
      ...training.sort((a, b) => Number(a[1]) - Number(b[1])),
    ],
    [
      ['evaluation', 'batch', 'images/s (least-most)', 'times as fast as onnxruntime-node'],
      ...imagesPerSecond.map((row) => [
        ...[row.who, row.who.startsWith('lenet-lab') ? '' : `${forwardBatch}`, spread(row)],
        onnxruntime === undefined ? '' : ratio(row.median / onnxruntime.median),
      ]),
    ],
    [['one image', 'µs (least-most)'], ...microsecondsPerImage.map((row) => [row.who, spread(row)])],
  ];
}

/** What must be said about the numbers: above all, which setting of PyTorch they are of. */
export function notesOf({ pytorch, machine, busy }) {
  const others =
    busy < machine.cores / 2
      ? []
      : [`Other work ran beside this (${busy.toFixed(1)} cores' worth at the start): compare nothing closely.`];
  if (pytorch === undefined) return [...others, 'PyTorch was not there to be measured.'];
  const said = Object.entries(pytorch.best).map(([work, { setting, environment }]) => {
    const name = work.replace('train-', 'training at batch ').replace('forward-', 'evaluation at batch ');
    const { settings } = pytorch.tried[work];
    const gain = (settings.plain / settings[setting] - 1) * 100;
    const where = environment === 'as it is' ? '' : ` with ${environment}`;
    return `${name} \`${setting}\`${where} (${gain.toFixed(0)} % faster than \`plain\`)`;
  });
  const count = Object.keys(Object.values(pytorch.tried)[0].settings).length;
  const environments = Object.keys(Object.values(pytorch.tried)[0].environments).length;
  return [
    ...others,
    `PyTorch runs in the setting that was fastest in a search on the same machine, over ${count} settings and ${environments} environments: ${said.join('; ')}.`,
  ];
}

/** A Markdown table in the shape Biome and Prettier give one. */
function markdown(rows) {
  const widths = rows[0].map((_, i) => Math.max(3, ...rows.map((row) => row[i].length)));
  const line = (cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  return [line(rows[0]), line(widths.map((size) => '-'.repeat(size))), ...rows.slice(1).map(line)].join('\n');
}

export function publish(result, file) {
  writeFileSync(`${root}/docs/speed.svg`, chart(result));
  const path = `${root}/docs/results.md`;
  const text = readFileSync(path, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/results.md lacks the marks ${begin} and ${end}`);
  const { cpu, cores, os, node } = result.machine;
  const versions = Object.entries({ ...result.versions, ...(result.pytorch && { PyTorch: result.pytorch.version }) });
  const body = [
    `Measured on ${result.date.slice(0, 10)}: ${cpu}, ${cores} cores, ${os}, Node ${node}; ${result.rounds} rounds. All numbers: \`${file}\`.`,
    ...tablesOf(result).map(markdown),
    ...notesOf(result),
    `Versions: ${versions.map(([name, version]) => `${name} ${version}`).join(', ')}.`,
  ].join('\n\n');
  writeFileSync(path, `${text.slice(0, from)}${begin}\n\n${body}\n\n${text.slice(to)}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const file = process.argv[2];
  if (file === undefined) {
    console.error('which result? node bench/peers/publish.mjs bench/results/DATE-peers.json');
    process.exit(2);
  }
  publish(JSON.parse(readFileSync(file, 'utf8')), file);
}
