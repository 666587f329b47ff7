/**
 * The facts of a study: its findings as numbers and structure, computed from its record alone. No files are read and no
 * sentences are made here.
 */
import type { ForeignTrial, StudyRecord, TestLook, WorkSession } from '../store/store.ts';
import { compareSteps, type StepComparison } from '../study/compare.ts';
import { isRepeated, type LevelView, type StageView } from '../study/contest.ts';
import {
  type Objective,
  objectives,
  resolveOf,
  type Settings,
  type StudyData,
  type StudyDefinition,
} from '../study/definition.ts';
import { type GridVariance, gridVariance } from '../study/grid-variance.ts';
import { judgeStage, type LevelJudgement, type StageJudgement } from '../study/judgement.ts';
import type { Summary } from '../study/statistics.ts';
import { followStudy } from '../study/strategies.ts';
import type { StudyView } from '../study/strategy.ts';
import { secondsOf, type Trial, TrialTable } from '../study/trial.ts';
import type { TaskSettings } from '../tasks/task.ts';
import { imagesOf } from './images.ts';
import { type Naming, namingOf } from './naming.ts';
import type { Reference, ReferenceRun } from './reference.ts';
import { configurationName, rolesInSearch, type SearchFacts, type SearchRole, searchFacts } from './search-facts.ts';

/** The score of a study and the images that it is measured on. */
export interface Measure {
  readonly objective: Objective;
  readonly goal: 'maximize' | 'minimize';
  /** The set that selects; undefined where the task has none. */
  readonly set: 'test' | 'validation' | undefined;
  /** Images of that set; undefined where no trial recorded its answers. */
  readonly images: number | undefined;
  /** Epochs of every trial, if all have the same number. */
  readonly epochs: number | undefined;
  /** The smallest difference that matters to the user. */
  readonly resolve: number;
}

/** A level's place in the study. */
export interface Place {
  readonly stage: number;
  readonly level: number;
}

export interface LevelFacts {
  readonly place: Place;
  readonly view: LevelView;
  /** `C1`, `C2`, ...: the configuration's name in the whole study. */
  readonly id: string;
  /** Scores in the order of the stage's seeds; undefined where there is none (yet). */
  readonly scores: readonly (number | undefined)[];
  /** Number, mean and standard deviation of the scores; the interval of the mean is the judgement's. */
  readonly summary: Omit<Summary, 'interval'> | undefined;
  readonly judgement: LevelJudgement;
  readonly isSelected: boolean;
  /** Its scores selected it in an earlier stage. */
  readonly isCarried: boolean;
  /**
   * The level that this level shares its trials with. `reason`: why, if the two levels' settings are written
   * differently.
   */
  readonly sameAs: (Place & { readonly reason: string | undefined }) | undefined;
  /** Trials that failed or were pruned. */
  readonly failures: readonly Trial[];
  readonly reference: ReferenceRun | undefined;
}

/** The levels that were still in at each round of a stage with a seed rule. */
export interface Timeline {
  /** Complete rounds; a round is one seed for every level still in. */
  readonly rounds: number;
  readonly entries: readonly {
    /** Index of the level in its stage. */
    readonly level: number;
    /** Rounds in which the level was trained. */
    readonly rounds: number;
    /**
     * `in`: still in. `left`: left after its last round. `withdrawn`: a trial of its last round failed or was pruned.
     */
    readonly end: 'in' | 'left' | 'withdrawn';
  }[];
}

export interface StageFacts {
  readonly index: number;
  readonly factors: readonly string[];
  /** Seeds asked for so far. */
  readonly seeds: readonly number[];
  readonly levels: readonly LevelFacts[];
  readonly judgement: StageJudgement;
  /** Each level against the one before; empty unless the study asks for it. */
  readonly steps: readonly StepComparison[];
  /** Index of the selected level. */
  readonly selected: number | undefined;
  readonly finished: boolean;
  /** Trials of this stage that have ended, each once. */
  readonly ended: number;
  readonly timeline: Timeline | undefined;
  /** Of a finished grid: what the hyperparameters explain; undefined where nothing can be said. */
  readonly variance: GridVariance | undefined;
}

