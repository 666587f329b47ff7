/**
 * For tests: texts that mean something in a terminal, XML, Markdown or a spreadsheet, and what must not be left of
 * them.
 */
import fc from 'fast-check';

const terminalCodes = ['\x1b[2J', '\x1b]8;;http://a.b\x07', '\x9b31m', '\0', '\x07', '\b', '\x7f', '\u0085'];
const breaks = ['\r', '\n', '\r\n', '\t', '\u2028', ' ', '    '];
const invisible = ['\u202e', '\u2066', '\u200f', '\u061c', '\u200b', '\u200d', '\ufeff', '\u{e0041}', '❤\ufe0f'];
const notInXml = ['\ud800', '\uffff'];
const xml = ['<script>', '</svg>', '<b>', '&lt;', '&#x41;', '&amp', ']]>', '<!--', '-->', '"', "'"];
const markdown = ['`', '```', '**', '_', '~~', '|', '\\', '\\|', '![a](b)', '[a](b)', '[a]: b', '$x$'];
const markdownBlocks = ['# ', '## ', ' #', '> ', '- ', '+ ', '1. ', '2) ', '---', '==='];
const links = ['http://a.b', 'HTTPS://a.b', 'www.a.b', 'a@b.c', '<http://a.b>'];
const formulas = ['=cmd()', '+1', '@SUM(1)'];
/** Two columns of a terminal per character, the second one in two UTF-16 units. */
const wide = ['木', '𠀀𠀀'];

/** Pieces that mean something in one of the forms, mixed with any text. */
const pieces = [
  ...terminalCodes,
  ...breaks,
  ...invisible,
  ...notInXml,
  ...xml,
  ...markdown,
  ...markdownBlocks,
  ...links,
  ...formulas,
  ...wide,
];
export const hostile = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 6 })
  .map((parts) => parts.join(''));

/** Ranges of code points that a terminal acts on or that deceive a reader. */
const ranges: readonly (readonly [first: number, last: number])[] = [
  [0, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x180e, 0x180e],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xd800, 0xdfff],
  [0xfeff, 0xfeff],
  [0xfff9, 0xfffb],
  [0xfffe, 0xffff],
  [0xe0000, 0xe0fff],
];

/** The characters of a text that act, but for those that a form allows. */
export function acting(text: string, allowed = ''): string[] {
  return [...text].filter((character) => {
    const code = character.codePointAt(0)!;
    return !allowed.includes(character) && ranges.some(([first, last]) => code >= first && code <= last);
  });
}
