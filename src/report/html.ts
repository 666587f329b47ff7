/** The report as one self-contained HTML file: no script, no request, light and dark, phone and print. */
import { escapeXml as escaped } from '../base/plain-text.ts';
import type { Block, Figure } from './block.ts';
import { style } from './style.ts';
import { notesOf, rowsOf, type TextTable } from './table.ts';

export function renderHtml(title: string, blocks: readonly Block[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="lenet-lab">
<link rel="icon" href="data:,">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${blocks.map(renderBlock).join('\n')}
</main>
</body>
</html>
`;
}

/** A block as HTML without scripts; text from files is escaped. */
export function renderBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h${block.level}>${escaped(block.text)}</h${block.level}>`;
    case 'text':
      return `<p${block.strong ? ' class="strong"' : ''}>${escaped(block.text)}</p>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${escaped(item)}</li>`).join('')}</ul>`;
    case 'terms':
      return `<dl>${block.terms.map(({ term, meaning }) => `<dt>${escaped(term)}</dt><dd>${escaped(meaning)}</dd>`).join('')}</dl>`;
    case 'table':
      return renderTable(block.table);
    case 'figures':
      return `<div class="figures ${block.size}">${block.figures.map(renderFigure).join('\n')}</div>`;
  }
}

/**
 * A table or drawing in a frame that scrolls if the page is too narrow. @param isWide whether a phone is too narrow: a
 * hint says so there.
 */
function scrolling(content: string, label: string, isWide: boolean): string {
  const hint = isWide ? '<p class="hint" aria-hidden="true">scroll →</p>' : '';
  return `${hint}<div class="scroll" tabindex="0" role="region" aria-label="${escaped(label)}">${content}</div>`;
}

function renderTable(table: TextTable): string {
  const { caption, columns, names, stressed } = table;
  const classes = (column: number, cell = '') => {
    const found = [...(columns[column]!.align ? ['number'] : []), ...(cell.length > longestUnbroken ? ['long'] : [])];
    return found.length > 0 ? ` class="${found.join(' ')}"` : '';
  };
  // A column of names needs no head; a head without text would be read out as nothing.
  const heads = columns.map(({ head }, column) =>
    head === '' ? '<td></td>' : `<th scope="col"${classes(column)}>${escaped(head)}</th>`,
  );
  const rows = rowsOf(table).map((cells, row) => {
    const tags = cells.map((cell, column) =>
      column === names
        ? `<th scope="row"${classes(column, cell)}>${escaped(cell)}</th>`
        : `<td${classes(column, cell)}>${escaped(cell)}</td>`,
    );
    return `<tr${row === stressed ? ' class="selected"' : ''}>${tags.join('')}</tr>`;
  });
  const html =
    `<table><caption><span>${escaped(caption)}</span></caption>` +
    `<thead><tr>${heads.join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
  const below = notesOf(table).map((note) => `<p class="note">${escaped(note)}</p>`);
  return scrolling(html, caption, widthOf(table) > phoneWidth) + below.join('');
}

/** Characters; longer cells may break into several lines. */
const longestUnbroken = 32;
/** Width of the text on a phone, in pixels. */
const phoneWidth = 330;

/** About the smallest width of a table in pixels: its cells, the words of its heads, and their padding. */
function widthOf({ columns }: TextTable): number {
  const [letter, padding] = [7, 16];
  return columns.reduce((sum, { head, cells }) => {
    const words = head.split(' ').map((word) => word.length);
    const longest = Math.max(...words, ...cells.map((cell) => Math.min(longestUnbroken, cell.length)));
    return sum + longest * letter + padding;
  }, 0);
}

function renderFigure(figure: Figure): string {
  const { content, caption, scrolls = 'drawing' in content } = figure;
  const shown = picture(figure);
  const framed = scrolls ? scrolling(shown, caption, true) : shown;
  return `<figure${'drawing' in content ? ' class="drawing"' : ''}>${framed}<figcaption>${escaped(caption)}</figcaption></figure>`;
}

/** The picture of a figure: an svg element, or an img with a data URL. */
export function picture({ content, caption, alt = caption }: Figure): string {
  if ('svg' in content) return content.svg;
  // Inline, the drawing's style sheet would apply to the whole page; inside an image it applies to the drawing alone.
  const [type, bytes] =
    'drawing' in content ? ['image/svg+xml', new TextEncoder().encode(content.drawing)] : ['image/png', content.png];
  return `<img alt="${escaped(alt)}" src="data:${type};base64,${base64(bytes)}">`;
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
