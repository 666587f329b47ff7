/**
 * Text from elsewhere (labels, file names, reasons) made safe to show in a terminal, in XML, Markdown and CSV, and as
 * exact JSON.
 */

/**
 * Characters that act instead of being seen: controls (among them ESC, which begins a terminal's commands), marks of
 * direction, invisible characters, line and paragraph separators, halves of surrogate pairs, and code points that are
 * no characters. XML forbids some of them. The two variation selectors of emoji stay.
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
 * The same for text of several lines, which stay lines. What goes to a terminal passes through here or through {@link
 * visible}.
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
 * A line of text in GitHub's Markdown that reads as given and makes no structure, wherever it stands: in a paragraph,
 * heading, list, table cell or link text. Spaces at its ends go, since they would end emphasis or begin a block of
 * code.
 */
export function escapeMarkdown(text: string): string {
  return (
    visible(text)
      .trim()
      .replace(/[\\`*_[\]<~|$@]|&(?=#?\w+;)|:(?=\/\/)/g, '\\$&')
      // GitHub makes links of words that begin like an address.
      .replace(/www\./gi, (address) => `${address.slice(0, -1)}\\.`)
      // Only at the start of a line: a heading, a quotation, a rule, a list.
      .replace(/^(?:#{1,6}(?=\s|$)|>|[-+](?=[-\s]|$))/, '\\$&')
      .replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2')
      // A heading may end with such a run, which would not be shown.
      .replace(/(\s)(#+)$/, '$1\\$2')
  );
}

/**
 * A cell of a CSV file (RFC 4180). A spreadsheet takes text that begins with one of `= + - @` for a formula and may run
 * it, so an apostrophe is put before such text, unless it is a number. Lines and tabs stay; other characters that would
 * not be seen are written out. Source of the rule: OWASP, "CSV Injection".
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
 * JSON that any parser reads as exactly `value`, with the characters that would not be seen written as `\uXXXX`. @param
 * indent spaces a level.
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
