/** What the data of a stage say about its levels. */
import { checkChoice, checkInteger, checkRecord, isRecord, wrong } from '../base/argument.ts';
import { isRepeated, type LevelView, type StageView } from './contest.ts';
import { differenceRange, objectives, resolveOf, type StudyDefinition } from './definition.ts';
import { compareWithBest, expectedMargin, type Interval, meanInterval, type StageVerdict } from './mcb.ts';
import { compareOnOtherImages, compareTheseNetworks } from './new-images.ts';
import { cutTo, mostSeedsAdvised } from './statistics.ts';
import { completeTrials, isComplete } from './trial.ts';

/**
 * `best`, `may be best`, `worse`: Hsu's comparisons with the best, or of one seed or two the images (see `scope`).
 * Under a seed rule `best` is the one level that did not leave (in at most 5 % of all studies it is worse than the best
 * by more than `resolve`), and `worse` holds at
 * all rounds together.
 * `left`: left a stage with a seed rule, not better by more than `resolve`, which is all that was shown. `open`:
 * undecided at `atMost`. `pruned`: a trial of it was stopped early, so it has no final score. `pending`: still being
 * trained.
 */
export type Standing = 'best' | 'may be best' | 'worse' | 'left' | 'open' | 'failed' | 'pruned' | 'pending';

export type { Interval } from './mcb.ts';

/** What the data say of one level. */
export interface LevelJudgement {
  readonly standing: Standing;
  /** Whether the standing holds for other seeds, or only for the trained networks. */
  readonly scope: 'other seeds' | 'these networks';
  /**
   * Mean minus the best of the others' means, in points of accuracy or units of the score; undefined without a
   * comparison.
   */
  readonly difference: number | undefined;
  /**
   * Hsu's constrained interval of it: [x, 0] is worse "by up to", [0, x] the best, else it may be the best. (For a loss
   * the signs are turned.)
   */
  readonly differenceToBest: Interval | undefined;
  /** Edwards and Hsu's interval of the same difference, with two ends: worse "by a to b". */
  readonly bothEnds: Interval | undefined;
  /** Student's interval of the mean over seeds, on these images, within the objective's range. */
  readonly mean: Interval | undefined;
  /** For other images of the same kind and other seeds; undefined without recorded answers, and for other objectives than accuracy. */
  readonly otherImages: { readonly mean: Interval; readonly differenceToBest: Interval | undefined } | undefined;
  /** Its scores vary significantly more from seed to seed than the others'. */
  readonly isNoisy: boolean;
  /** Under a seed rule: the round (number of seeds) after which it left, and the level that was ahead. */
  readonly departure: { readonly round: number; readonly behind: number } | undefined;
}

/** What the data say of a stage, level by level. */
export interface StageJudgement {
  /**
   * `mcb`: Hsu's comparisons over seeds. `images`: one seed, or two that decide nothing. `rounds`: a seed rule. `none`:
   * nothing to compare.
   */
  readonly method: 'mcb' | 'images' | 'rounds' | 'none';
  /** In the stage's order; levels that share a configuration share a judgement. */
  readonly levels: readonly LevelJudgement[];
  /** Standard deviation of a level's scores without the seeds' common effect, from all levels together. */
  readonly spread: number | undefined;
  /** A level whose mean is further than this behind the best mean is worse. */
  readonly margin: number | undefined;
  /** The smallest difference that matters to the user. */
  readonly resolve: number;
  /** Seeds a level after which the margin would be `resolve`, at this spread; `many` beyond 100. */
  readonly seedsNeeded: number | 'many' | undefined;
  /** Index of the level that came from the stage before with the scores it was selected for. */
  readonly carried: number | undefined;
}

/** A comparison on images costs (levels² x images / 2) steps; beyond this many it is left out. */
const mostSteps = 1e8;

