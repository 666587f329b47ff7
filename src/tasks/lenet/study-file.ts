/** Study files: YAML, checked against the table of hyperparameters, its errors pointing at line and column. */
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { nearest, UsageError } from '../../base/errors.ts';
import {
  gridLevels,
  type Level,
  labelOf,
  objectives,
  protocols,
  type Range,
  type Settings,
  type Stage,
  type StudyDefinition,
  sampleLevels,
  type Value,
} from '../../study/definition.ts';
import { completeSettings } from './configuration.ts';
import {
  checkHyperparameter,
  type Hyperparameter,
  type HyperparameterName,
  hyperparameterNames,
  hyperparameters,
} from './hyperparameters.ts';

/** A seed is a study's own business, everything else of the table may be set and varied. */
const names = hyperparameterNames.filter((name) => name !== 'seed');

function valueSchema(name: HyperparameterName): z.ZodType<Value> {
  const entry: Hyperparameter = hyperparameters[name];
  const described = <T extends z.ZodType<Value>>(schema: T) => schema.describe(entry.sentence);
  switch (entry.kind) {
    case 'choice':
      return described(z.enum(entry.choices as [string, ...string[]]));
    case 'flag':
      return described(z.boolean());
    case 'limit':
      return described(z.int().min(1).nullable());
    case 'integer':
      return described(z.int().min(entry.least).max(entry.most));
    case 'number': {
      const bounded = entry.most < Number.MAX_VALUE ? z.number().max(entry.most) : z.number();
      return described(entry.above ? bounded.gt(entry.least) : bounded.min(entry.least));
    }
  }
}

function byName<T extends z.ZodType>(schema: (name: HyperparameterName) => T) {
  return Object.fromEntries(names.map((name) => [name, schema(name).optional()]));
}

const settingsSchema = z.strictObject(byName(valueSchema));
const labelledSchema = z.strictObject({ label: z.string().min(1).optional(), ...byName(valueSchema) });
const levelsSchema = (name: HyperparameterName) => z.array(z.union([valueSchema(name), labelledSchema])).min(1);
const rangeSchema = z.strictObject({
  low: z.number(),
  high: z.number(),
  log: z.boolean().optional(),
  step: z.number().gt(0).optional(),
});
const seedSchema = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

const studySchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[\w][\w.-]*$/)
      .describe('Names the folder runs/<name>: letters, digits, dots, dashes, underscores'),
    protocol: z
      .enum(protocols)
      .describe('post: select on the test set, as the post did; held-out: on 1/12 of the training set'),
    objective: z.enum(objectives).default('accuracy').describe('What selects, of the last epoch'),
    base: settingsSchema.default({}).describe('Hyperparameters of every trial, where nothing else is said'),
    stages: z
      .array(z.strictObject(byName(levelsSchema)))
      .min(1)
      .optional()
      .describe('One factor at a time: the best level of a stage is carried on into the next'),
    grid: z.strictObject(byName(levelsSchema)).optional().describe('Every combination'),
    random: z
      .strictObject({
        trials: z.int().min(1).max(100_000),
        seed: seedSchema.default(1).describe('Of the sampler'),
        space: z.strictObject(byName((name) => z.union([rangeSchema, z.array(valueSchema(name)).min(1)]))),
      })
      .optional()
      .describe('Settings drawn at random'),
    compare: z
      .enum(['selected', 'previous'])
      .default('selected')
      .describe('previous: each level also with the one before it, to see what each change is worth'),
    seeds: z
      .union([z.int().min(1).max(10_000), z.array(seedSchema).min(1)])
      .default([1, 2, 3])
      .describe('Every configuration is trained once with each; a number N means 1 to N'),
  })
  .describe('A study of lenet-lab');

type StudyFile = z.infer<typeof studySchema>;

/** The JSON Schema of study files, for editors. */
export function studyJsonSchema(): object {
  return z.toJSONSchema(studySchema, { io: 'input', reused: 'ref' });
}

/**
 * Reads and checks a study file.
 * @param file names it in errors. @param seeds replace the file's.
 * @throws UsageError with line and column of the first mistake.
 */
