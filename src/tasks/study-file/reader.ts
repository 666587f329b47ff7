/**
 * Reads study files: YAML, checked against a table of hyperparameters; each mistake is reported with line and column.
 */
import { z } from 'zod';
import { UsageError } from '../../base/errors.ts';
import { contentIn } from '../../base/named-content.ts';
import type { DataOptions } from '../../data/source.ts';
import {
  isSeedRule,
  type Level,
  type SearchPlan,
  type SeedRule,
  type Settings,
  type StudyDefinition,
  type StudyTeachers,
} from '../../study/definition.ts';
import { stepProblem } from '../../study/space.ts';
import { planProblem } from '../../study/strategies.ts';
import { type ReadContent, withContents } from './contents.ts';
import { type DeclaredRange, defaultsFor, spaceOfLevels, spaceOfRandom } from './declared-space.ts';
import { type PlacedFactor, readFactor } from './levels.ts';
import { mistakeOf, refusal } from './mistakes.ts';
import { type Contest, checkBase, checkConditions, checkReachable, factorsOfSpace } from './reachable.ts';
import { type NamedRecipe, overRecipe } from './recipe.ts';
import { type FileDistillation, planKeys, type StudyFile, studySchema } from './schema.ts';
import type { ParameterTable } from './table.ts';
import { type Path, readYaml, type YamlSource } from './yaml-source.ts';

export interface StudyFileReader {
  /** The JSON Schema of study files, for editors. */
  jsonSchema(): object;
  /**
   * Reads and checks a study file.
   * @param file names it in errors. @throws UsageError that begins with `file:line:column:` of the first mistake.
   */
  read(text: string, file: string, options?: ReadOptions): StudyDefinition;
  /** The data that a study file names; undefined where it names none. @throws UsageError as `read` does. */
  readData(text: string, file: string, options?: ReadOptions): FileData | undefined;
  /** The files that the settings of a study file name. @throws UsageError as `read` does. */
  readFiles(text: string, file: string, options?: ReadOptions): readonly NamedFile[];
}

/** The data of a study as its file names them. */
export interface FileData extends DataOptions {
  /** A name, or a folder or file, relative to the study file. */
  readonly place: string;
  readonly format?: string;
}

export interface ReadOptions {
  /** Replace the file's. */
  readonly seeds?: readonly number[] | undefined;
  /** A recipe by its name. @throws UsageError for an unknown name. Default: no name is known. */
  readonly recipe?: ((name: string) => GivenRecipe) | undefined;
  /** The content of a file that a setting names, such as a network file. Default: no file is known. */
  readonly content?: ReadContent | undefined;
  /**
   * The teachers that a file or its recipe names. @throws UsageError where they cannot teach. Default: teachers are left
   * out.
   */
  readonly teachers?: ((found: FoundDistillation) => StudyTeachers) | undefined;
}

type GivenRecipe = Pick<NamedRecipe, 'settings' | 'distill'>;

/** The teachers that a study file names itself, or those of its recipe, as the recipe's reader gives them. */
export interface FoundDistillation {
  readonly distill: FileDistillation;
  readonly isOfRecipe: boolean;
}

/** A file whose content is a value of a study file. */
export interface NamedFile {
  /** The content, with the file's name. */
  readonly content: string;
  /** Where the file is named: from the start of this character of the text to that of the other. */
  readonly range: readonly [start: number, end: number];
}

/** A reader of study files that may set and vary the hyperparameters of the table. */
export function studyFileReader(table: ParameterTable): StudyFileReader {
  const schema = studySchema(table);
  const checked = (text: string, file: string, { recipe, content: read }: ReadOptions = {}) => {
    const source = readYaml(text, file);
    if (source.data === null) {
      throw source.mistake([], `the file is empty: a study needs name, protocol and one of ${planKeys.join(', ')}`);
    }
    checkOnePlan(source);
    const extended = withContents(source, table, { read, more: contentsOfRecipe(source, table, recipe) });
    const own = extended.table === table ? schema : studySchema(extended.table);
    const result = own.safeParse(extended.data);
    if (!result.success) throw mistakeOf(result.error, { schema: own, table: extended.table, source });
    return { content: result.data, source, table: extended.table, files: extended.files };
  };
  return {
    jsonSchema: () => z.toJSONSchema(studySchema(table, { allowsNumbers: true }), { io: 'input', reused: 'ref' }),
    read(text, file, options = {}) {
      const { content, source, table } = checked(text, file, options);
      return definitionOf(inFileOrder(content, source.data), { table, source }, options);
    },
    readData: (text, file, options) => dataOf(checked(text, file, options).content),
    readFiles(text, file, options) {
      const { source, files } = checked(text, file, options);
      return files.flatMap(({ path, content }) => {
        const [start, end] = source.scalarAt(path)?.range ?? [];
        return start === undefined || end === undefined ? [] : [{ content, range: [start, end] as const }];
      });
    },
  };
}

