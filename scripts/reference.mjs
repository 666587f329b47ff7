// Writes docs/reference.md: every public name with its signature and doc comment, in the order and under the headings of
// src/index.ts and src/node.ts. `node scripts/reference.mjs --check` fails where the page is not of today's source.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const page = join(root, 'docs/reference.md');

const sources = new Map();

function sourceOf(file) {
  if (!sources.has(file)) {
    const text = readFileSync(join(root, file), 'utf8');
    const { program, comments, errors } = parseSync(file, text);
    if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`);
    sources.set(file, { text, program, comments });
  }
  return sources.get(file);
}

/** The headings (`// Heading` above exports) of an entry file, each with the names exported below it. */
function sectionsOf(entry) {
  const { text, program, comments } = sourceOf(entry);
  const sections = [];
  let end = 0;
  for (const statement of program.body) {
    const heading = comments.find(({ type, start }) => type === 'Line' && start >= end && start < statement.start);
    if (heading) sections.push({ heading: heading.value.trim(), names: [] });
    end = statement.end;
    if (statement.type !== 'ExportNamedDeclaration' || !statement.source) {
      throw new Error(`${entry}: only "export { ... } from" may stand here, found ${text.slice(statement.start, end)}`);
    }
    if (sections.length === 0) throw new Error(`${entry}: a heading is missing above ${statement.source.value}`);
    const file = normalize(join(dirname(entry), statement.source.value));
    for (const { exported, exportKind } of statement.specifiers) {
      const isType = exportKind === 'type' || statement.exportKind === 'type';
      sections.at(-1).names.push({ name: exported.name, file, isType });
    }
  }
  // What is called comes before the types it takes.
  for (const { names } of sections) names.sort((a, b) => Number(a.isType) - Number(b.isType));
  return sections;
}

function declaration(file, name) {
  const { text, program, comments } = sourceOf(file);
  for (const statement of program.body) {
    if (statement.type === 'ExportNamedDeclaration' && statement.source) {
      const passed = statement.specifiers.find(({ exported }) => exported.name === name);
      if (passed) return declaration(normalize(join(dirname(file), statement.source.value)), passed.local.name);
    }
    const declared = statement.declaration;
    if (statement.type !== 'ExportNamedDeclaration' || !declared) continue;
    const names = declared.declarations ? declared.declarations.map(({ id }) => id.name) : [declared.id.name];
    if (!names.includes(name)) continue;
    const comment = comments.findLast(({ end }) => end <= statement.start);
    const isBeside = comment?.value.startsWith('*') && text.slice(comment.end, statement.start).trim() === '';
    return { signature: signature(text, declared), words: isBeside ? wordsOf(comment.value) : '' };
  }
  throw new Error(`${file} does not export ${name}`);
}

/** What a user of the declaration sees: without bodies, values and private members. */
function signature(text, declared) {
  const cut = ({ start, end }) => text.slice(start, end);
  switch (declared.type) {
    case 'FunctionDeclaration':
      return text
        .slice(declared.start, declared.body.start)
        .trim()
        .replace(/^(async )?function\*? ?/, 'function ');
    case 'VariableDeclaration':
      return declared.declarations
        .map(({ id, init }) => `const ${id.typeAnnotation ? cut(id) : `${id.name} = ${cut(init)}`}`)
        .join('\n');
    case 'ClassDeclaration': {
      const members = declared.body.body.filter(
        ({ key, accessibility }) => key?.type !== 'PrivateIdentifier' && accessibility !== 'private',
      );
      const lines = members.map((member) => {
        const body = member.value?.body;
        return `  ${(body ? text.slice(member.start, body.start) : cut(member)).trim().replace(/;?$/, ';')}`;
      });
      return `${text.slice(declared.start, declared.body.start).trim()} {\n${lines.join('\n')}\n}`;
    }
    case 'TSTypeAliasDeclaration':
      // A type made from a table of ours says nothing to a reader; its comment does.
      return /typeof \w/.test(cut(declared.typeAnnotation)) ? `type ${declared.id.name}` : cut(declared);
    default:
      return cut(declared);
  }
}

/** A doc comment's text: `{@link x}` and tags as Markdown. */
function wordsOf(comment) {
  return comment
    .replace(/^\*\s?/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\*\s?/, ''))
    .join('\n')
    .trim()
    .replaceAll(/\{@link (\w+)\}/g, '`$1`')
    .replaceAll(/(^|\s)@param (\w+)/g, '\n\n- `$2`:')
    .replaceAll(/(^|\s)@returns /g, '\n\n- Returns ')
    .replaceAll(/(^|\s)@throws (\w+)/g, '\n\n- Throws `$2`')
    .replaceAll(/\n{3,}/g, '\n\n')
    .split('\n\n')
    .map((paragraph) => paragraph.replaceAll(/\s*\n\s*/g, ' '))
    .join('\n\n')
    .replaceAll(/(^|\n)(- .*)\n(?=\n- )/g, '$1$2');
}

function written() {
  const lines = [
    '# Reference',
    '',
    'Every public name of `lenet-lab` (Node and browsers) and `lenet-lab/node` (Node only), made from the source by `node scripts/reference.mjs`.',
    'A heading that says "may change" is of parts that may change in any version before 1.0; the others change only with a line in the CHANGELOG.',
  ];
  const silent = [];
  const entries = [
    ['src/index.ts', 'lenet-lab'],
    ['src/node.ts', 'lenet-lab/node'],
  ].map(([entry, from]) => ({ from, sections: sectionsOf(entry) }));
  for (const { from, sections } of entries) {
    lines.push('', `\`${from}\``, '');
    for (const { heading, names } of sections) {
      lines.push(`- ${heading}: ${names.map(({ name }) => `[${name}](#${name.toLowerCase()})`).join(', ')}`);
    }
  }
  for (const { from, sections } of entries) {
    lines.push('', `## ${from}`);
    for (const { heading, names } of sections) {
      lines.push('', `### ${heading}`);
      for (const { name, file } of names) {
        const { signature: shown, words } = declaration(file, name);
        if (words === '') silent.push(`${file}: ${name}`);
        lines.push('', `#### ${name}`, '', ...(words === '' ? [] : [words, '']), '```ts', shown, '```');
      }
    }
  }
  if (silent.length > 0) throw new Error(`public names without a doc comment:\n  ${silent.join('\n  ')}`);
  return `${lines.join('\n')}\n`;
}

const text = written();
const before = readFileSync(page, { encoding: 'utf8', flag: 'a+' });
if (text !== before && process.argv.includes('--check')) {
  console.error('docs/reference.md is not of the source as it is now; run: node scripts/reference.mjs');
  process.exit(1);
}
if (text !== before) writeFileSync(page, text);
