/** The parallel coordinates as files: a drawing and a table. */
import { csvOf } from '../../shared/chart/csv.ts';
import { inks } from '../../shared/chart/plot.ts';
import { escaped } from '../../shared/chart/svg.ts';
import { bestShare, missing, missingTicks, type ParallelAxis, type ParallelLine } from './parallel.ts';

/** The chart as an SVG file. */
export function parallelSvg(
  axes: readonly ParallelAxis[],
  lines: readonly ParallelLine[],
  { title, alt }: { readonly title: string; readonly alt: string },
): string {
  const [width, height, top, bottom] = [Math.max(480, axes.length * 130), 440, 84, 360];
  const x = (index: number) => 60 + (index / Math.max(1, axes.length - 1)) * (width - 120);
  const y = (place: number) => bottom - place * (bottom - top);
  const paths = lines.map(({ at, rank }) => {
    const isBest = rank >= 1 - bestShare;
    return `<path d="${linePath(at, x, y)}" fill="none" stroke="${isBest ? inks.ours : inks.muted}" stroke-width="${isBest ? 1.5 : 1}" opacity="${isBest ? 0.9 : 0.3}"/>`;
  });
  const without = missingTicks(lines, axes);
  const frames = axes.map(({ label, ticks }, index) => {
    const texts = [...ticks, ...(without[index] ? [without[index]] : [])].map(
      ({ value, text }) =>
        `<text x="${x(index) - 6}" y="${y(value) + 4}" text-anchor="end" paint-order="stroke" stroke="#fff" stroke-width="3">${escaped(text)}</text>`,
    );
    return `<line x1="${x(index)}" x2="${x(index)}" y1="${top}" y2="${bottom}" stroke="${inks.ink}"/>${texts.join('')}<text x="${x(index)}" y="${height - 14}" text-anchor="middle" font-weight="600">${escaped(label)}</text>`;
  });
  const legend = `<line x1="20" x2="42" y1="46" y2="46" stroke="${inks.ours}" stroke-width="2"/><text x="48" y="50">the best tenth</text><line x1="160" x2="182" y1="46" y2="46" stroke="${inks.muted}"/><text x="188" y="50">others</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(alt)}" font-family="system-ui, sans-serif" font-size="12" fill="${inks.ink}"><title>${escaped(title)}</title><desc>${escaped(alt)}</desc><rect width="${width}" height="${height}" fill="#fff"/><text x="20" y="24" font-size="15" font-weight="600">${escaped(title)}</text>${legend}${paths.join('')}${frames.join('')}</svg>\n`;
}

function linePath(at: ParallelLine['at'], x: (index: number) => number, y: (place: number) => number): string {
  return at.map((place, index) => `${index > 0 ? 'L' : 'M'}${x(index).toFixed(1)},${y(place).toFixed(1)}`).join('');
}

/** The lines as a table: the values on each axis. */
export function linesCsv(axes: readonly ParallelAxis[], lines: readonly ParallelLine[]): string {
  const rows = lines.map(({ trial, at }) => [
    trial.number,
    ...axes.map(({ choices, back }, index) => {
      const place = at[index]!;
      if (place === missing) return undefined;
      return choices ? String(choices[Math.round(back(place))]) : Number(back(place).toPrecision(12));
    }),
  ]);
  return csvOf(['trial', ...axes.map(({ label }) => label)], rows);
}