/** The contents among the settings of the recipe that a study file names; none where it names none, or an unknown one. */
function contentsOfRecipe(
  source: YamlSource,
  { files }: ParameterTable,
  recipe: ReadOptions['recipe'] = noRecipe,
): readonly string[] {
  const name = source.valueAt(['base', 'recipe']);
  if (files === undefined || typeof name !== 'string') return [];
  try {
    const value = recipe(name).settings[files.name];
    return contentIn(value) === undefined ? [] : [String(value)];
  } catch (error) {
    // The message comes where the base is made.
    if (error instanceof UsageError) return [];
    throw error;
  }
}

function dataOf({ data }: StudyFile): FileData | undefined {
  if (data === undefined || typeof data === 'string') return data === undefined ? undefined : { place: data };
  const { place, format, imageSize, resize, colour, labelColumn, skipUnreadable } = data;
  return {
    place,
    ...(format === undefined ? {} : { format }),
    ...(imageSize === undefined ? {} : { size: Array.isArray(imageSize) ? imageSize : [imageSize, imageSize] }),
    ...(resize === undefined ? {} : { resize }),
    ...(colour === undefined ? {} : { colour }),
    ...(labelColumn === undefined ? {} : { label: labelColumn }),
    ...(skipUnreadable === undefined ? {} : { skipUnreadable }),
  };
}

/** The schema gives its own order to keys, but the order of a grid's factors matters. */
function inFileOrder<T>(checked: T, written: unknown): T {
  if (Array.isArray(checked) && Array.isArray(written)) {
    return checked.map((item: unknown, index) => inFileOrder(item, written[index])) as T;
  }
  if (!isMap(checked) || !isMap(written)) return checked;
  const keys = [...new Set([...Object.keys(written), ...Object.keys(checked)])];
  return Object.fromEntries(keys.map((key) => [key, inFileOrder(checked[key], written[key])])) as T;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

interface Means {
  readonly table: ParameterTable;
  readonly source: YamlSource;
}

function definitionOf(
  file: StudyFile,
  means: Means,
  { seeds: replaced, recipe = noRecipe, teachers }: ReadOptions,
): StudyDefinition {
  const { table, source } = means;
  if (planKeys.every((key) => file[key] === undefined)) {
    throw source.mistake([], `nothing is varied: give one of ${planKeys.join(', ')}`);
  }
  for (const key of ['heldOut', 'heldOutSplit'] as const) {
    if (file[key] === undefined || file.protocol === 'held-out') continue;
    throw source.mistake([key], `${key} is for protocol held-out, the protocol is ${file.protocol}`);
  }
  const { recipe: name, ...own } = file.base;
  const named = name === undefined ? undefined : recipeNamed(String(name), source, recipe);
  const base = named ? overRecipe(named.settings, own as Settings, table.parameters) : (own as Settings);
  const distill = teachers && teachersOf(file, { source, named, teachers });
  checkBase(base, means);
  const given = seedsOf(file.seeds, source);
  const seeds = replaced ?? given;
  if (file.compare === 'previous' && isSeedRule(seeds)) {
    throw source.mistake(
      ['compare'],
      'compare: previous needs the same seeds for every level, so seeds must be a number or a list, not a rule',
    );
  }
  const { plan, space, contests } = readPlan(file, { base, ...means });
  const defaults = defaultsFor({ base, space }, table.parameters);
  const definition: StudyDefinition = {
    name: file.name,
    protocol: file.protocol,
    ...(file.heldOut === undefined ? {} : { heldOut: file.heldOut }),
    ...((file.heldOutSplit ?? 1) === 1 ? {} : { heldOutSplit: file.heldOutSplit! }),
    ...(distill ? { distill } : {}),
    objective: file.objective,
    base,
    ...(Object.keys(defaults).length > 0 ? { defaults } : {}),
    plan,
    space,
    seeds,
    ...(file.compare === 'previous' ? { compare: 'previous' as const } : {}),
    ...(file.keep === 'winners' ? { keep: file.keep } : {}),
  };
  const problem = planProblem(definition);
  if (problem) throw source.mistake([], problem.message, problem.of === 'seeds' && !replaced ? 'seeds' : plan.kind);
  for (const { factors, leavesOut } of contests) if (leavesOut) checkConditions(factors, definition, means);
  checkReachable(contests, definition, means);
  return definition;
}

/** The recipe of a base. Its settings are written out, so that a journal does not depend on the recipe's file. */
function recipeNamed(name: string, source: YamlSource, recipe: (name: string) => GivenRecipe): GivenRecipe {
  return placed(['base', 'recipe'], source, () => recipe(name));
}

function teachersOf(
  file: StudyFile,
  {
    source,
    named,
    teachers,
  }: {
    readonly source: YamlSource;
    readonly named: GivenRecipe | undefined;
    readonly teachers: NonNullable<ReadOptions['teachers']>;
  },
): StudyTeachers | undefined {
  const { distill } = file;
  if (distill) return placed(['distill'], source, () => teachers({ distill, isOfRecipe: false }));
  if (!named?.distill) return undefined;
  const ofRecipe = named.distill;
  return placed(['base', 'recipe'], source, () => teachers({ distill: ofRecipe, isOfRecipe: true }));
}

/** The value, or its error with the place in the file. */
function placed<T>(path: Path, source: YamlSource, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof UsageError) throw source.mistake(path, error.message);
    throw error;
  }
}

