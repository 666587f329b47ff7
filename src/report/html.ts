/** The report as one self-contained HTML file: no script, no request, light and dark, phone and print. */
import type { Block, Figure } from './blocks.ts';
import type { TextTable } from './tables.ts';

const style = `
:root { color-scheme: light dark; --ink: #1f2933; --paper: #fff; --line: #d5dce4; --shade: #f3f6f9; --ours: #1763b8; --muted: #6b7885; --post: #c2410c; --good: #15803d; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6ebf0; --paper: #12171d; --line: #33404d; --shade: #1a222b; --ours: #6cb2ff; --muted: #93a1af; --post: #ff9a57; --good: #5fd08a; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 4rem; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 1rem; }
h2 { font-size: 1.3rem; margin: 2.6rem 0 .8rem; padding-top: .8rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.6rem 0 .5rem; }
p, li { max-width: 46rem; }
.strong { font-weight: 600; padding: .7rem 1rem; background: var(--shade); border-left: 4px solid var(--ours); border-radius: 3px; max-width: none; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .92rem; width: 100%; }
th, td { text-align: left; padding: .38rem .7rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; border-bottom-width: 2px; vertical-align: bottom; }
td { white-space: nowrap; } td.words, td.long { white-space: normal; } td.long { min-width: 11rem; }
tr.selected td { background: var(--shade); font-weight: 600; }
figure { margin: 0; min-width: 0; }
figcaption { font-size: .85rem; color: var(--muted); margin-top: .3rem; }
svg, img { max-width: 100%; height: auto; display: block; }
.large svg { width: 38rem; }
.figures { display: grid; gap: 1.2rem; margin: 1rem 0; grid-template-columns: minmax(0, 1fr); }
.figures.middle { grid-template-columns: repeat(auto-fill, minmax(min(100%, 17.5rem), 1fr)); align-items: start; }
.figures.small { grid-template-columns: repeat(auto-fill, minmax(7.2rem, 1fr)); }
.figures.small img { width: 100%; image-rendering: pixelated; border: 1px solid var(--line); background: #fff; }
pre { overflow-x: auto; background: var(--shade); padding: .8rem 1rem; font-size: .82rem; border-radius: 3px; line-height: 1.4; }
@media screen and (min-width: 48rem) { td.words { white-space: nowrap; } }
@media (max-width: 40rem) { body { padding-top: 1rem; } h1 { font-size: 1.5rem; } table { font-size: .85rem; } th, td { padding: .35rem .3rem; } .wide { display: none; } figure.drawing { overflow-x: auto; } .drawing img { min-width: 38rem; } }
@media print {
  :root { color-scheme: light; --ink: #000; --paper: #fff; --line: #bbb; --shade: #f3f3f3; --ours: #1763b8; --muted: #555; --post: #c2410c; --good: #15803d; }
  body { max-width: none; padding: 0; font-size: 10.5pt; } h2 { break-after: avoid; } figure, tr, .scroll, .strong { break-inside: avoid; }
  .scroll, pre { overflow: visible; } table { font-size: 8.5pt; } th, td { padding: .25rem .4rem; } pre { font-size: 7.5pt; } h3 { break-after: avoid; } .figures:has(.drawing) { max-width: 34rem; }
  .figures.middle { grid-template-columns: repeat(3, 1fr); } .figures.small { grid-template-columns: repeat(6, 1fr); }
}`;

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

export function renderHtml(title: string, blocks: readonly Block[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="lenet-lab">
<link rel="icon" href="data:,">
<title>${escapeHtml(title)}</title>
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
      return `<h${block.level}>${escapeHtml(block.text)}</h${block.level}>`;
    case 'text':
      return `<p${block.strong ? ' class="strong"' : ''}>${escapeHtml(block.text)}</p>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`;
    case 'code':
      return `<pre>${escapeHtml(block.text)}</pre>`;
    case 'table':
      return renderTable(block.table);
    case 'figures':
      return `<div class="figures ${block.size}">${block.figures.map(renderFigure).join('\n')}</div>`;
  }
}

function renderTable({ head, rows, dispensable = [] }: TextTable): string {
  const classes = (column: number, cell: string) => {
    const isWords = cell.includes(' ') && (column === 0 || column === head.length - 1);
    const names = [
      ...(dispensable.includes(column) ? ['wide'] : []),
      ...(cell.length > 36 ? ['long'] : isWords ? ['words'] : []),
    ];
    return names.length > 0 ? ` class="${names.join(' ')}"` : '';
  };
  const cells = (tag: 'th' | 'td', line: readonly string[]) =>
    line
      .map((cell, column) => `<${tag}${classes(column, tag === 'td' ? cell : '')}>${escapeHtml(cell)}</${tag}>`)
      .join('');
  const body = rows.map((row) => `<tr${row.at(-1) === 'selected' ? ' class="selected"' : ''}>${cells('td', row)}</tr>`);
  return `<div class="scroll"><table><thead><tr>${cells('th', head)}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}

function renderFigure({ content, caption }: Figure): string {
  return `<figure${'drawing' in content ? ' class="drawing"' : ''}>${picture(content, caption)}<figcaption>${escapeHtml(caption)}</figcaption></figure>`;
}

function picture(content: Figure['content'], caption: string): string {
  if ('svg' in content) return content.svg;
  // A drawing's style sheet would reach the whole page; inside an image it keeps to itself.
  const [type, bytes] =
    'drawing' in content ? ['image/svg+xml', new TextEncoder().encode(content.drawing)] : ['image/png', content.png];
  return `<img alt="${escapeHtml(caption)}" src="data:${type};base64,${base64(bytes as Uint8Array)}">`;
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
