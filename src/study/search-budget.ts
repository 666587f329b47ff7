/** The budget of a search: how many trainings its search, its finals and its confirmation have. */
import { UsageError } from '../base/errors.ts';
import { counted } from '../base/format.ts';
import { mostLevels, type SearchPlan, type StudyDefinition, type Value } from './definition.ts';
import { rungsOf } from './rungs.ts';
import { type CompleteTrial, isComplete, type Trial } from './trial.ts';

/** The part of the budget that the search spends (percent); the rest is for the finals. */
const searchPercent = 70;
const mostFinalists = 16;

/** Under early stopping, so many percent of the epochs of a budget in trainings are spent. */
const earlyPercent = 32;
/** Of these each rung gets so many (percent); the rest is for the finals' new seeds. */
const rungPercent = 35;

export interface SearchBudget {
  /** Settings that are proposed, the base included. */
  readonly proposals: number;
  /** Trainings of the finals with new seeds. */
  readonly finals: number;
  /** The most configurations in the finals. Under early stopping the first round trains them to their last epoch. */
  readonly finalists: number;
  /** The most trainings of the confirmation: winner, runner-up and base with each seed. */
  readonly confirmation: number;
}

type SearchDefinition = Pick<StudyDefinition, 'base' | 'defaults'> & { readonly plan: SearchPlan };

function statedEpochs({ base, defaults }: Pick<StudyDefinition, 'base' | 'defaults'>): Value | undefined {
  return base.epochs ?? defaults?.epochs;
}

function isCountOfEpochs(epochs: Value | undefined): epochs is number {
  return typeof epochs === 'number' && Number.isInteger(epochs) && epochs >= 1;
}

/** Epochs of a whole training. @throws UsageError where the base does not say them. */
export function epochsOfTraining(definition: Pick<StudyDefinition, 'base' | 'defaults'>): number {
  const epochs = statedEpochs(definition);
  if (isCountOfEpochs(epochs)) return epochs;
  throw new UsageError(`base.epochs: expected an integer from 1, since the search counts epochs, got ${epochs}`);
}

/**
 * Trainings that the budget of search and finals pays for, those that stop early included. One while hours have not been
 * turned into trainings, or where the base does not say its epochs, which {@link budgetOf} refuses.
 */
export function trainingsOf(definition: SearchDefinition): number {
  const { trainings, epochs, earlyStopping } = definition.plan;
  if (earlyStopping === 'none' && epochs === undefined) return trainings ?? 1;
  const parts = isCountOfEpochs(statedEpochs(definition)) ? partsOf(definition) : undefined;
  return parts ? parts.proposals + parts.finals : 1;
}

/** The epochs of each rung; a single rung, of unknown epochs, without early stopping. */
export function rungsOfSearch(definition: SearchDefinition): readonly number[] {
  return definition.plan.earlyStopping === 'none' ? [Number.POSITIVE_INFINITY] : rungsOf(epochsOfTraining(definition));
}

/**
 * The parts of the budget; undefined while a budget in hours has not been turned into trainings.
 * @throws UsageError in one line for a budget that cannot pay for what is asked.
 */
export function budgetOf(definition: SearchDefinition): SearchBudget | undefined {
  const { plan } = definition;
  const parts = partsOf(definition);
  if (!parts) return undefined;
  const { proposals, finals, most } = parts;
  const least = `a search needs ${counted(leastTrainings)} trainings or more`;
  if (proposals < 2 || most < 2) throw new UsageError(`${budgetText(plan)} is too small: ${least}`);
  const { finalists = parts.finalists } = plan;
  if (finalists > proposals) {
    throw new UsageError(
      `${finalists} finalists are more than the ${proposals} settings that ${budgetText(plan)} tries`,
    );
  }
  if (finalists > most) {
    const need =
      plan.earlyStopping === 'none'
        ? `need ${trainingsOfRounds(finalists)} trainings in the finals, ${budgetText(plan)} leaves ${finals}`
        : `are more than ${budgetText(plan)} trains to their last epoch`;
    throw new UsageError(`${finalists} finalists ${need}: ask for at most ${most} finalists, or give a larger budget`);
  }
  return { proposals, finals, finalists, confirmation: 3 * plan.confirm };
}

/** The smallest budget: two settings tried, and both trained once again. */
const leastTrainings = 6;

interface Parts extends Pick<SearchBudget, 'proposals' | 'finals' | 'finalists'> {
  /** The most finalists that may be asked for. */
  readonly most: number;
}

