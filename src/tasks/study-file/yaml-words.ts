/** The YAML parser's complaints about files that are half typed, in plain words. */

const words: Readonly<Record<string, string>> = {
  'Implicit map keys need to be followed by map values':
    'a colon is missing: each line gives a key and its value, such as name: mine',
  'Flow map in block collection must be sufficiently indented and end with a }': 'a { is not closed: } is missing',
  'Flow sequence in block collection must be sufficiently indented and end with a ]': 'a [ is not closed: ] is missing',
  'Flow map must end with a }': 'a { is not closed: } is missing',
  'Flow sequence must end with a ]': 'a [ is not closed: ] is missing',
  'Missing closing "quote': 'a text in quotes is not closed: " is missing',
  "Missing closing 'quote": "a text in quotes is not closed: ' is missing",
  'All mapping items must start at the same column': 'the keys of a map must start at the same column',
  'All sequence items must start at the same column': 'the items of a list must start at the same column',
  'A block sequence may not be used as an implicit map key': 'a list cannot stand between a key and its colon',
  'Nested mappings are not allowed in compact mappings':
    'a second colon on one line: write a { key: value } or a new line',
};

/** @param message of the parser, its first line. */
export function inPlainWords(message: string): string {
  return words[message] ?? message;
}
