/** What is wrong with a study file, in words: the schema's complaints, with what was given and what is allowed. */
import { z } from 'zod';
import { nearest, type Synonyms, UsageError } from '../../base/errors.ts';
import { type Value, valueText } from '../../study/definition.ts';
import type { ParameterTable } from './table.ts';
import type { Path, YamlSource } from './yaml-source.ts';

type Issue = z.core.$ZodIssue;

/** The schema of a file: its keys by name. */
interface FileSchema {
  readonly shape: Readonly<Record<PropertyKey, unknown>>;
}

/** Other words for the keys of a study file that are no hyperparameters. */
const otherKeys: Synonyms = {
  metric: 'objective',
  goal: 'objective',
  target: 'objective',
  selection: 'protocol',
  defaults: 'base',
  fixed: 'base',
  common: 'base',
  settings: 'base',
  sequential: 'stages',
  steps: 'stages',
  factors: 'stages',
  gridsearch: 'grid',
  randomsearch: 'random',
  tpe: 'search',
  optimize: 'search',
  budget: 'trainings',
  pruner: 'earlyStopping',
  workers: 'parallel',
  replicates: 'seeds',
  repetitions: 'seeds',
  repeats: 'seeds',
  nseeds: 'seeds',
  n: 'trials',
  ntrials: 'trials',
  samples: 'trials',
  parameters: 'space',
  params: 'space',
  searchspace: 'space',
  from: 'low',
  min: 'low',
  minimum: 'low',
  to: 'high',
  max: 'high',
  maximum: 'high',
  logarithmic: 'log',
  tolerance: 'resolve',
  delta: 'resolve',
  precision: 'resolve',
  text: 'label',
  title: 'label',
};
const otherKeysOfRules: Synonyms = {
  ...otherKeys,
  min: 'atLeast',
  minimum: 'atLeast',
  max: 'atMost',
  maximum: 'atMost',
};

/** Options of single runs that studies do not have, and why. */
const lastEpoch = 'a study compares its trials after their last epoch, with the same number of epochs for all seeds';
const forRuns: Readonly<Record<string, string>> = {
  patience: `is for single runs (lenet train --patience): ${lastEpoch}`,
  earlyStopping: `is for single runs (lenet train --patience): ${lastEpoch}`,
  keepEpoch: `is for single runs (lenet train --keep best): ${lastEpoch}`,
};

/** The schema's most useful complaint, as an error with its place in the file. */
export function mistakeOf(
  error: z.ZodError,
  { schema, table, source }: { schema: FileSchema; table: ParameterTable; source: YamlSource },
): UsageError {
  const issues = error.issues.map(deepest);
  // A misspelt key gives two issues: an unknown and a missing key. The unknown key is the helpful one.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!;
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    return source.mistake(issue.path, unknownKey(key, issue.path, { schema, table }), key);
  }
  return source.mistake(issue.path, explain(issue, { table, source }));
}

/** The issue inside a union. The intended branch is the branch without a complaint about the value as a whole. */
function deepest(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue;
  const isWhole = ({ code, path }: Issue) => path.length === 0 && (code === 'invalid_type' || code === 'invalid_value');
  const branch = issue.errors.find((issues) => !issues.some(isWhole));
  const first = branch?.find(({ code }) => code === 'unrecognized_keys') ?? branch?.[0];
  if (!first) return issue;
  return deepest({ ...first, path: [...issue.path, ...first.path] } as Issue);
}

function unknownKey(key: string, path: Path, { schema, table }: { schema: FileSchema; table: ParameterTable }): string {
  const { keys, synonyms } = knownKeys(path, schema, table);
  if (path.length === 0 && Object.hasOwn(forRuns, key)) return `${key} ${forRuns[key]}`;
  const near = nearest(key, keys, synonyms);
  if (near !== undefined) return `unknown key "${key}" in ${nameOf(path)}; did you mean ${near}?`;
  const names = Object.keys(table.parameters);
  const parameter = keys.includes(names[0]!) ? undefined : nearest(key, names, table.synonyms);
  const hint = parameter === undefined ? '' : `; the hyperparameter ${parameter} belongs in base or in a level`;
  return `unknown key "${key}" in ${nameOf(path)}; allowed are ${keys.join(', ')}${hint}`;
}

/** Whether the key of the file holds a plan with a space of ranges and lists. */
function hasSpace(root: Path[number] | undefined): boolean {
  return root === 'random' || root === 'search';
}

/** The keys of a map that the schema names; none where it is no map. */
function keysOf(schema: unknown): readonly string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return keysOf(schema.unwrap());
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

interface Keys {
  readonly keys: readonly string[];
  readonly synonyms: Synonyms;
}

