/**
 * JSON as Python's json module writes it, which has the tokens NaN, Infinity and -Infinity that JSON does not allow.
 */

const stringOrToken = /"[^"\\]*(?:\\.[^"\\]*)*"|-?Infinity|NaN/g;

/** Parses such JSON; each of the three tokens becomes null. @throws SyntaxError. */
export function parsePythonJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const strict = text.replace(stringOrToken, (found) => (found.startsWith('"') ? found : 'null'));
    if (strict === text) throw error;
    return JSON.parse(strict);
  }
}