function partsOf(definition: SearchDefinition): Parts | undefined {
  const { trainings, epochs, earlyStopping } = definition.plan;
  if (trainings === undefined && epochs === undefined) return undefined;
  if (earlyStopping !== 'none') return earlyParts(definition);
  const whole = epochs === undefined ? 1 : epochsOfTraining(definition);
  const proposals =
    epochs === undefined
      ? Math.round((searchPercent * trainings!) / 100)
      : Math.floor((searchPercent * epochs) / (100 * whole));
  const finals = Math.floor((epochs ?? trainings!) / whole) - proposals;
  const most = Math.min(mostAffordable(finals), proposals);
  return { proposals, finals, finalists: Math.min(mostFinalists, most), most };
}

/**
 * The parts under early stopping. Both rungs get the same epochs: the first those of all proposals, the second those of
 * the finalists, and what is left trains finalists with new seeds. A small budget in trainings spends more than its
 * {@link earlyPercent} on two finalists that are trained once again.
 */
function earlyParts(definition: SearchDefinition): Parts {
  const { trainings, hours, epochs, finalists: wanted } = definition.plan;
  const whole = epochsOfTraining(definition);
  const first = rungsOfSearch(definition)[0]!;
  // Hours are measured in whole trainings, and are to be used.
  const limit = epochs ?? trainings! * whole;
  const spent = epochs === undefined && hours === undefined ? Math.floor((earlyPercent * limit) / 100) : limit;
  const ofRung = Math.floor((rungPercent * spent) / 100);
  const proposals = Math.max(2, Math.floor(ofRung / first));
  const most = Math.min(proposals, Math.floor((limit - proposals * first - leastNew * whole) / (whole - first)));
  const finalists = wanted ?? Math.min(proposals, Math.max(2, Math.floor(ofRung / (whole - first))));
  const left = spent - proposals * first - finalists * (whole - first);
  return { proposals, finals: Math.max(leastNew, Math.floor(left / whole)), finalists, most };
}

/** The fewest trainings of the finals: two finalists with a new seed. */
const leastNew = 2;

function budgetText({ trainings, epochs }: SearchPlan): string {
  return epochs === undefined
    ? `a budget of ${counted(trainings ?? 0)} trainings`
    : `a budget of ${counted(epochs)} epochs`;
}

/** Whether a budget in hours can be turned into trainings now, since the base has been trained. */
export function isMeasured(definition: StudyDefinition, base: Trial | undefined): base is CompleteTrial {
  const { plan } = definition;
  return plan.kind === 'search' && plan.hours !== undefined && plan.trainings === undefined && isComplete(base);
}

/**
 * The definition with its budget in hours turned into trainings. It is recorded, since it depends on the machine.
 * @param seconds of a whole training, with all threads. @throws UsageError where the hours are too few.
 */
export function measuredBudget(definition: StudyDefinition, seconds: number): StudyDefinition {
  const { plan } = definition;
  if (plan.kind !== 'search' || plan.hours === undefined) return definition;
  if (!(seconds > 0)) {
    throw new UsageError('search.hours: how long the base took was not recorded; give the budget in trainings');
  }
  const trainings = Math.min(mostLevels, Math.floor((plan.hours * 3600) / seconds));
  const measured: StudyDefinition = { ...definition, plan: { ...plan, trainings } };
  try {
    budgetOf({ ...measured, plan: { ...plan, trainings } });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(
      `search.hours: ${plan.hours} hours are ${trainings} trainings on this machine: ${error.message}`,
    );
  }
  return measured;
}

/** The definition with the number of trainings that was recorded for the same budget in hours. */
export function withMeasuredBudget(definition: StudyDefinition, before: StudyDefinition | undefined): StudyDefinition {
  const { plan } = definition;
  if (plan.kind !== 'search' || plan.trainings !== undefined || before?.plan.kind !== 'search') return definition;
  const { hours, trainings } = before.plan;
  if (hours === undefined || hours !== plan.hours || trainings === undefined) return definition;
  return { ...definition, plan: { ...plan, trainings } };
}

/** How many finalists are left after a round of this many: the better half, and one after a round of two. */
export function halved(finalists: number): number {
  return Math.ceil(finalists / 2);
}

/** The rounds of the finals when nobody is dropped early: the number of finalists of each. */
export function roundsOf(finalists: number): number[] {
  const rounds: number[] = [];
  for (let left = finalists; left > 1; left = halved(left)) rounds.push(left);
  return rounds;
}

/** Trainings of the finals with one new seed a round. */
function trainingsOfRounds(finalists: number): number {
  return roundsOf(finalists).reduce((sum, left) => sum + left, 0);
}

/** The most finalists that this many trainings give one new seed in every round. */
export function mostAffordable(trainings: number): number {
  let most = 1;
  while (most < trainings && trainingsOfRounds(most + 1) <= trainings) most++;
  return most;
}
