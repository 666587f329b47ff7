/** What matters in a grid: the analysis of variance of its trainings by hyperparameter. */
import { type AnalysisOfVariance, analyzeVariance, type Treatment, type VarianceRow } from './analysis-of-variance.ts';
import type { StageView } from './contest.ts';
import { isSeedRule, type StudyDefinition } from './definition.ts';
import { type Cell, layoutOf, termsOf } from './grid-layout.ts';
import { holm } from './statistics.ts';
import { gridCombinations } from './strategies/grid.ts';
import { completeTrials, configurationKey } from './trial.ts';

/** A row of the analysis, by names. */
export interface GridVarianceRow extends Omit<VarianceRow, 'source'> {
  /** `effect`: of one factor or a pair. `higher`: of more than two factors together. `seeds` and `rest` have no names. */
  readonly kind: 'effect' | 'higher' | 'seeds' | 'rest';
  /** The factors whose effect it is. */
  readonly names: readonly string[];
  /** The factors under some of whose levels alone `names` count: the effect is one within these levels. */
  readonly within: readonly string[];
  /** `p` after Holm's correction for all rows of effects; undefined of the seeds. */
  readonly adjusted: number | undefined;
}

export interface GridVariance extends Omit<AnalysisOfVariance, 'rows'> {
  readonly rows: readonly GridVarianceRow[];
  /** The seeds whose trainings are analysed: those that every combination was trained with. */
  readonly seeds: readonly number[];
  /** How many configurations are analysed. */
  readonly configurations: number;
  /** Levels of the stage that lack a score for one of the seeds, by index. */
  readonly leftOut: readonly number[];
}

/**
 * The analysis of variance of a finished grid. Under a seed rule it takes the seeds of the first round, since later ones
 * depend on the scores.
 * @returns undefined for other studies, an unfinished one, one seed, a single configuration, equal scores, and an
 * incomplete grid that is too large.
 */
export function gridVariance(
  stage: StageView,
  definition: Pick<StudyDefinition, 'plan' | 'seeds' | 'base' | 'defaults' | 'space'>,
): GridVariance | undefined {
  const { plan } = definition;
  const seeds = isSeedRule(definition.seeds) ? stage.seeds.slice(0, definition.seeds.atLeast) : stage.seeds;
  if (plan.kind !== 'grid' || !stage.finished || seeds.length < 2) return undefined;
  const positions = new Map(stage.levels.map(({ level }, index) => [configurationKey(level.settings), index]));
  const cells = gridCombinations(plan, definition).map(({ choice, settings }): Cell => {
    const level = positions.get(configurationKey(settings))!;
    return { choice, key: stage.levels[level]!.key };
  });
  const layout = layoutOf(cells);
  const treatments: Treatment[] = [];
  for (const [key, levels] of layout.levels) {
    const { trials } = stage.levels.find((level) => level.key === key)!;
    const scores = completeTrials(trials.slice(0, seeds.length)).map(({ score }) => score);
    if (scores.length === seeds.length) treatments.push({ levels, scores });
  }
  const varied = [...plan.factors.keys()].filter((f) => new Set(treatments.map(({ levels }) => levels[f])).size > 1);
  if (varied.length === 0) return undefined;
  const terms = termsOf(varied, layout.parents);
  const analysis = analyzeVariance(
    treatments,
    terms.map(({ factors }) => factors),
  );
  if (!analysis) return undefined;
  const nameOf = (factor: number) => plan.factors[factor]!.name;
  return {
    ...analysis,
    rows: named(analysis.rows, (source) => {
      const { own } = terms.find(({ factors }) => factors === source)!;
      const within = source.filter((factor) => !own.includes(factor));
      return { names: own.map(nameOf), within: within.map(nameOf) };
    }),
    seeds,
    configurations: treatments.length,
    leftOut: [...stage.levels.keys()].filter(
      (index) => completeTrials(stage.levels[index]!.trials.slice(0, seeds.length)).length < seeds.length,
    ),
  };
}

type Names = Pick<GridVarianceRow, 'names' | 'within'>;

function named(rows: readonly VarianceRow[], namesOf: (source: readonly number[]) => Names): GridVarianceRow[] {
  const isEffect = ({ source, p }: VarianceRow) => source !== 'seeds' && source !== 'rest' && p !== undefined;
  const adjusted = holm(rows.filter(isEffect).map(({ p }) => p!));
  const effects = rows.filter(isEffect);
  return rows.map(({ source, ...row }): GridVarianceRow => {
    const own = effects.findIndex((effect) => effect.source === source);
    const names = typeof source === 'string' ? { names: [], within: [] } : namesOf(source);
    return { ...row, ...names, kind: typeof source === 'string' ? source : 'effect', adjusted: adjusted[own] };
  });
}