export function parseStudyFile(text: string, file: string, seeds?: readonly number[]): StudyDefinition {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [syntax] = document.errors;
  if (syntax) throw mistake(syntax.message.split('\n')[0]!, syntax.pos[0]);
  const result = studySchema.safeParse(document.toJS());
  if (!result.success) {
    const issues = result.error.issues.map(deepest);
    // A misspelt key is also a missing one; the first is what to mend.
    const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!;
    throw mistakeAt(
      issue.path,
      explain(issue, document.getIn(issue.path)),
      issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined,
    );
  }
  return definitionOf(result.data, mistakeAt, seeds);

  function mistake(message: string, offset: number | undefined): UsageError {
    if (offset === undefined) return new UsageError(`${file}: ${message}`);
    const { line, col } = lines.linePos(offset);
    return new UsageError(`${file}:${line}:${col}: ${message}`);
  }

  /** Points at the node of the path, or the nearest above it; at the key itself if one is named. */
  function mistakeAt(path: readonly PropertyKey[], message: string, key?: string): UsageError {
    for (let depth = path.length; depth >= 0; depth--) {
      const node: unknown = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
      if (key !== undefined && depth === path.length) {
        const pair = pairsOf(node).find((item) => String(item.key) === key);
        if (pair) return mistake(message, pair.key.range?.[0]);
      }
      const range = (node as { range?: readonly number[] } | null | undefined)?.range;
      if (range) return mistake(message, range[0]);
    }
    return mistake(message, undefined);
  }
}

interface KeyNode {
  readonly range?: readonly number[];
  toString(): string;
}

function pairsOf(node: unknown): readonly { readonly key: KeyNode }[] {
  const items = (node as { items?: unknown } | null)?.items;
  return Array.isArray(items) ? items.filter((item) => item?.key) : [];
}

type Issue = z.core.$ZodIssue;

/** Of a union's branches the one whose shape was meant: it has no complaint about the value's very type. */
function deepest(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue;
  const branch = issue.errors.find(
    (issues) => !issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0),
  );
  const first = branch?.find(({ code }) => code === 'unrecognized_keys') ?? branch?.[0];
  if (!first) return issue;
  return deepest({ ...first, path: [...issue.path, ...first.path] } as Issue);
}

function explain(issue: Issue, found: unknown): string {
  const given = found === undefined || typeof found === 'object' ? '' : `, got ${JSON.stringify(found)}`;
  const where = issue.path.map(String).join('.') || 'the file';
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(issue.path);
    const near = nearest(issue.keys[0]!, known);
    const hint = near === undefined ? `; allowed are ${known.join(', ')}` : `; did you mean ${near}?`;
    return `unknown key "${issue.keys[0]}" in ${where}${hint}`;
  }
  // Values of hyperparameters are refused in the words of their table.
  const name = [...issue.path]
    .reverse()
    .find((key): key is HyperparameterName => (names as readonly PropertyKey[]).includes(key));
  if (name !== undefined && (typeof found !== 'object' || found === null) && found !== undefined) {
    const isLevel = !['low', 'high', 'log', 'step'].includes(String(issue.path.at(-1)));
    if (isLevel) return refusal(name, found, where) ?? `${where}: ${issue.message}${given}`;
  }
  switch (issue.code) {
    case 'invalid_value':
      if (found === undefined) return `${where} is missing: give one of ${issue.values.map(String).join(', ')}`;
      return `${where}: allowed are ${issue.values.map(String).join(', ')}${given}${didYouMean(found, issue.values.map(String))}`;
    case 'invalid_type':
      return found === undefined
        ? `${where} is missing (${issue.expected})`
        : `${where}: expected ${article(issue.expected)}${given}`;
    case 'too_small':
      if (issue.origin === 'array') return `${where} is empty: at least one is needed`;
      return `${where}: expected ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${given}`;
    case 'too_big':
      return `${where}: expected at most ${issue.maximum}${given}`;
    case 'invalid_format':
      return `${where}: expected letters, digits, dots, dashes and underscores${given}`;
    case 'invalid_union':
      return `${where}: ${shapeOf(issue.path)}${given}`;
    default:
      return `${where}: ${issue.message}${given}`;
  }
}

