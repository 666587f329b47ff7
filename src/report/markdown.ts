/** The report as Markdown, its figures as files beside it. */
import { escapeMarkdown, escapeXml, visible } from '../base/plain-text.ts';
import type { Block, Figure } from './block.ts';
import { notesOf, rowsOf, type TextTable } from './table.ts';

/** @param figures the folder of the figures, relative to the Markdown file. */
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
  return 'drawing' in content ? content.drawing : content.svg;
}

function renderBlock(block: Block, figures: string): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${escapeMarkdown(block.text)}`;
    case 'text':
      return block.strong ? emphasized(block.text, '**') : escapeMarkdown(block.text);
    case 'list':
      return block.items.map((item) => `- ${escapeMarkdown(item)}`).join('\n');
    case 'terms':
      return block.terms
        .map(({ term, meaning }) => `- ${emphasized(term, '**')}: ${escapeMarkdown(meaning)}`)
        .join('\n');
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
    : `![${escapeMarkdown(alt)}](${path})\n\n${emphasized(caption, '_')}`;
}

/** Text in bold or italics. Empty text stays empty: `****` would be a rule across the page. */
function emphasized(text: string, mark: '**' | '_'): string {
  const escaped = escapeMarkdown(text);
  return escaped === '' ? '' : `${mark}${escaped}${mark}`;
}

/** The value of an attribute in an HTML tag, on one line: Markdown would end the tag at an empty line. */
function attribute(text: string): string {
  return escapeXml(visible(text));
}

function markdownTable(table: TextTable): string {
  const { caption, columns, stressed } = table;
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rows = rowsOf(table).map((cells, row) =>
    line(cells.map((text) => (row === stressed ? emphasized(text, '**') : escapeMarkdown(text)))),
  );
  return [
    emphasized(caption, '_'),
    '',
    line(columns.map(({ head }) => escapeMarkdown(head))),
    line(columns.map(({ align }) => (align ? '---:' : '---'))),
    ...rows,
    ...notesOf(table).flatMap((note) => ['', escapeMarkdown(note)]),
  ].join('\n');
}
