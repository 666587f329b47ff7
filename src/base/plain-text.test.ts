/** Untrusted text in every output format: no control characters are left, and parsers read the text back. */
import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { SaxesParser } from 'saxes';
import { describe, expect, test } from 'vitest';
import { acting, hostile } from './hostile.testing.ts';
import { csvCell, escapeMarkdown, escapeXml, exactJson, visible, visibleLines } from './plain-text.ts';

describe('visible', () => {
  test.each([
    ['a\x1b[2Jb', 'a\\x1b[2Jb'],
    ['one\ntwo\tthree\r', 'one\\ntwo\\tthree\\r'],
    ['abc\u202e cba', 'abc\\u202e cba'],
    ['\u{e0041}\ud800', '\\u{e0041}\\ud800'],
    ['rate < 0.01, größer, 速い, ❤\ufe0f, שלום', 'rate < 0.01, größer, 速い, ❤\ufe0f, שלום'],
  ])('%j', (text, shown) => expect(visible(text)).toBe(shown));

  test('visibleLines keeps line breaks', () => {
    expect(visibleLines('a\x1b\r\nb')).toBe('a\\x1b\\r\nb');
  });

  test('no control character is left in any text', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(acting(visible(text))).toEqual([]);
        expect(acting(visibleLines(text), '\n')).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('XML', () => {
  test('any text is well-formed and is read back as shown', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const read = { text: '', attribute: '' };
        const parser = new SaxesParser();
        parser.on('error', (error) => {
          throw error;
        });
        parser.on('text', (found) => {
          read.text += found;
        });
        parser.on('opentag', ({ attributes }) => {
          read.attribute = String(attributes.t);
        });
        parser.write(`<r t="${escapeXml(text)}">${escapeXml(text)}</r>`).close();
        expect(read.text).toBe(visibleLines(text));
        // XML itself turns the lines of an attribute into spaces.
        expect(read.attribute).toBe(visibleLines(text).replaceAll('\n', ' '));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('Markdown', () => {
  const markdown = new MarkdownIt({ html: true, linkify: true });
  markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: true });
  const shown = (text: string) => visible(text).trim();
  const html = (text: string) => markdown.utils.escapeHtml(shown(text));

  test.each([
    ['rate < 0.01', 'rate \\< 0.01'],
    ['adam & cosine &lt;', 'adam & cosine \\&lt;'],
    ['#3 l2=1e-4', '#3 l2=1e-4'],
    ['# title #', '\\# title \\#'],
    ['0.001', '0.001'],
    ['1. item', '1\\. item'],
    ['-0.5', '-0.5'],
    ['see http://a.b or www.a.b', 'see http\\://a.b or www\\.a.b'],
  ])('%j', (text, escaped) => expect(escapeMarkdown(text)).toBe(escaped));

  test('any text stays plain text in a paragraph, heading, list, table, emphasis and link text', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        fc.pre(shown(text) !== '');
        const own = escapeMarkdown(text);
        const one = html(text);
        expect(markdown.render(own)).toBe(`<p>${one}</p>\n`);
        expect(markdown.render(`## ${own}`)).toBe(`<h2>${one}</h2>\n`);
        expect(markdown.render(`- ${own}\n- b`)).toBe(`<ul>\n<li>${one}</li>\n<li>b</li>\n</ul>\n`);
        expect(markdown.render(`**${own}**`)).toBe(`<p><strong>${one}</strong></p>\n`);
        expect(markdown.render(`_${own}_`)).toBe(`<p><em>${one}</em></p>\n`);
        const table = markdown.render(`| ${own} | b |\n| --- | --- |\n| a | ${own} |`);
        expect(table).toContain(`<th>${one}</th>\n<th>b</th>`);
        expect(table).toContain(`<td>a</td>\n<td>${one}</td>`);
        expect(markdown.render(`![${own}](x.svg)`)).toBe(`<p><img src="x.svg" alt="${one}"></p>\n`);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('CSV', () => {
  test.each([
    ['plain', 'plain'],
    ['a, "b"\nc', '"a, ""b""\nc"'],
    ['=cmd()', "'=cmd()"],
    ['+SUM(1)', "'+SUM(1)"],
    ['-2+3', "'-2+3"],
    ['@SUM', "'@SUM"],
    ['\t=1', "'\t=1"],
    ['＝1', "'＝1"],
    ['-0.5', '-0.5'],
    ['+1e-5', '+1e-5'],
    ['a\x1b[2J', 'a\\x1b[2J'],
  ])('%j', (text, cell) => expect(csvCell(text)).toBe(cell));

  test('no text starts a formula, ends its cell or contains a control character', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const cell = csvCell(text);
        const inside = cell.startsWith('"') ? cell.slice(1, -1) : cell;
        expect(inside).not.toMatch(/^\s*[=@]/);
        expect(cell.startsWith('"') ? inside.replaceAll('""', '') : cell).not.toMatch(
          cell.startsWith('"') ? /"/ : /[",\r\n]/,
        );
        expect(acting(cell, '\n\r\t')).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('JSON', () => {
  test('keeps the text exactly, without control characters in the output', () => {
    fc.assert(
      fc.property(hostile, fc.constantFrom(0, 2), (text, indent) => {
        const json = exactJson({ [text]: [text] }, indent);
        expect(JSON.parse(json)).toEqual({ [text]: [text] });
        expect(acting(json, '\n')).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });
});
