/** The report as Markdown, its figures as files beside it. */
import type { Block, Figure } from './blocks.ts';
import { markdownTable } from './tables.ts';

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
      return `${'#'.repeat(block.level)} ${block.text}`;
    case 'text':
      return block.strong ? `**${block.text}**` : block.text.replace(/^\* /, '\\* ');
    case 'list':
      return block.items.map((item) => `- ${item}`).join('\n');
    case 'code':
      return `\`\`\`\n${block.text}\n\`\`\``;
    case 'table':
      return markdownTable(block.table);
    case 'figures':
      return block.figures
        .map((figure) =>
          block.size === 'small'
            ? `<img src="${figures}/${fileName(figure)}" width="84" alt="${figure.caption}" title="${figure.caption}">`
            : `![${figure.caption}](${figures}/${fileName(figure)})\n\n_${figure.caption}_`,
        )
        .join(block.size === 'small' ? '\n' : '\n\n');
  }
}
