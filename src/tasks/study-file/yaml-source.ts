/** Reads YAML text as plain data and keeps the place of each value. */
import {
  Composer,
  type CST,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { outOfReach } from '../../base/decimal.ts';
import { UsageError } from '../../base/errors.ts';
import { counted } from '../../base/format.ts';
import { inPlainWords } from './yaml-words.ts';

/** Keys and indices from the top of the file to a value. */
export type Path = readonly PropertyKey[];

export interface YamlSource {
  /** Maps, lists, strings, numbers, booleans and null; aliases are replaced by what they stand for. */
  readonly data: unknown;
  /** The value of a path, undefined where there is none. */
  valueAt(path: Path): unknown;
  /** The YAML scalar at a path, with its text as written; undefined for a map, a list or no value. */
  scalarAt(path: Path): Scalar | undefined;
  /** A mistake that points at a path, or the nearest value above it; at a key of that map if one is named. */
  mistake(path: Path, message: string, key?: string): UsageError;
}

/**
 * The largest study file, in bytes: room for 10,000 levels of 25 letters each. Files of this size that are made to be
 * slow take the parser some two seconds.
 */
export const mostStudyFileBytes = 250_000;

/** Study files need six levels. The parser below and the schema's checks are recursive, so the depth is limited. */
export const deepestNesting = 50;
const tooDeep = `nested more than ${deepestNesting} levels deep`;
/** Values of a file once its aliases are written out: some 300 times the largest study that ships. */
export const mostValues = 50_000;
/** The most letters of a message, which may quote a value of the file. */
const longestMessage = 1000;

/** A mistake in a study file, and its place. The message begins with `file:line:column:`. */
export class StudyFileError extends UsageError {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** The message without the place. */
  readonly mistake: string;

  constructor(file: string, { line, column, mistake }: { line: number; column: number; mistake: string }) {
    super(`${file}:${line}:${column}: ${mistake}`);
    this.line = line;
    this.column = column;
    this.mistake = mistake;
  }
}

/**
 * Reads one YAML document.
 * @param file names it in errors. @throws UsageError that begins with `file:line:column:`.
 */
export function readYaml(written: string, file: string): YamlSource {
  const text = written.replace(/^\uFEFF/, '');
  const lines = new LineCounter();
  const mistakeIn = (offset: number, message: string) => {
    const { line, col } = text === '' ? { line: 1, col: 1 } : lines.linePos(Math.min(offset, text.length));
    return new StudyFileError(file, { line: Math.max(line, 1), column: Math.max(col, 1), mistake: onOneLine(message) });
  };
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > mostStudyFileBytes) {
    const limit = `a study file has at most ${counted(mostStudyFileBytes)} bytes`;
    throw mistakeIn(0, `${limit}, this one has ${counted(bytes)}`);
  }

  const tokens = tokensOf(text, lines, mistakeIn);
  // Keys that stand twice are found below, where both places are known.
  const documents = [...new Composer({ uniqueKeys: false, logLevel: 'silent' }).compose(tokens, true, text.length)];
  for (const { errors, warnings } of documents) {
    const [syntax] = [...errors, ...warnings];
    if (syntax) throw mistakeIn(syntax.pos[0], inPlainWords(syntax.message.split('\n')[0]!));
  }
  const [document, second] = documents.filter(({ contents }) => contents !== null);
  if (second) {
    throw mistakeIn(second.range[0], 'a second YAML document begins here (---): a study file holds one');
  }
  const root: unknown = document?.contents ?? null;
  const { data, targets } = plainData(root, mistakeIn);

  const childOf = (parent: unknown, key: PropertyKey): unknown => {
    const node = isAlias(parent) ? targets.get(parent) : parent;
    if (isMap(node)) return node.items.find((pair) => keyText(pair.key) === String(key))?.value;
    return isSeq(node) ? node.items[Number(key)] : undefined;
  };
  const nodesOf = (path: Path): unknown[] => {
    const nodes: unknown[] = [root];
    for (const key of path) nodes.push(childOf(nodes.at(-1), key));
    return nodes;
  };
  return {
    data,
    valueAt: (path) => {
      let value: unknown = data;
      for (const key of path) {
        const inside = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
        value = inside ? (value as Record<PropertyKey, unknown>)[key] : undefined;
      }
      return value;
    },
    scalarAt: (path) => {
      const node = nodesOf(path).at(-1);
      const target = isAlias(node) ? targets.get(node) : node;
      return isScalar(target) ? target : undefined;
    },
    mistake: (path, message, key) => {
      const nodes = nodesOf(path);
      const last = nodes.at(-1);
      const map = isAlias(last) ? targets.get(last) : last;
      const named = isMap(map) ? map.items.find((pair) => keyText(pair.key) === key)?.key : undefined;
      const place = [...nodes, named].filter(hasRange).at(-1);
      return mistakeIn(place?.range[0] ?? 0, message);
    },
  };
}