export interface TrialFacts {
  readonly trial: Trial;
  /** Name of the trial's configuration; undefined if no level of the study has this configuration any more. */
  readonly id: string | undefined;
  /**
   * The levels that use this trial. Empty if a later trial replaced it; levels of other stages with other seeds do not
   * use it.
   */
  readonly places: readonly Place[];
  /** Canonical settings with the defaults filled in. */
  readonly settings: Settings;
  /** In a search: the proposal whose configuration it trains, and the phases that use it. */
  readonly search: SearchRole | undefined;
}

export interface Look extends TestLook {
  readonly id: string | undefined;
}

export interface EpochTime {
  readonly batchSize: number;
  /** Median seconds of training an epoch. */
  readonly ours: number;
  readonly reference: number | undefined;
}

export interface StudyFacts {
  readonly definition: StudyDefinition;
  /** Hash of all data that results depend on. */
  readonly dataHash: string;
  /** Absent in records of other tasks, and in records without a name of their data. */
  readonly data: StudyData | undefined;
  readonly measure: Measure;
  readonly naming: Naming;
  /** Of a search: its confirmation, once it has begun. */
  readonly stages: readonly StageFacts[];
  /** Undefined for a study that is no search. */
  readonly search: SearchFacts | undefined;
  /** By configuration id: the levels with this configuration, in the order of the study. */
  readonly configurations: ReadonlyMap<string, readonly Place[]>;
  readonly winner: (LevelFacts & { readonly looks: readonly Look[] }) | undefined;
  readonly finished: boolean;
  /** Index of the stage in which no level has a score for every seed. */
  readonly stuck: number | undefined;
  /** Every trial of the record, by number. */
  readonly trials: readonly TrialFacts[];
  /** Counts of the trials that levels use now. A failed trial that was tried again does not count. */
  readonly counts: {
    readonly [State in Trial['state']]: number;
  } & {
    /** Trials that have ended. */
    readonly ended: number;
    /** Expected number of trials of the whole study; an estimate while levels can still leave. */
    readonly expected: number;
  };
  readonly looks: readonly Look[];
  readonly sessions: readonly WorkSession[];
  readonly foreign: readonly ForeignTrial[];
  readonly wallSeconds: number;
  /** Seconds of training and evaluation, summed over all trials. */
  readonly coreSeconds: number;
  readonly epochTimes: readonly EpochTime[];
  readonly reference: Reference | undefined;
  /** Why two levels' settings are one configuration, see TaskSettings. */
  readonly whySame: TaskSettings['whySame'];
}

export interface FactsOptions {
  readonly judge?: typeof judgeStage;
  /** The number of images in the set that selects. If absent, the trials' answers tell. */
  readonly images?: number | undefined;
  readonly reference?: Reference | undefined;
}

/** @param settings of the task that the study is about. */
export function studyFacts(record: StudyRecord, settings: TaskSettings, options: FactsOptions = {}): StudyFacts {
  const { definition } = record;
  const table = new TrialTable(settings, record.trials);
  const view = followStudy(definition, table);
  const images = options.images ?? imagesOf(record.trials);
  const { ids, places } = configurationsOf(view);
  const complete = completing(settings);
  const served = servedPlaces(view);
  const roles = rolesInSearch(view);
  const trials = record.trials.map(
    (trial): TrialFacts => ({
      trial,
      id: ids.get(table.keyOf(trial.configuration)),
      places: served.get(trial) ?? [],
      settings: complete(table.canonical(trial.configuration)),
      search: roles.get(trial),
    }),
  );
  const stages = view.stages.map((stage) => stageFacts(stage, { view, ids, images, settings, options }));
  const looks = record.looks.map((look) => ({ ...look, id: ids.get(table.keyOf(look.configuration)) }));
  // If the reference matches no level, its conditions were others, and the report leaves it out.
  const isBeside = stages.some(({ levels }) => levels.some(({ reference: run }) => run !== undefined));
  const reference = isBeside ? options.reference : undefined;
  const winning = view.winner && stages.at(-1)!.levels[stages.at(-1)!.selected!]!;
  return {
    definition,
    dataHash: record.dataHash,
    data: record.data,
    stages,
    search: searchFacts(view, { complete, parameters: settings.parameters }),
    looks,
    trials,
    configurations: places,
    finished: view.finished,
    stuck: view.stuck,
    measure: measureOf(definition, images, epochsOf(view, complete)),
    naming: namingOf(definition, settings),
    winner: winning && { ...winning, looks: looks.filter(({ id }) => id === winning.id) },
    counts: countsOf(view),
    sessions: record.sessions,
    foreign: record.foreign,
    wallSeconds: record.sessions.reduce((sum, { seconds }) => sum + seconds, 0),
    coreSeconds: record.trials.reduce((sum, trial) => sum + secondsOf(trial), 0),
    epochTimes: epochTimes(trials, reference),
    reference,
    whySame: settings.whySame,
  };
}