function knownKeys([root, ...rest]: Path, schema: FileSchema, { parameters, synonyms }: ParameterTable): Keys {
  const names: Keys = { keys: Object.keys(parameters), synonyms };
  if (root === undefined) return { keys: Object.keys(schema.shape), synonyms: otherKeys };
  if (root === 'seeds') return { keys: ['atLeast', 'atMost', 'resolve'], synonyms: otherKeysOfRules };
  if (hasSpace(root)) {
    if (rest.length === 0) return { keys: keysOf(schema.shape[root]), synonyms: otherKeys };
    if (rest.length === 1) return names;
    // An item of a list is a level, which sets several hyperparameters.
    if (typeof rest[2] === 'number') return { keys: ['label', ...names.keys], synonyms };
    return { keys: ['low', 'high', 'log', 'step'], synonyms: otherKeys };
  }
  if (root === 'distill') return { keys: keysOf(schema.shape[root]), synonyms: {} };
  if (root === 'base') return { keys: [...names.keys, 'recipe'], synonyms };
  const inLevel = rest.length >= (root === 'stages' ? 3 : 2);
  return inLevel ? { keys: ['label', ...names.keys], synonyms } : names;
}

function explain(issue: Issue, { table, source }: { table: ParameterTable; source: YamlSource }): string {
  const { path } = issue;
  const found = source.valueAt(path);
  const where = nameOf(path);
  const given = found === undefined ? '' : `, got ${shown(found)}`;
  const { name, place } = parameterAt(path);
  const hint = hintFor(issue, source, table);
  if (name !== undefined && found !== undefined) {
    const words = wordsOfTable(name, place, { found, where, table });
    if (words !== undefined) return words + hint;
  }
  switch (issue.code) {
    case 'invalid_value': {
      const allowed = issue.values.map(String);
      if (found === undefined) return `${where} is missing: give one of ${allowed.join(', ')}`;
      if (where === 'keep' && (found === 'best' || found === 'last')) {
        return `keep: ${found} is for single runs (lenet train --keep ${found}): ${lastEpoch}. In a study keep says which trials keep their models: ${allowed.join(', ')}`;
      }
      const near = nearest(String(found), allowed);
      const meant = near === undefined ? '' : `; did you mean ${near}?`;
      return `${where}: allowed are ${allowed.join(', ')}${given}${meant}`;
    }
    case 'invalid_type': {
      const expected = expectation(path, issue.expected);
      if (found === undefined) return `${where} is missing: give ${expected}`;
      return `${where}: expected ${expected}${given}${hint}`;
    }
    case 'too_small':
      if (issue.origin === 'array') return `${where} is empty: at least one is needed`;
      if (issue.origin === 'string') return `${where} is empty`;
      return `${where}: expected ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${given}${why(path)}`;
    case 'too_big':
      return issue.origin === 'string' || issue.origin === 'array'
        ? `${where}: expected at most ${issue.maximum}${issue.origin === 'string' ? ' letters' : ''}, got ${lengthOf(found)}`
        : `${where}: expected at most ${issue.maximum}${given}`;
    case 'invalid_format':
      return `${where}: expected letters, digits, dots, dashes and underscores${given}`;
    case 'invalid_union':
      return `${where}: expected ${shapeOf(path)}${given}${hint}`;
    default:
      return `${where}: ${issue.message}${given}${hint}`;
  }
}

/**
 * The place of a hyperparameter in the file: its value, its list of levels, one level, or the range or list of a random
 * search.
 */
type Place = 'value' | 'levels' | 'level' | 'from';

function parameterAt([root, ...rest]: Path): { readonly name?: string; readonly place?: Place } {
  if (root === 'base' && rest[0] === 'recipe') return {};
  if ((root === 'base' || root === 'settings') && rest.length === 1) return { name: String(rest[0]), place: 'value' };
  if (hasSpace(root) && rest[0] === 'space' && rest.length >= 2) {
    const [, name, index, key] = rest;
    if (index === undefined) return { name: String(name), place: 'from' };
    if (key !== undefined) return key === 'label' ? {} : { name: String(key), place: 'value' };
    return typeof index === 'number' ? { name: String(name), place: 'value' } : {};
  }
  const inside = root === 'stages' ? rest.slice(1) : root === 'grid' ? rest : [];
  const [name, index, key] = inside;
  if (name === undefined || key === 'label') return {};
  if (key !== undefined) return { name: String(key), place: 'value' };
  return { name: String(name), place: index === undefined ? 'levels' : 'level' };
}

interface Found {
  readonly found: unknown;
  readonly where: string;
  readonly table: ParameterTable;
}

/** The table's own message for a refused value; for a value instead of a list, a message with an example of a list. */
function wordsOfTable(name: string, place: Place | undefined, { found, where, table }: Found): string | undefined {
  switch (place) {
    case 'value':
    case 'level':
      return isPlain(found) ? refusal(table, name, { value: found, label: where }) : undefined;
    case 'levels':
      if (Array.isArray(found)) return undefined;
      return `${name}: expected a list of levels, such as ${exampleList(table, name, found)}, got ${shown(found)}`;
    case 'from': {
      if (Array.isArray(found)) return undefined;
      const list = `a list of values, such as ${exampleList(table, name, found)}`;
      return isPlain(found)
        ? `${name}: expected a range { low: ..., high: ... } or ${list}, got ${shown(found)}`
        : undefined;
    }
    case undefined:
      return undefined;
  }
}

