/** The blocks of a report. Markdown and HTML are both made from them, so both say the same. */
import type { TextTable } from './table.ts';

export interface Figure {
  /** File name without its ending, unique in the report. */
  readonly name: string;
  /** `svg`: a chart. `drawing`: an SVG file with its own style sheet, so a page shows it as an image. */
  readonly content: { readonly svg: string } | { readonly drawing: string } | { readonly png: Uint8Array };
  readonly caption: string;
  /**
   * Text alternative of the picture; if absent, the caption is used. A chart has its own description inside its SVG.
   */
  readonly alt?: string;
  /** Whether a page that is too narrow scrolls it, instead of making it smaller. Default: drawings scroll. */
  readonly scrolls?: boolean;
  /** The numbers of a figure that `lenet study show --json` does not have, unrounded: the page exports them as CSV. */
  readonly numbers?: TextTable;
}

export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly text: string }
  | { readonly kind: 'text'; readonly text: string; readonly strong?: boolean }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  /** Words and what they mean. */
  | { readonly kind: 'terms'; readonly terms: readonly Term[] }
  | { readonly kind: 'table'; readonly table: TextTable }
  /** `small`: many figures side by side. */
  | { readonly kind: 'figures'; readonly size: 'large' | 'middle' | 'small'; readonly figures: readonly Figure[] };

export interface Term {
  readonly term: string;
  readonly meaning: string;
}

export function heading(level: 1 | 2 | 3, text: string): Block {
  return { kind: 'heading', level, text };
}

export function paragraph(text: string): Block {
  return { kind: 'text', text };
}

export function strong(text: string): Block {
  return { kind: 'text', text, strong: true };
}
