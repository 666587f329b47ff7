/**
 * Makes text from elsewhere (labels, file names, error messages) safe to show in a terminal, XML, Markdown and CSV, and
 * writes exact JSON.
 */

/**
 * Characters that are not visible but have an effect: control characters (such as ESC, which begins a terminal's
 * commands), bidirectional marks, invisible characters, line and paragraph separators, halves of surrogate pairs, and
 * noncharacters. XML forbids some of them. The two variation selectors of emoji are allowed.
 */
const unseen =
  /(?![\ufe0e\ufe0f])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu;

/**
 * One line of text for people: every character that would not be seen is written as JavaScript writes it (`\n`, `\x1b`,
 * `\u202e`).
 */
export function visible(text: string): string {
  return text.replace(unseen, written);
}

/**
 * {@link visible} for text of several lines: line feeds stay. All text for a terminal passes through one of these two
 * functions.
 */
export function visibleLines(text: string): string {
  return text.replace(unseen, (character) => (character === '\n' ? character : written(character)));
}

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function written(character: string): string {
  const code = character.codePointAt(0)!;
  const digits = code.toString(16);
  if (code > 0xffff) return `\\u{${digits}}`;
  return short[character] ?? (code < 0x100 ? `\\x${digits.padStart(2, '0')}` : `\\u${digits.padStart(4, '0')}`);
}

/** Text inside XML and HTML, between tags or in double quotes. */
export function escapeXml(text: string): string {
  return visibleLines(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/**
 * One line of GitHub's Markdown that shows the text as given, in a paragraph, heading, list, table cell or link text.
 * Spaces at both ends are removed, since they would end emphasis or begin a code block.
 */
export function escapeMarkdown(text: string): string {
  return (
    visible(text)
      .trim()
      .replace(/[\\`*_[\]<~|$@]|&(?=#?\w+;)|:(?=\/\/)/g, '\\$&')
      // GitHub makes links of words that begin like an address.
      .replace(/www\./gi, (address) => `${address.slice(0, -1)}\\.`)
      // At the start of a line these begin a heading, a quotation, a rule or a list.
      .replace(/^(?:#{1,6}(?=\s|$)|>|[-+](?=[-\s]|$))/, '\\$&')
      .replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2')
      // Markdown hides # characters at the end of a heading.
      .replace(/(\s)(#+)$/, '$1\\$2')
  );
}

/**
 * A cell of a CSV file (RFC 4180). A spreadsheet treats text that begins with one of `= + - @` as a formula and may run
 * it, so such text gets an apostrophe in front, unless it is a number. Line ends and tabs stay; other invisible
 * characters are written out. Source of the rule: OWASP, "CSV Injection".
 */
export function csvCell(text: string): string {
  const shown = text.replace(unseen, (character) => (/[\n\r\t]/.test(character) ? character : written(character)));
  const isFormula = /^[\s\ufeff]*[=+\-@＝＋－＠]/.test(shown) && !isNumber(shown);
  const safe = isFormula ? `'${shown}` : shown;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function isNumber(text: string): boolean {
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text);
}

/**
 * JSON that any parser reads as exactly `value`, with invisible characters written as `\uXXXX`.
 * @param indent spaces per level.
 */
export function exactJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(unseen, (character) =>
    character === '\n'
      ? character
      : Array.from({ length: character.length }, (_, i) => `\\u${hex4(character.charCodeAt(i))}`).join(''),
  );
}

function hex4(code: number): string {
  return code.toString(16).padStart(4, '0');
}