/** Why the table refuses a value, or undefined if it does not. */
export function refusal(
  table: ParameterTable,
  name: string,
  { value, label }: { readonly value: unknown; readonly label: string },
): string | undefined {
  try {
    table.check(name, value, label);
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

/** An example such as `[32, 64]`: the given value if it is allowed, else the default, and another allowed value. */
function exampleList(table: ParameterTable, name: string, found: unknown): string {
  const { default: usual, choices = [], words = [] } = table.parameters[name]!;
  const isAllowed = (value: unknown) => refusal(table, name, { value, label: name }) === undefined;
  const first = isAllowed(found) ? (found as Value) : usual;
  const numbers = typeof first === 'number' ? [first * 2, first / 2] : [];
  const others: readonly Value[] = [...choices, ...words, true, false, ...numbers, 0.1, 1000];
  const second = others.find((value) => value !== first && isAllowed(value));
  return `[${[first, second]
    .filter((value) => value !== undefined)
    .map((value) => valueText(value))
    .join(', ')}]`;
}

function expectation(path: Path, expected: string): string {
  const [root, ...rest] = path;
  if (root === undefined) return 'keys with their values, such as name: mine';
  if (rest.length === 0) {
    if (root === 'stages') return 'a list of stages, each on a line that begins with "- "';
    if (root === 'grid') return 'a map of hyperparameters and their levels';
    if (root === 'base' || root === 'settings') return 'a map of hyperparameters and their values';
    if (root === 'random') return 'a map { trials: ..., space: { ... } }';
    if (root === 'search') return 'a map { trainings: ..., space: { ... } }';
  }
  if (root === 'stages' && rest.length === 1) return 'a map of a hyperparameter and its levels';
  if (hasSpace(root) && rest.length === 1 && rest[0] === 'space') {
    return 'a map of hyperparameters and their ranges or lists';
  }
  if (root === 'seeds' && rest[0] === 'resolve') return 'the smallest difference that matters, a number';
  const words: Readonly<Record<string, string>> = {
    array: 'a list',
    object: 'a map',
    int: 'an integer',
    boolean: 'true or false',
    string: 'text',
  };
  return words[expected] ?? `a ${expected}`;
}

function shapeOf([root, ...rest]: Path): string {
  if (root === 'seeds') return 'a number of seeds, a list of them, or a rule { atLeast: 3, atMost: 30, resolve: 0.1 }';
  if (hasSpace(root) && rest.length === 2) return 'a range { low: ..., high: ... } or a list of values';
  return 'a value or a map { label: ..., hyperparameter: value, ... }';
}

function why(path: Path): string {
  return nameOf(path) === 'seeds.atLeast' ? ': fewer seeds do not show well enough how much they differ' : '';
}

/** What to write instead where YAML reads text and the author meant a number, true, false or null. */
function hintFor(issue: Issue, source: YamlSource, { parameters }: ParameterTable): string {
  const scalar = source.scalarAt(issue.path);
  const value: unknown = scalar?.value;
  const { name } = parameterAt(issue.path);
  const kind = name === undefined ? undefined : parameters[name]?.kind;
  const wantsString = issue.code === 'invalid_type' && issue.expected === 'string';
  if (wantsString && value !== null && value !== undefined) return `; write "${String(value)}" in quotes`;
  if (
    typeof value !== 'string' ||
    kind === 'choice' ||
    kind === 'list' ||
    kind === 'names' ||
    wantsString ||
    issue.code === 'invalid_value'
  )
    return '';
  const isQuoted = scalar?.type !== 'PLAIN';
  if (isQuoted && /^([-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?|true|false|null)$/i.test(value)) {
    return `: it is text in quotes; write ${value} without quotes`;
  }
  if (/^[-+]?\d[\d_]*_[\d_]*(\.\d*)?$/.test(value)) return `; write ${value.replaceAll('_', '')} without underscores`;
  if (/^[-+]?\d+(,\d+)+(\.\d*)?$/.test(value)) return '; numbers have a point for decimals and no commas';
  const isWord = (...words: string[]) => words.includes(value.toLowerCase());
  if (isWord('yes', 'on', 'y')) return `; YAML takes ${value} for text, write true`;
  if (isWord('no', 'off', 'n')) return `; YAML takes ${value} for text, write false`;
  if (isWord('none', 'nil')) return `; YAML takes ${value} for text, write null`;
  return '';
}

function lengthOf(value: unknown): number {
  return typeof value === 'string' || Array.isArray(value) ? value.length : 0;
}

function nameOf(path: Path): string {
  return path.map(String).join('.') || 'the file';
}

function isPlain(value: unknown): boolean {
  return value !== undefined && (typeof value !== 'object' || value === null);
}

/** The most letters of a text that a message quotes. */
const longestQuote = 80;

/** A value of the file, for "got ...". */
function shown(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length > longestQuote ? `${value.slice(0, longestQuote)}...` : value);
}
