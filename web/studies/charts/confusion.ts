/** A confusion matrix as an SVG file. */
import { inks } from '../../shared/chart/plot.ts';
import { escaped } from '../../shared/chart/svg.ts';

/** @param confusion numbers of images, [class][answer]. */
export function confusionSvg(
  confusion: readonly (readonly number[])[],
  names: readonly string[],
  title: string,
): string {
  const cell = 36;
  const left = 40 + Math.max(...names.map(({ length }) => length)) * 7;
  const top = 84;
  const [width, height] = [left + names.length * cell + 20, top + names.length * cell + 20];
  const most = Math.max(1, ...confusion.flatMap((row, y) => row.filter((_, x) => x !== y)));
  const cells = confusion.flatMap((row, y) =>
    row.map((count, x) => {
      const [at, up] = [left + x * cell, top + y * cell];
      const fill = x === y ? inks.ours : inks.post;
      const share = count === 0 ? 0 : x === y ? 0.16 : 0.15 + 0.6 * (count / most);
      const number =
        count === 0
          ? ''
          : `<text x="${at + cell / 2}" y="${up + cell / 2}" dy="0.35em" text-anchor="middle">${count}</text>`;
      return `<rect x="${at}" y="${up}" width="${cell - 1}" height="${cell - 1}" fill="${fill}" fill-opacity="${share.toFixed(2)}"/>${number}`;
    }),
  );
  const labels = names.map((name, index) => {
    const middle = index * cell + cell / 2;
    return (
      `<text x="${left - 8}" y="${top + middle}" dy="0.35em" text-anchor="end">${escaped(name)}</text>` +
      `<text x="${left + middle}" y="${top - 8}" text-anchor="middle">${escaped(name)}</text>`
    );
  });
  const axes =
    `<text x="${left + (names.length * cell) / 2}" y="${top - 30}" text-anchor="middle">answer</text>` +
    `<text transform="translate(14,${top + (names.length * cell) / 2}) rotate(-90)" text-anchor="middle">class</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}" font-family="system-ui, sans-serif" font-size="12" fill="${inks.ink}"><title>${escaped(title)}</title><rect width="${width}" height="${height}" fill="#fff"/><text x="14" y="24" font-size="15" font-weight="600">${escaped(title)}</text>${axes}${cells.join('')}${labels.join('')}</svg>\n`;
}