/** The input of a judgement: the configurations that compete, each once, and the configuration of each level. */
interface Field {
  readonly stage: StageView;
  readonly definition: Pick<StudyDefinition, 'objective' | 'seeds'>;
  /**
   * Images a score counts; undefined for objectives other than accuracy, and where no answers were recorded. The recorded
   * answers are right or wrong without their classes, so they do not tell how a balanced accuracy varies over images.
   */
  readonly images: number | undefined;
  /** First levels of the configurations that compete, as positions in the stage. */
  readonly entrants: readonly number[];
  readonly scores: readonly (readonly number[])[];
}

/**
 * Judges a stage.
 * @param images of the set that selects, as many as a score counts; undefined where answers were not recorded.
 */
export function judgeStage(
  stage: StageView,
  definition: Pick<StudyDefinition, 'objective' | 'seeds'>,
  images?: number,
): StageJudgement {
  checkStage(stage);
  checkRecord('judgeStage(): definition', definition, 'the definition of the study');
  checkChoice('objective', definition.objective, Object.keys(objectives));
  if (!Array.isArray(definition.seeds) && !isRecord(definition.seeds)) {
    throw wrong('seeds', 'a list or { atLeast, atMost, resolve }', definition.seeds);
  }
  if (images !== undefined) checkInteger('judgeStage(): images', images, 1, Number.MAX_SAFE_INTEGER);
  const counted = definition.objective === 'accuracy' ? images : undefined;
  const distinct = [...stage.levels.keys()].filter((level) => !isRepeated(stage.levels[level]!, stage.index));
  const entrants =
    stage.rounds?.contenders ?? distinct.filter((level) => stage.levels[level]!.trials.every(isComplete));
  const scores = entrants.map((level) => scoresOf(stage.levels[level]!.trials));
  const field: Field = { stage, definition, images: counted, entrants, scores };
  if (stage.rounds) return judgeRounds(field, stage.rounds);
  if (!stage.finished || entrants.length < 2) return judgeAlone(field);
  if (stage.seeds.length >= 2) return judgeSeeds(field);
  return judgeOneSeed(field);
}

function checkStage(stage: StageView): void {
  const wanted = "a stage of a study's view, as the events of runStudy() have it";
  checkRecord('judgeStage(): stage', stage, wanted);
  const { levels, seeds } = stage;
  const isLevel = (level: unknown) => isRecord(level) && Array.isArray(level.trials) && Array.isArray(level.failed);
  if (!Array.isArray(levels) || !Array.isArray(seeds) || !levels.every(isLevel))
    throw wrong('judgeStage(): stage', wanted, stage);
}

/** Scores in the order of the seeds, up to the first seed without one. */
function scoresOf(trials: LevelView['trials']): number[] {
  const end = trials.findIndex((trial) => !isComplete(trial));
  return completeTrials(end < 0 ? trials : trials.slice(0, end)).map(({ score }) => score);
}

/**
 * Hsu's comparisons over seeds. Two seeds hardly determine the spread, so the images still judge as they do with one
 * seed.
 */
function judgeSeeds(field: Field): StageJudgement {
  const { definition, images, entrants, scores, stage } = field;
  const { goal } = objectives[definition.objective];
  const limits = differenceRange(definition.objective);
  const verdict = compareWithBest(scores, { goal, images });
  const wrong = answersOf(field);
  const networks = wrong && stage.seeds.length === 2 ? compareTheseNetworks(wrong.answers, wrong.images) : undefined;
  const others = wrong && compareOnOtherImages(wrong.answers, wrong.images);
  const resolve = resolveOf(definition);
  const levels = entrants.map((_, i): LevelJudgement => {
    const seeds = verdict.levels[i]!;
    const images = seeds.standing === 'may be best' ? networks?.levels[i] : undefined;
    const isOfNetworks = images !== undefined && images.standing !== 'may be best';
    return {
      ...alone(field, i),
      standing: isOfNetworks ? images.standing : seeds.standing,
      scope: isOfNetworks ? 'these networks' : 'other seeds',
      difference: seeds.difference,
      differenceToBest: finiteInterval(cutTo(isOfNetworks ? images.constrained : seeds.constrained, limits)),
      bothEnds: isOfNetworks ? undefined : finiteInterval(cutTo(seeds.twoSided, limits)),
      otherImages: others && {
        mean: others.levels[i]!.interval,
        differenceToBest: others.levels[i]!.constrained,
      },
      isNoisy: seeds.noisy,
    };
  });
  return {
    method: 'mcb',
    levels: sharedJudgements(field, levels),
    spread: verdict.spread,
    margin: finite(verdict.margin),
    resolve,
    seedsNeeded: seedsNeeded(verdict, field, resolve),
    carried: carriedLevel(stage),
  };
}