/**
 * Names of the configurations in the order in which the study meets them, and where they stand. Those of a search have
 * the numbers of its proposals.
 */
function configurationsOf({ stages, search }: StudyView): {
  ids: ReadonlyMap<string, string>;
  places: ReadonlyMap<string, readonly Place[]>;
} {
  const ids = new Map<string, string>();
  const places = new Map<string, Place[]>();
  for (const { number, key } of search?.proposals ?? []) ids.set(key, configurationName(number));
  for (const { index, levels } of stages) {
    for (const [level, { key }] of levels.entries()) {
      const id = ids.get(key) ?? `C${ids.size + 1}`;
      ids.set(key, id);
      const known = places.get(id);
      if (known) known.push({ stage: index, level });
      else places.set(id, [{ stage: index, level }]);
    }
  }
  return { ids, places };
}

/** The levels that use each trial, in the order of the study. */
function servedPlaces({ stages }: StudyView): ReadonlyMap<Trial, readonly Place[]> {
  const served = new Map<Trial, Place[]>();
  for (const { index, levels } of stages) {
    for (const [level, { trials }] of levels.entries()) {
      for (const trial of trials) {
        if (!trial) continue;
        const known = served.get(trial);
        if (known) known.push({ stage: index, level });
        else served.set(trial, [{ stage: index, level }]);
      }
    }
  }
  return served;
}

/** `settings.complete`, called once for each configuration. */
function completing(settings: TaskSettings): (canonical: Settings) => Settings {
  const known = new Map<Settings, Settings>();
  return (canonical) => {
    const found = known.get(canonical) ?? settings.complete(canonical);
    known.set(canonical, found);
    return found;
  };
}

interface StageContext {
  readonly view: StudyView;
  readonly ids: ReadonlyMap<string, string>;
  readonly images: number | undefined;
  readonly settings: TaskSettings;
  readonly options: FactsOptions;
}

function stageFacts(stage: StageView, { view, ids, images, settings, options }: StageContext): StageFacts {
  const { definition } = view;
  const { judge = judgeStage, reference } = options;
  const judgement = judge(stage, definition, images);
  const { index, factors, seeds, selected, finished } = stage;
  const levels = stage.levels.map((level, position): LevelFacts => {
    const { sameAs } = level;
    const twin = sameAs && view.stages[sameAs.stage]!.levels[sameAs.level]!;
    return {
      place: { stage: index, level: position },
      view: level,
      id: ids.get(level.key)!,
      scores: seeds.map((_, i) => level.trials[i]?.score),
      summary: withoutInterval(level.summary),
      judgement: judgement.levels[position]!,
      isSelected: position === selected,
      isCarried: position === judgement.carried,
      sameAs: sameAs && { ...sameAs, reason: settings.whySame(level.settings, twin!.settings) },
      failures: level.trials.filter((trial) => trial !== undefined).filter(hasNoScore),
      reference: reference?.beside(stage, level),
    };
  });
  const trials = new Set(stage.levels.flatMap((level) => level.trials));
  return {
    index,
    factors,
    seeds,
    levels,
    judgement,
    selected,
    finished,
    steps:
      definition.compare === 'previous'
        ? compareSteps(stage, { objective: definition.objective, resolve: judgement.resolve })
        : [],
    ended: [...trials].filter((trial) => trial && trial.state !== 'running').length,
    timeline: timelineOf(stage),
    variance: gridVariance(stage, definition),
  };
}

/** Whether a trial failed or was pruned. */
export function hasNoScore({ state }: Pick<Trial, 'state'>): boolean {
  return state === 'failed' || state === 'pruned';
}

/** The interval of a summary may reach beyond the objective's range. */
function withoutInterval(summary: Summary | undefined): LevelFacts['summary'] {
  return summary && { n: summary.n, mean: summary.mean, sd: summary.sd };
}

function timelineOf({ rounds }: StageView): Timeline | undefined {
  if (!rounds) return undefined;
  return {
    rounds: rounds.rounds,
    entries: rounds.contenders.map((level, i) => {
      const [left, withdrawn] = [rounds.left[i]?.round, rounds.withdrawn[i]];
      if (withdrawn !== undefined) return { level, rounds: withdrawn, end: 'withdrawn' };
      return left === undefined ? { level, rounds: rounds.rounds, end: 'in' } : { level, rounds: left, end: 'left' };
    }),
  };
}

