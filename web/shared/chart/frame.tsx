/** The frame of every chart: its title, its content, and buttons that export it as SVG and CSV. */
import type { ComponentChildren } from 'preact';
import { download, fileName } from '../download.ts';

export interface ChartFrameProps {
  readonly title: string;
  /** Undefined where the chart cannot be exported so. */
  readonly svg?: (() => string) | undefined;
  readonly csv?: (() => string) | undefined;
  readonly children: ComponentChildren;
  readonly note?: string | undefined;
}

export function ChartFrame({ title, svg, csv, children, note }: ChartFrameProps) {
  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">{title}</span>
        <span class="chart-exports">
          {svg && (
            <button
              type="button"
              aria-label={`Export “${title}” as SVG`}
              onClick={() => download(fileName(title, 'svg'), svg(), 'image/svg+xml')}
            >
              SVG
            </button>
          )}
          {csv && (
            <button
              type="button"
              aria-label={`Export “${title}” as CSV`}
              onClick={() => download(fileName(title, 'csv'), csv(), 'text/csv')}
            >
              CSV
            </button>
          )}
        </span>
      </figcaption>
      {children}
      {note && <p class="note">{note}</p>}
    </figure>
  );
}
