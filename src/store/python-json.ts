/** JSON as Python's json module writes it: NaN, Infinity and -Infinity may stand where JSON has no number for them. */

const stringOrToken = /"[^"\\]*(?:\\.[^"\\]*)*"|-?Infinity|NaN/g;

/** Parses JSON; the three tokens become null, "no value". @throws SyntaxError. */
export function parsePythonJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const strict = text.replace(stringOrToken, (found) => (found.startsWith('"') ? found : 'null'));
    if (strict === text) throw error;
    return JSON.parse(strict);
  }
}