/** The tokens of the text, read one by one so that deep nesting is met before it is built. */
function tokensOf(text: string, lines: LineCounter, mistakeIn: MistakeIn): CST.Token[] {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    if (parser.stack.length > deepestNesting) throw mistakeIn(parser.offset, tooDeep);
  }
  return [...tokens, ...parser.end()];
}

type MistakeIn = (offset: number, message: string) => UsageError;

interface Plain {
  readonly data: unknown;
  /** Number of values in it, aliases written out. */
  readonly size: number;
  readonly depth: number;
}

/** The data of a node, and the node that each alias stands for. */
function plainData(root: unknown, mistakeIn: MistakeIn) {
  const anchors = new Map<string, unknown>();
  const targets = new Map<unknown, unknown>();
  const finished = new Map<unknown, Plain>();
  return { data: plain(root).data, targets };

  function plain(node: unknown): Plain {
    if (isAlias(node)) return behind(node);
    const anchor = (node as { anchor?: string } | null)?.anchor;
    if (anchor !== undefined) anchors.set(anchor, node);
    const result = isMap(node)
      ? plainMap(node)
      : isSeq(node)
        ? collected(node, node.items.map(plain), (data) => data)
        : one(node);
    finished.set(node, result);
    return result;
  }

  function behind(alias: { readonly source: string }): Plain {
    const offset = offsetOf(alias);
    if (!anchors.has(alias.source)) {
      throw mistakeIn(offset, `the alias *${alias.source} stands for nothing: no &${alias.source} comes before it`);
    }
    const target = anchors.get(alias.source);
    const found = finished.get(target);
    if (!found) throw mistakeIn(offset, `the alias *${alias.source} stands inside of what it stands for`);
    targets.set(alias, target);
    return found;
  }

  function plainMap(map: YAMLMap): Plain {
    const { items } = map;
    const firstAt = new Map<string, number>();
    const names = items.map(({ key }) => {
      const offset = offsetOf(key);
      const name = keyText(key);
      if (name === undefined) throw mistakeIn(offset, 'a key must be a name, not a list, a map or an alias');
      if (name === '<<') throw mistakeIn(offset, 'maps are not merged (<<) here: write the keys out');
      if (firstAt.has(name)) throw mistakeIn(offset, `the key "${name}" stands twice in this map`);
      firstAt.set(name, offset);
      return name;
    });
    const values = items.map(({ value }) => plain(value));
    return collected(map, values, (data) => Object.fromEntries(data.map((item, index) => [names[index], item])));
  }

  function collected(node: unknown, items: readonly Plain[], build: (data: unknown[]) => unknown): Plain {
    const size = items.reduce((sum, item) => sum + item.size, 1);
    const depth = items.reduce((most, item) => Math.max(most, item.depth), 0) + 1;
    // Aliases of aliases: a few lines of them make billions of values (the "billion laughs").
    if (size > mostValues)
      throw mistakeIn(offsetOf(node), `more than ${mostValues} values, with its aliases written out`);
    if (depth > deepestNesting) throw mistakeIn(offsetOf(node), tooDeep);
    return { data: build(items.map(({ data }) => data)), size, depth };
  }

  function one(node: unknown): Plain {
    const value: unknown = isScalar(node) ? node.value : null;
    const isPlain = value === null || ['string', 'number', 'boolean'].includes(typeof value);
    const offset = offsetOf(node);
    if (!isPlain) throw mistakeIn(offset, 'expected text, a number, true, false or null');
    const source = isScalar(node) && typeof value === 'number' ? node.source : undefined;
    if (source !== undefined && /^[-+]?0\d/.test(source)) {
      throw mistakeIn(offset, `some read ${source} as octal: write ${Number(source)} without a zero in front`);
    }
    const why = source === undefined ? undefined : outOfReach(source);
    if (why !== undefined) throw mistakeIn(offset, why);
    return { data: value, size: 1, depth: 1 };
  }
}

/** Messages quote values of the file, which may hold line ends and terminal escape codes. */
function onOneLine(message: string): string {
  const short = message.length > longestMessage ? `${message.slice(0, longestMessage)} ...` : message;
  return short.replace(/\p{Cc}/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** Undefined for a key that is a list, a map or an alias. */
function keyText(key: unknown): string | undefined {
  if (key === null) return '';
  if (!isScalar(key)) return undefined;
  if (typeof key.value === 'string') return key.value;
  return key.source ?? String(key.value ?? '');
}

function offsetOf(node: unknown): number {
  return hasRange(node) ? node.range[0] : 0;
}

function hasRange(node: unknown): node is { readonly range: readonly [number, number, number] } {
  return Array.isArray((node as { range?: unknown } | null | undefined)?.range);
}