function measureOf(definition: StudyDefinition, images: number | undefined, epochs: number | undefined): Measure {
  const { objective, protocol } = definition;
  return {
    objective,
    images,
    epochs,
    goal: objectives[objective].goal,
    set: protocol && (protocol === 'post' ? 'test' : 'validation'),
    resolve: resolveOf(definition),
  };
}

/** Epochs of the configurations, if all have the same number and the task counts them. */
function epochsOf({ stages, search }: StudyView, complete: (canonical: Settings) => Settings): number | undefined {
  const found = new Set<unknown>((search?.proposals ?? []).map(({ configuration }) => complete(configuration).epochs));
  for (const { levels } of stages) {
    for (const { configuration } of levels) found.add(complete(configuration).epochs);
  }
  const [epochs] = found;
  return found.size === 1 && typeof epochs === 'number' ? epochs : undefined;
}

function countsOf({ trials, expected }: StudyView): StudyFacts['counts'] {
  const states = { running: 0, complete: 0, pruned: 0, failed: 0 };
  for (const { state } of trials) states[state]++;
  return { ...states, ended: trials.length - states.running, expected };
}

/** Medians over all trials, by batch size; none for a task without batches. */
function epochTimes(trials: readonly TrialFacts[], reference: Reference | undefined): EpochTime[] {
  const bySize = new Map<number, number[]>();
  for (const { trial, settings } of trials) {
    const { batchSize } = settings;
    if (typeof batchSize !== 'number') continue;
    const found = bySize.get(batchSize) ?? [];
    bySize.set(batchSize, found);
    for (const { epoch, seconds } of trial.curve) if (epoch > 0 && seconds) found.push(seconds.train);
  }
  return [...bySize]
    .filter(([, seconds]) => seconds.length > 0)
    .sort(([a], [b]) => a - b)
    .map(([batchSize, seconds]) => ({
      batchSize,
      ours: median(seconds),
      reference: reference?.secondsPerEpoch(batchSize),
    }));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
}

/** The stages whose levels compete: the one of a search confirms what its finals chose. */
export function contests({ stages, search }: Pick<StudyFacts, 'stages' | 'search'>): readonly StageFacts[] {
  return search ? [] : stages;
}

/** A level by its place. */
export function levelAt({ stages }: Pick<StudyFacts, 'stages'>, { stage, level }: Place): LevelFacts {
  return stages[stage]!.levels[level]!;
}

/** The first level of each configuration of a stage. */
export function distinctLevels({ index, levels }: Pick<StageFacts, 'index' | 'levels'>): LevelFacts[] {
  return levels.filter((level) => !isRepeated(level, index));
}

/** Configurations beside the selected one that may be the best as well. */
export function rivals(stage: StageFacts): LevelFacts[] {
  const { selected } = stage;
  if (selected === undefined) return [];
  const { id } = stage.levels[selected]!;
  return distinctLevels(stage).filter(
    (level) => level.id !== id && ['may be best', 'open'].includes(level.judgement.standing),
  );
}

/** Levels without a final score for every seed cannot be selected, and nothing is compared with them. */
export function isDropout({ judgement: { standing } }: Pick<LevelFacts, 'judgement'>): boolean {
  return standing === 'failed' || standing === 'pruned';
}

/** The configurations of a stage that are compared with each other. */
export function comparedLevels(stage: Pick<StageFacts, 'index' | 'levels'>): LevelFacts[] {
  return distinctLevels(stage).filter((level) => !isDropout(level));
}

/** The largest number of seeds that a level has. */
export function seedsTrained({ levels }: Pick<StageFacts, 'levels'>): number {
  return levels.reduce((most, { summary }) => Math.max(most, summary?.n ?? 0), 0);
}

/**
 * Whether every other level is worse, but at least one of them only as a trained network: other seeds may reverse the
 * choice.
 */
export function isChosenByNetworks(stage: StageFacts): boolean {
  if (stage.selected === undefined || comparedLevels(stage).length < 2 || rivals(stage).length > 0) return false;
  return comparedLevels(stage).some(
    ({ judgement }) => judgement.standing === 'worse' && judgement.scope === 'these networks',
  );
}