function noRecipe(name: string): never {
  throw new UsageError(`unknown recipe "${name}": no recipes are known here`);
}

function checkOnePlan(source: YamlSource): void {
  const given = planKeys.filter((key) => source.valueAt([key]) !== undefined);
  const [, second] = given;
  if (second === undefined) return;
  const all = `${given.slice(0, -1).join(', ')} and ${given.at(-1)}`;
  throw source.mistake([], `${all} are given, a study has one of them: keep one`, second);
}

function seedsOf(given: number | readonly number[] | SeedRule, source: YamlSource): readonly number[] | SeedRule {
  if (typeof given === 'number') return Array.from({ length: given }, (_, index) => index + 1);
  if (isSeedRule(given)) {
    const { atLeast, atMost } = given;
    if (atLeast <= atMost) return given;
    throw source.mistake(['seeds', 'atLeast'], `seeds.atLeast is ${atLeast}, above atMost, which is ${atMost}`);
  }
  const known = new Set<number>();
  for (const [index, seed] of given.entries()) {
    if (known.has(seed)) throw source.mistake(['seeds', index], `seed ${seed} stands twice in seeds`);
    known.add(seed);
  }
  return given;
}

interface ReadPlan extends Pick<StudyDefinition, 'plan' | 'space'> {
  readonly contests: readonly Contest[];
}

function readLevels({ stages, grid }: StudyFile, { base, table, source }: Means & { base: Settings }): ReadPlan {
  const { plan, contests } = stages ? readStages(stages, source) : readGrid(grid!, source);
  return { plan, space: spaceOfLevels(plan, base, table.parameters), contests };
}

function readStages(stages: NonNullable<StudyFile['stages']>, source: YamlSource) {
  const factors = stages.map((stage, index) => {
    const path = ['stages', index];
    const [first, ...more] = Object.entries(stage);
    if (!first || more.length > 0) {
      const names = [first, ...more].flatMap((entry) => (entry ? [entry[0]] : []));
      const what = names.length === 0 ? 'it varies nothing' : `it varies ${names.join(' and ')}`;
      const rule = `a stage varies one hyperparameter, but ${what}; a level may be a map that sets several`;
      throw source.mistake(path, rule);
    }
    const [name, items = []] = first;
    return readFactor(name, items, { path: [...path, name], source });
  });
  const plan = {
    kind: 'stages' as const,
    stages: factors.map(({ name, levels }) => ({ factors: [name], levels: levels.map(({ level }) => level) })),
  };
  return { plan, contests: factors.map((factor) => ({ factors: [factor], leavesOut: false })) };
}

function readGrid(grid: NonNullable<StudyFile['grid']>, source: YamlSource) {
  const entries = Object.entries(grid);
  if (entries.length === 0) throw source.mistake(['grid'], 'grid is empty: at least one hyperparameter is needed');
  const factors = entries.map(
    ([name, items = []]): PlacedFactor => readFactor(name, items, { path: ['grid', name], source }),
  );
  const plan = {
    kind: 'grid' as const,
    factors: factors.map(({ name, levels }) => ({ name, levels: levels.map(({ level }) => level) })),
  };
  // A grid of one factor keeps its levels unchanged, with their labels.
  return { plan, contests: [{ factors, leavesOut: factors.length > 1 }] };
}

function readPlan(file: StudyFile, { base, ...means }: Means & { base: Settings }): ReadPlan {
  if (file.search) return readSearch(file.search, means);
  return file.random ? readRandom(file.random, means) : readLevels(file, { base, ...means });
}