/** Losses with identical differences for all seeds, and too few seeds for a sign test: no margin and no intervals. */
function finite(margin: number): number | undefined {
  return Number.isFinite(margin) ? margin : undefined;
}

function finiteInterval(interval: Interval): Interval | undefined {
  return interval.every(Number.isFinite) ? interval : undefined;
}

/** The least number of seeds a level at which the margin is `resolve`, if the spread stays. */
function seedsNeeded({ spread, margin }: StageVerdict, field: Field, resolve: number): number | 'many' | undefined {
  // Of losses that all seeds order alike the spread is unknown.
  if (margin <= resolve || spread === 0) return undefined;
  const given = { k: field.entrants.length, images: field.images };
  for (let n = field.stage.seeds.length + 1; n <= mostSeedsAdvised; n++) {
    if (expectedMargin(spread, { ...given, n }) <= resolve) return n;
  }
  return 'many';
}

/** One seed: only the images can tell networks apart. */
function judgeOneSeed(field: Field): StageJudgement {
  const wrong = answersOf(field);
  if (!wrong) return judgeAlone(field);
  const verdict = compareTheseNetworks(wrong.answers, wrong.images);
  const levels = field.entrants.map((_, i): LevelJudgement => {
    const { standing, difference, constrained } = verdict.levels[i]!;
    return { ...alone(field, i), standing, scope: 'these networks', difference, differenceToBest: constrained };
  });
  return {
    method: 'images',
    levels: sharedJudgements(field, levels),
    spread: undefined,
    margin: undefined,
    resolve: resolveOf(field.definition),
    seedsNeeded: undefined,
    carried: carriedLevel(field.stage),
  };
}

/** A seed rule: the verdicts of elimination.ts, whose bounds hold at all rounds together. */
function judgeRounds(field: Field, rounds: NonNullable<StageView['rounds']>): StageJudgement {
  const { entrants, scores, definition } = field;
  const differences = pairedDifferences(scores, definition);
  const levels = entrants.map((_, i): LevelJudgement => {
    const departure = rounds.left[i];
    const bounds = finiteInterval(rounds.differences[i]!);
    const wrong = answersOf({ ...field, entrants: [entrants[i]!], scores: [scores[i]!] });
    return {
      ...alone(field, i),
      standing: standingInRounds(i, field, rounds),
      difference: differences[i],
      differenceToBest: bounds && cutTo(bounds, differenceRange(definition.objective)),
      otherImages:
        wrong && scores[i]!.length > 1
          ? { mean: compareOnOtherImages(wrong.answers, wrong.images).levels[0]!.interval, differenceToBest: undefined }
          : undefined,
      departure: departure && { round: departure.round, behind: entrants[departure.behind]! },
    };
  });
  return {
    method: 'rounds',
    levels: sharedJudgements(field, levels),
    spread: undefined,
    margin: undefined,
    resolve: resolveOf(definition),
    seedsNeeded: undefined,
    carried: undefined,
  };
}

function standingInRounds(i: number, field: Field, rounds: NonNullable<StageView['rounds']>): Standing {
  if (rounds.withdrawn[i] !== undefined) return withoutScore(field.stage.levels[field.entrants[i]!]!);
  if (rounds.left[i]) return rounds.worse[i] ? 'worse' : 'left';
  if (!rounds.finished) return 'pending';
  if (rounds.in.length > 1) return 'open';
  // Where all others failed there was nothing to compare with.
  return rounds.left.some((departure) => departure !== undefined) ? 'best' : 'may be best';
}

