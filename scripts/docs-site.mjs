// Makes a site of docs/: a page of HTML for each page of Markdown, with a list of all pages beside it.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import markdownIt from 'markdown-it';

/** The pages that a newcomer reads first; the others follow by name. */
const first = [
  'playground.md',
  'teaching.md',
  'ui.md',
  'studies.md',
  'training.md',
  'predict.md',
  'data.md',
  'networks.md',
  'results.md',
];

/** @param source docs/. @param target the folder of the site, which is made. */
export function buildDocsSite(source, target) {
  const names = readdirSync(source).filter((name) => name.endsWith('.md'));
  const later = names.filter((name) => !first.includes(name)).sort();
  const pages = [...first.filter((name) => names.includes(name)), ...later].map((name) => pageOf(source, name));
  const decisions = readdirSync(join(source, 'decisions'))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => pageOf(source, `decisions/${name}`));
  const all = [...pages, ...decisions];
  mkdirSync(join(target, 'decisions'), { recursive: true });
  const known = new Set(all.map(({ name }) => name));
  for (const page of all) {
    const body = rendered(page, known);
    writeFileSync(join(target, addressOf(page.name)), document(page, { body, pages, decisions }));
  }
  writeFileSync(
    join(target, 'index.html'),
    document({ name: 'index.md', title: 'Docs' }, { body: listing(pages, decisions), pages, decisions }),
  );
  for (const name of readdirSync(source))
    if (/\.(svg|png)$/.test(name)) copyFileSync(join(source, name), join(target, name));
  writeFileSync(join(target, 'docs.css'), styleSheet());
}

function pageOf(source, name) {
  const text = readFileSync(join(source, name), 'utf8');
  return { name, text, title: /^# (.+)$/m.exec(text)?.[1].replaceAll('`', '') ?? basename(name, '.md') };
}

const addressOf = (name) => name.replace(/\.md$/, '.html');

/** The words of a heading as GitHub makes an anchor of them. */
function anchorOf(text) {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');
}

/** Links to pages of the site lead there; links to other files of the repository become text. */
function rendered({ name, text }, known) {
  const md = markdownIt();
  const { rules } = md.renderer;
  const anchors = new Map();
  rules.heading_open = (tokens, i) => {
    const anchor = anchorOf(tokens[i + 1].content);
    const before = anchors.get(anchor) ?? 0;
    anchors.set(anchor, before + 1);
    return `<${tokens[i].tag} id="${before === 0 ? anchor : `${anchor}-${before}`}">`;
  };
  let tables = 0;
  rules.table_open = () => `<div class="scroll" tabindex="0" role="region" aria-label="Table ${++tables}"><table>`;
  rules.table_close = () => '</table></div>';
  rules.fence = (tokens, i) => `<pre tabindex="0"><code>${md.utils.escapeHtml(tokens[i].content)}</code></pre>\n`;
  const open = [];
  rules.link_open = (tokens, i, options, _env, self) => {
    const token = tokens[i];
    const to = linkOf(name, token.attrGet('href'), known);
    open.push(to !== undefined);
    if (to === undefined) return '';
    token.attrSet('href', to);
    return self.renderToken(tokens, i, options);
  };
  rules.link_close = () => (open.pop() ? '</a>' : '');
  // The page's content policy allows no styles in attributes.
  return md.render(text).replaceAll(/ style="text-align:(\w+)"/g, ' class="$1"');
}

/** Where a link of a page leads on the site; undefined where it leads to a file that is not there. */
function linkOf(from, href, known) {
  if (/^(https?:|#)/.test(href)) return href;
  const [file, hash] = href.split('#');
  const target = posix.join(posix.dirname(from), file);
  if (/\.(svg|png)$/.test(target)) return href;
  if (!known.has(target)) return undefined;
  return addressOf(file) + (hash === undefined ? '' : `#${hash}`);
}

const escaped = (text) =>
  text.replace(/[&<>"]/g, (letter) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[letter]);

function listing(pages, decisions) {
  const list = (of) =>
    `<ul>${of.map(({ name, title }) => `<li><a href="${addressOf(name)}">${escaped(title)}</a></li>`).join('')}</ul>`;
  return `<h1>Docs</h1>${list(pages)}<h2>Decisions</h2>${list(decisions)}`;
}

function document({ name, title }, { body, pages, decisions }) {
  const up = name.includes('/') ? '../' : '';
  const isDecision = decisions.some((page) => page.name === name);
  const links = pages.map(({ name: to, title: text }) => {
    const current = to === name ? ' aria-current="page"' : '';
    return `<li><a href="${up}${addressOf(to)}"${current}>${escaped(text)}</a></li>`;
  });
  // The index is that list itself.
  const nav =
    name === 'index.md'
      ? ''
      : `<nav aria-label="Docs"><ul>${links.join('')}<li><a href="${up}index.html#decisions">Decisions</a></li></ul></nav>\n`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'">
<title>${escaped(title)} · lenet-lab</title>
<link rel="icon" href="${up}../icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${up}docs.css">
</head>
<body>
<header><p><strong>lenet-lab</strong> <a href="${up}../index.html">Playground</a> <a href="${up}index.html" aria-current="${name === 'index.md' ? 'page' : 'true'}">Docs</a>${isDecision ? ` <a href="${up}index.html#decisions">Decisions</a>` : ''}</p></header>
<div class="${nav ? 'columns' : 'columns single'}">
${nav}<main>${body.replace('<h2>Decisions</h2>', '<h2 id="decisions">Decisions</h2>')}</main>
</div>
</body>
</html>
`;
}

/** The tokens of the playground, light or dark as the system has it, since these pages run no scripts. */
function styleSheet() {
  const tokens = readFileSync('web/shared/tokens.css', 'utf8');
  const [light, dark] = tokens.split(':root[data-theme="dark"]');
  return `${light}@media (prefers-color-scheme: dark) { :root${dark}}\n${readFileSync('web/playground/docs.css', 'utf8')}`;
}
