/** The tip of a chart: a dot on the point that the user means, and what is known of it, in lines. */
import { useMemo } from 'preact/hooks';
import type { Mark } from './nearest.ts';
import type { Axis, Plot } from './plot.ts';
import { shortNumber } from './ticks.ts';

/** A point that is pointed at, and its place in the chart [pixels]. */
export interface Tip {
  readonly mark: Mark;
  readonly left: number;
  readonly top: number;
}

export function TipBox({ plot, tip, width }: { readonly plot: Plot; readonly tip: Tip; readonly width: number }) {
  const lines = useMemo(() => tipLines(plot, tip.mark), [plot, tip.mark]);
  const side = tip.left > width / 2 ? 'left' : 'right';
  return (
    <>
      <span class="chart-dot" style={{ left: `${tip.left}px`, top: `${tip.top}px` }} />
      <div class={`chart-tip ${side}`} style={{ left: `${tip.left}px`, top: `${tip.top}px` }} aria-hidden="true">
        {lines.map((line) => (
          <div key={line}>{line}</div>
        ))}
      </div>
    </>
  );
}

/** The point, and its values with their labels. */
export function tipLines({ layers, x, y }: Plot, { layer, index }: Mark): string[] {
  const content = layers[layer];
  if (!content || content.kind === 'band' || content.x[index] === undefined) return [];
  const [across, up] = [content.x[index]!, content.y[index]];
  const label = content.kind === 'points' ? content.labelOf?.(index) : undefined;
  return [
    label ?? content.name,
    `${x.label} ${x.names?.[Math.round(across)] ?? shortNumber(across)}`,
    `${y.label} ${up === undefined ? '–' : numberText(up, y)}`,
  ];
}

function numberText(value: number, { decimals }: Axis): string {
  return decimals === undefined ? shortNumber(value) : value.toFixed(decimals);
}