/** Each level minus the best of the others, pair by pair over the seeds that both have: a level that left has fewer. */
function pairedDifferences(
  scores: readonly (readonly number[])[],
  { objective }: Pick<StudyDefinition, 'objective'>,
): (number | undefined)[] {
  const sign = objectives[objective].goal === 'maximize' ? 1 : -1;
  return scores.map((own, i) => {
    let least: number | undefined;
    for (const [j, other] of scores.entries()) {
      const common = Math.min(own.length, other.length);
      if (i === j || common === 0) continue;
      let sum = 0;
      for (let seed = 0; seed < common; seed++) sum += sign * (own[seed]! - other[seed]!);
      least = Math.min(least ?? Number.POSITIVE_INFINITY, sum / common);
    }
    return least === undefined ? undefined : sign * least + 0;
  });
}

/** Nothing to compare with, or not yet. */
function judgeAlone(field: Field): StageJudgement {
  const { stage, entrants, definition } = field;
  const standing = stage.finished ? 'may be best' : 'pending';
  const levels = entrants.map((_, i): LevelJudgement => ({ ...alone(field, i), standing }));
  return {
    method: 'none',
    levels: sharedJudgements(field, levels),
    spread: undefined,
    margin: undefined,
    resolve: resolveOf(definition),
    seedsNeeded: undefined,
    carried: carriedLevel(stage),
  };
}

const unjudged: LevelJudgement = {
  standing: 'pending',
  scope: 'other seeds',
  difference: undefined,
  differenceToBest: undefined,
  bothEnds: undefined,
  mean: undefined,
  otherImages: undefined,
  isNoisy: false,
  departure: undefined,
};

/** The part of an entrant's judgement that does not depend on the others. */
function alone({ scores, images, definition }: Field, i: number): LevelJudgement {
  const mean = scores[i]!.length > 1 ? meanInterval(scores[i]!, { images }) : undefined;
  return { ...unjudged, mean: mean && cutTo(mean, objectives[definition.objective].range) };
}

/**
 * The entrants' judgements for all levels of the stage: those of one configuration share theirs, the rest has no final
 * score.
 */
function sharedJudgements({ stage, entrants }: Field, judged: readonly LevelJudgement[]): LevelJudgement[] {
  const byKey = new Map(entrants.map((position, i) => [stage.levels[position]!.key, judged[i]!]));
  return stage.levels.map((level) => byKey.get(level.key) ?? { ...unjudged, standing: withoutScore(level) });
}

/** Why a level has no final score. */
function withoutScore({ trials, failed }: LevelView): Standing {
  if (failed.length > 0) return 'failed';
  return trials.some((trial) => trial?.state === 'pruned') ? 'pruned' : 'pending';
}

/** The wrong answers of all entrants, if all were recorded and comparing them is affordable. */
function answersOf({ stage, entrants, images }: Field): { answers: Uint8Array[][]; images: number } | undefined {
  if (images === undefined || images < 2 || (entrants.length ** 2 * images) / 2 > mostSteps) return undefined;
  const bytes = Math.ceil(images / 8);
  const answers = entrants.map((level) =>
    completeTrials(stage.levels[level]!.trials).flatMap(({ wrong }) => (wrong?.length === bytes ? [wrong] : [])),
  );
  const isWhole = answers.every((own, i) => own.length === completeTrials(stage.levels[entrants[i]!]!.trials).length);
  return isWhole && answers.every((own) => own.length > 0) ? { answers, images } : undefined;
}

/** The level that was carried on: its scores are those by which an earlier stage selected it. */
function carriedLevel({ levels, index }: StageView): number | undefined {
  const found = levels.findIndex(({ sameAs }) => sameAs !== undefined && sameAs.stage < index);
  return found < 0 ? undefined : found;
}