function didYouMean(found: unknown, choices: readonly string[]): string {
  const near = nearest(String(found), choices);
  return near === undefined ? '' : `; did you mean ${near}?`;
}

function article(expected: string): string {
  return (
    ({ array: 'a list', object: 'a map', int: 'an integer' } as Record<string, string>)[expected] ?? `a ${expected}`
  );
}

function shapeOf(path: readonly PropertyKey[]): string {
  if (path[0] === 'seeds') return 'expected a number of seeds or a list of them (integers from 0)';
  if (path[0] === 'random') return 'expected a range { low, high } or a list of values';
  return 'expected a value or a map { label, hyperparameter: value, ... }';
}

function refusal(name: HyperparameterName, value: unknown, label: string): string | undefined {
  try {
    checkHyperparameter(name, value, label);
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

function knownKeys([root, ...rest]: readonly PropertyKey[]): readonly string[] {
  if (root === undefined) return Object.keys(studySchema.shape);
  if (root === 'random') {
    if (rest.length === 0) return ['trials', 'seed', 'space'];
    return rest.length === 1 ? names : ['low', 'high', 'log', 'step'];
  }
  const inLevel = rest.length >= (root === 'stages' ? 3 : 2);
  return inLevel ? ['label', ...names] : names;
}

type Complain = (path: readonly PropertyKey[], message: string) => UsageError;

function definitionOf(file: StudyFile, complain: Complain, seeds?: readonly number[]): StudyDefinition {
  const { name, protocol, objective } = file;
  const given = (['stages', 'grid', 'random'] as const).filter((key) => file[key] !== undefined);
  if (given.length !== 1) {
    const what = given.length === 0 ? 'nothing is varied' : `${given.join(' and ')} exclude each other`;
    throw complain(given.length === 0 ? [] : [given[1]!], `${what}: give one of stages, grid, random`);
  }
  const base = file.base as Settings;
  checkSettings(base, ['base'], complain);
  const common = {
    name,
    protocol,
    objective,
    base,
    seeds: seeds ?? seedsOf(file.seeds, complain),
    ...(file.compare === 'previous' ? { compare: 'previous' as const } : {}),
  };
  if (file.stages) {
    const stages = file.stages.map((stage, index) => stageOf(stage, index, complain));
    checkReachable(base, stages, complain);
    return { ...common, plan: 'one-factor-at-a-time', stages };
  }
  if (file.grid) {
    const factors = Object.entries(file.grid);
    if (factors.length === 0) throw complain(['grid'], 'grid is empty: at least one hyperparameter is needed');
    const levels = gridLevels(factors.map(([key, items]) => levelsOf(key, items ?? [], ['grid', key], complain)));
    const stage = { name: factors.map(([key]) => key).join(' x '), levels };
    checkReachable(base, [stage], complain);
    return { ...common, plan: 'grid', stages: [stage] };
  }
  const { space, trials, seed } = file.random!;
  if (Object.keys(space).length === 0)
    throw complain(['random', 'space'], 'space is empty: at least one hyperparameter is needed');
  for (const [key, from] of Object.entries(space)) {
    if (!Array.isArray(from)) checkRange(key as HyperparameterName, from as Range, complain);
  }
  const ranges = Object.entries(space).map(([key, from]) => {
    const isRange = !Array.isArray(from) && hyperparameters[key as HyperparameterName].kind !== 'number';
    return [key, isRange ? { step: 1, ...(from as Range) } : from];
  });
  const stage = {
    name: Object.keys(space).join(' x '),
    levels: sampleLevels(Object.fromEntries(ranges), { trials, seed }),
  };
  checkReachable(base, [stage], complain, ['random', 'space']);
  return { ...common, plan: 'random', stages: [stage] };
}

function seedsOf(given: number | readonly number[], complain: Complain): readonly number[] {
  if (typeof given === 'number') return Array.from({ length: given }, (_, index) => index + 1);
  const twice = given.findIndex((seed, index) => given.indexOf(seed) !== index);
  if (twice >= 0) throw complain(['seeds', twice], `seed ${given[twice]} stands twice in seeds`);
  return given;
}

function stageOf(
  stage: StudyFile['stages'] extends (infer S)[] | undefined ? S : never,
  index: number,
  complain: Complain,
): Stage {
  const factors = Object.entries(stage as Record<string, unknown[]>);
  if (factors.length !== 1) {
    const what = factors.length === 0 ? 'it varies nothing' : `it varies ${factors.map(([key]) => key).join(' and ')}`;
    throw complain(
      ['stages', index],
      `a stage varies one hyperparameter, but ${what}; a level may be a map that sets several`,
    );
  }
  const [[name, items]] = factors as [[string, unknown[]]];
  return { name, levels: levelsOf(name, items, ['stages', index, name], complain) };
}

function levelsOf(name: string, items: readonly unknown[], path: readonly PropertyKey[], complain: Complain): Level[] {
  const levels = items.map((item, index): Level => {
    if (typeof item !== 'object' || item === null) {
      const settings = { [name]: item as Value };
      return { settings, label: labelOf(settings) };
    }
    const { label, ...settings } = item as Settings & { label?: string };
    if (Object.keys(settings).length === 0) throw complain([...path, index], 'the level sets nothing');
    return { settings: settings as Settings, label: label ?? labelOf(settings as Settings) };
  });
  const keys = levels.map(({ settings }) => JSON.stringify(Object.entries(settings).sort()));
  const twice = keys.findIndex((key, index) => keys.indexOf(key) !== index);
  if (twice >= 0) throw complain([...path, twice], `the level ${levels[twice]!.label} stands twice`);
  const labels = levels.map(({ label }) => label);
  const alike = labels.findIndex((label, index) => labels.indexOf(label) !== index);
  if (alike >= 0) throw complain([...path, alike], `two levels are labelled ${labels[alike]}`);
  return levels;
}

function checkRange(name: HyperparameterName, { low, high, log, step }: Range, complain: Complain): void {
  const path = ['random', 'space', name];
  const { kind } = hyperparameters[name];
  if (kind === 'choice' || kind === 'flag') throw complain(path, `${name} has no range: give a list of values`);
  if (low >= high) throw complain(path, `the range of ${name} is empty: low ${low} is not below high ${high}`);
  if (log && low <= 0) throw complain([...path, 'low'], `a log range must lie above 0, ${name} begins at ${low}`);
  if (kind !== 'number' && ![low, high, step ?? 1].every(Number.isInteger)) {
    throw complain(path, `${name} takes integers: low, high and step must be integers`);
  }
  for (const [key, bound] of Object.entries({ low, high })) {
    const problem = refusal(name, bound, `${name}.${key}`);
    if (problem !== undefined) throw complain([...path, key], problem);
  }
}

/** Beyond this many combinations of levels only each level upon the base is checked beforehand. */
const mostCombinations = 20_000;

/** Any choice of the stages above must leave settings that can be trained with. */
function checkReachable(
  base: Settings,
  stages: readonly Stage[],
  complain: Complain,
  path?: readonly PropertyKey[],
): void {
  let reached: Settings[] = [base];
  for (const [index, { name, levels }] of stages.entries()) {
    for (const [position, { settings }] of levels.entries()) {
      for (const start of reached) {
        const place =
          path ??
          (stages.length > 1 || name in (stages[0]?.levels[0]?.settings ?? {})
            ? ['stages', index, name, position]
            : ['grid']);
        checkSettings({ ...start, ...settings }, place, complain);
      }
    }
    const next = reached.flatMap((start) => levels.map(({ settings }) => ({ ...start, ...settings })));
    if (next.length <= mostCombinations) reached = next;
  }
}

function checkSettings(settings: Settings, path: readonly PropertyKey[], complain: Complain): void {
  try {
    completeSettings(settings);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw complain(path, `${error.message} (with ${labelOf(settings)})`);
  }
}
