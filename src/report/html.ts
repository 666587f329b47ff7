/** The report as one self-contained HTML file: no script, no request, light and dark, phone and print. */
import type { Block, Figure } from './block.ts';
import { escapeXml as escaped } from './escape.ts';
import { style } from './style.ts';
import { rowsOf, type TextTable } from './table.ts';

export function renderHtml(title: string, blocks: readonly Block[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
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

function renderBlock(block: Block): string {
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

/** Shown on narrow pages only, where the content is wider than the page. */
const hint = '<p class="hint" aria-hidden="true">scroll →</p>';

function scrolling(content: string, label: string): string {
  return `${hint}<div class="scroll" tabindex="0" role="region" aria-label="${escaped(label)}">${content}</div>`;
}

function renderTable(table: TextTable): string {
  const { caption, columns, names, stressed, narrow, note } = table;
  const isStack = narrow !== 'scroll';
  const roles = (role: string) => (isStack ? ` role="${role}"` : '');
  const alignment = (column: number) => (columns[column]!.align ? ' class="number"' : '');
  const heads = columns.map(
    ({ head }, column) => `<th scope="col"${roles('columnheader')}${alignment(column)}>${escaped(head)}</th>`,
  );
  const rows = rowsOf(table).map((cells, row) => {
    const tags = cells.map((cell, column) => {
      const label = isStack ? ` data-label="${escaped(columns[column]!.head)}"` : '';
      const classes = alignment(column);
      return column === names
        ? `<th scope="row"${roles('rowheader')}${label}${classes}>${escaped(cell)}</th>`
        : `<td${roles('cell')}${label}${classes}>${escaped(cell)}</td>`;
    });
    return `<tr${roles('row')}${row === stressed ? ' class="selected"' : ''}>${tags.join('')}</tr>`;
  });
  const html =
    // A table whose rows become lists on narrow pages keeps its meaning by its roles.
    `<table${isStack ? ' class="stack" role="table"' : ''}><caption>${escaped(caption)}</caption>` +
    `<thead${roles('rowgroup')}><tr${roles('row')}>${heads.join('')}</tr></thead>` +
    `<tbody${roles('rowgroup')}>${rows.join('\n')}</tbody></table>`;
  const below = note === undefined ? '' : `<p class="note">${escaped(note)}</p>`;
  return (isStack ? `<div class="wide">${html}</div>` : scrolling(html, caption)) + below;
}

function renderFigure(figure: Figure): string {
  const { content, caption } = figure;
  const shown = picture(figure);
  const framed = 'drawing' in content ? scrolling(shown, caption) : shown;
  return `<figure${'drawing' in content ? ' class="drawing"' : ''}>${framed}<figcaption>${escaped(caption)}</figcaption></figure>`;
}

function picture({ content, caption, alt = caption }: Figure): string {
  if ('svg' in content) return content.svg;
  // A drawing's style sheet would reach the whole page; inside an image it keeps to itself.
  const [type, bytes] =
    'drawing' in content ? ['image/svg+xml', new TextEncoder().encode(content.drawing)] : ['image/png', content.png];
  return `<img alt="${escaped(alt)}" src="data:${type};base64,${base64(bytes)}">`;
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