function readRandom({ trials, seed, space }: NonNullable<StudyFile['random']>, means: Means): ReadPlan {
  return { plan: { kind: 'random', trials, seed }, ...readSpace(space, ['random', 'space'], means) };
}

/** Trainings of a search whose file gives no budget. */
const usualTrainings = 120;

function readSearch(file: NonNullable<StudyFile['search']>, means: Means): ReadPlan {
  const { space, sampler, earlyStopping, confirm, parallel, seed } = file;
  const budgets = (['trainings', 'epochs', 'hours'] as const).filter((key) => file[key] !== undefined);
  const [first = 'trainings', second] = budgets;
  if (second !== undefined) {
    throw means.source.mistake(['search'], `the budget is given in ${first} and in ${second}: keep one`, second);
  }
  const plan: SearchPlan = {
    kind: 'search',
    sampler,
    [first]: file[first] ?? usualTrainings,
    earlyStopping,
    ...(file.finalists === undefined ? {} : { finalists: file.finalists }),
    confirm,
    parallel,
    seed,
    ...(file.resolve === undefined ? {} : { resolve: file.resolve }),
  };
  return { plan, ...readSpace(space, ['search', 'space'], means) };
}

type DeclaredSpace = NonNullable<StudyFile['random'] | StudyFile['search']>['space'];

function readSpace(declared: DeclaredSpace, path: Path, means: Means): Omit<ReadPlan, 'plan'> {
  const entries = Object.entries(declared).flatMap(([name, from]) => (from === undefined ? [] : [{ name, from }]));
  if (entries.length === 0) {
    throw means.source.mistake(path, 'space is empty: at least one hyperparameter is needed');
  }
  const ranges = entries.map(({ name, from }): [string, DeclaredRange | readonly Level[]] => {
    const place = [...path, name];
    if (!Array.isArray(from)) {
      checkRange(name, from, { path: place, ...means });
      return [name, from];
    }
    return [name, readFactor(name, from, { path: place, source: means.source }).levels.map(({ level }) => level)];
  });
  checkSetOnce(ranges, path, means);
  const space = spaceOfRandom(Object.fromEntries(ranges), means.table.parameters);
  return { space, contests: [{ factors: factorsOfSpace(space, path), leavesOut: true }] };
}

/** @throws UsageError where two dimensions set the same hyperparameter. */
function checkSetOnce(
  ranges: readonly (readonly [string, DeclaredRange | readonly Level[]])[],
  path: Path,
  { source }: Means,
): void {
  const setBy = new Map<string, string>();
  for (const [name, from] of ranges) {
    const names = 'low' in from ? [name] : from.flatMap(({ settings }) => Object.keys(settings));
    for (const set of new Set(names)) {
      const other = setBy.get(set);
      if (other !== undefined) {
        throw source.mistake([...path, name], `${set} is set by ${other} and by ${name}: a setting has one value`);
      }
      setBy.set(set, name);
    }
  }
}

function checkRange(
  name: string,
  { low, high, log, step }: DeclaredRange,
  { path, table, source }: Means & { readonly path: Path },
): void {
  const mistake = (key: string, message: string) => source.mistake([...path, key], message);
  const { kind } = table.parameters[name]!;
  if (kind === 'choice' || kind === 'flag' || kind === 'list' || kind === 'names')
    throw source.mistake(path, `${name} has no range: give a list of values`);
  if (low >= high) throw source.mistake(path, `the range of ${name} is empty: low ${low} is not below high ${high}`);
  if (log && low <= 0) throw mistake('low', `a log range must lie above 0, ${name} begins at ${low}`);
  const isInteger = kind !== 'number';
  if (isInteger && ![low, high, step ?? 1].every(Number.isInteger)) {
    throw source.mistake(path, `${name} takes integers: low, high and step must be integers`);
  }
  for (const [key, value] of Object.entries({ low, high })) {
    const problem = refusal(table, name, { value, label: `${name}.${key}` });
    if (problem !== undefined) throw mistake(key, problem);
  }
  if (log && step !== undefined && !(isInteger && step === 1)) {
    const allowed = isInteger ? 'integers with log have steps of 1' : 'a range with log has no step';
    throw mistake('step', `${name}: ${allowed}, got ${step}; leave out step or log`);
  }
  if (step === undefined) return;
  if (step > high - low) {
    throw mistake('step', `${name}: a step of ${step} is longer than the range from ${low} to ${high}`);
  }
  const problem = stepProblem({ low, high, step });
  if (problem !== undefined) throw mistake('step', `${name}: ${problem}, leave out the step`);
}
