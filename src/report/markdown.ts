/** The report as Markdown, its figures as files beside it. */
import type { Block, Figure } from './block.ts';
import { notesOf, rowsOf, type TextTable } from './table.ts';

/** @param figures the folder the figures lie in, as the Markdown file sees it. */
export function renderMarkdown(blocks: readonly Block[], figures: string): string {
  return `${blocks.map((block) => renderBlock(block, figures)).join('\n\n')}\n`;
}

/** The figures' files: their names and contents. */
export function figureFiles(blocks: readonly Block[]): { name: string; content: string | Uint8Array }[] {
  return blocks.flatMap((block) =>
    block.kind === 'figures'
      ? block.figures.map((figure) => ({ name: fileName(figure), content: fileContent(figure.content) }))
      : [],
  );
}

function fileName({ name, content }: Figure): string {
  return `${name}.${'png' in content ? 'png' : 'svg'}`;
}

function fileContent(content: Figure['content']): string | Uint8Array {
  if ('png' in content) return content.png;
  if ('drawing' in content) return content.drawing;
  // Alone, a chart has no page to take ink and paper from.
  return content.svg.replace(/^<svg [^>]*>/, (start) => `${start}<style>svg{background:#fff;color:#1f2933}</style>`);
}

function renderBlock(block: Block, figures: string): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${plain(block.text)}`;
    case 'text':
      return block.strong ? `**${plain(block.text)}**` : plain(block.text);
    case 'list':
      return block.items.map((item) => `- ${plain(item)}`).join('\n');
    case 'terms':
      return block.terms.map(({ term, meaning }) => `- **${plain(term)}**: ${plain(meaning)}`).join('\n');
    case 'table':
      return markdownTable(block.table);
    case 'figures':
      return block.figures
        .map((figure) => renderFigure(figure, block.size, figures))
        .join(block.size === 'small' ? '\n' : '\n\n');
  }
}

function renderFigure(figure: Figure, size: 'large' | 'middle' | 'small', figures: string): string {
  const { caption, alt = caption } = figure;
  const path = `${figures}/${fileName(figure)}`;
  return size === 'small'
    ? `<img src="${path}" width="84" alt="${attribute(alt)}" title="${attribute(caption)}">`
    : `![${plain(alt).replace(/[[\]]/g, '\\$&')}](${path})\n\n_${plain(caption)}_`;
}

/** Text that a reader shall see as it is: a label may hold Markdown's or HTML's own characters. */
function plain(text: string): string {
  return text.replace(/[\\`*_<]/g, '\\$&');
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}

function markdownTable(table: TextTable): string {
  const { caption, columns, stressed } = table;
  const cell = (text: string) => plain(text).replaceAll('|', '\\|');
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rows = rowsOf(table).map((cells, row) =>
    line(cells.map((text) => (row === stressed && text !== '' ? `**${cell(text)}**` : cell(text)))),
  );
  return [
    `_${plain(caption)}_`,
    '',
    line(columns.map(({ head }) => cell(head))),
    line(columns.map(({ align }) => (align ? '---:' : '---'))),
    ...rows,
    ...notesOf(table).flatMap((note) => ['', plain(note)]),
  ].join('\n');
}
