/**
 * Draws 200 test digits in every way of test/people-pictures, and 1,000 digits and 200 numbers to count, and writes what
 * a network reads of them into docs/predict.md. Some minutes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createViteServer } from 'vitest/node';

const page = new URL('../docs/predict.md', import.meta.url);
const server = await createViteServer({
  server: { middlewareMode: true, ws: false },
  appType: 'custom',
  logLevel: 'error',
});
try {
  const measure = await server.ssrLoadModule('/test/people-pictures/measure.ts');
  const reader = await measure.trainedReader();
  const digits = measure.sampledDigits(reader.test, 200);
  const rows = measure
    .resultsOfWays(reader, digits)
    .map(({ way, pictures, right, unread }) => [way, pictures, right, unread].map(String));
  const alone = measure.sampledDigits(reader.test, 1000);
  const own = digits.filter((index) => reader.read(measure.imageOf(reader.test, index)) === reader.test.labels[index]);
  const lines = [
    `The network (recipe \`one-epoch\`, seed 1) reads ${(100 * reader.accuracy).toFixed(2)} % of the test set, and ${own.length} of these 200 digits in their own images.`,
    '',
    ...table(['way', 'pictures', 'read right', 'nothing or several'], rows),
    '',
    `Of 1,000 single digits, ${measure.falseSeveral(reader.test, alone)} are taken for several. ` +
      `Of 100 pictures of two digits ${measure.saidSeveral(reader.test, 100, 2)} are said to show several, of 100 of three digits ${measure.saidSeveral(reader.test, 100, 3)}.`,
  ];
  const [before, , after] = readFileSync(page, 'utf8').split(/(?<=<!-- measured -->\n)([\s\S]*?)(?=<!-- end -->)/);
  writeFileSync(page, `${before}\n${lines.join('\n')}\n\n${after}`);
} finally {
  await server.close();
}

/** A Markdown table, its columns padded; numbers to the right. */
function table(head, rows) {
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column].length)));
  const line = (cells) =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join(' | ')} |`;
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), `| ${rule.join(' | ')} |`, ...rows.map(line)];
}
