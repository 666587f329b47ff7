/** The budget of a search: how many trainings its search, its finals and its confirmation have. */
import { UsageError } from '../base/errors.ts';
import { counted } from '../base/format.ts';
import { mostLevels, type SearchPlan, type StudyDefinition, type Value } from './definition.ts';
import { bracketSize, epochsOfBracket, rungsOf } from './rungs.ts';
import { type CompleteTrial, isComplete, type Trial } from './trial.ts';

/** The part of the budget that the search spends (percent); the rest is for the finals. */
const searchPercent = 70;
const mostFinalists = 16;

export interface SearchBudget {
  /** Settings that are proposed, the base included. */
  readonly proposals: number;
  /** Trainings of the finals. */
  readonly finals: number;
  /** The most configurations in the finals. */
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
 * Trainings that the budget of search and finals pays for. One while hours have not been turned into trainings, or where
 * the base does not say its epochs, which {@link budgetOf} refuses.
 */
export function trainingsOf(definition: SearchDefinition): number {
  const { trainings, epochs } = definition.plan;
  if (trainings !== undefined) return trainings;
  if (epochs === undefined || !isCountOfEpochs(statedEpochs(definition))) return 1;
  const { proposals, finals } = partsOf(definition)!;
  return proposals + finals;
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
  const { proposals, finals } = parts;
  const most = Math.min(mostAffordable(finals), proposals);
  const least = `a search needs ${counted(leastTrainings)} trainings or more`;
  if (proposals < 2 || most < 2) throw new UsageError(`${budgetText(plan)} is too small: ${least}`);
  const { finalists = Math.min(mostFinalists, most) } = plan;
  if (finalists > proposals) {
    throw new UsageError(
      `${finalists} finalists are more than the ${proposals} settings that ${budgetText(plan)} tries`,
    );
  }
  if (finalists > most) {
    throw new UsageError(
      `${finalists} finalists need ${trainingsOfRounds(finalists)} trainings in the finals, ${budgetText(plan)} leaves ${finals}: ask for at most ${most} finalists, or give a larger budget`,
    );
  }
  return { proposals, finals, finalists, confirmation: 3 * plan.confirm };
}

/** The smallest budget: two settings tried, and both trained once again. */
const leastTrainings = 6;

function partsOf(definition: SearchDefinition): Pick<SearchBudget, 'proposals' | 'finals'> | undefined {
  const { trainings, hours, earlyStopping } = definition.plan;
  // Hours that are measured in whole trainings pay for more of those that stop early.
  const isInEpochs = hours !== undefined && earlyStopping !== 'none' && trainings !== undefined;
  const epochs = isInEpochs ? trainings * epochsOfTraining(definition) : definition.plan.epochs;
  if (epochs === undefined) {
    if (trainings === undefined) return undefined;
    const proposals = Math.round((searchPercent * trainings) / 100);
    return { proposals, finals: trainings - proposals };
  }
  const whole = epochsOfTraining(definition);
  const rungs = rungsOfSearch(definition);
  // Integers, since a quotient such as 7/3 epochs a proposal is rounded.
  const [inBracket, size] = earlyStopping === 'none' ? [whole, 1] : [epochsOfBracket(rungs), bracketSize(rungs)];
  const proposals = Math.floor((searchPercent * epochs * size) / (100 * inBracket));
  return { proposals, finals: Math.floor((epochs * size - proposals * inBracket) / (whole * size)) };
}

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
function mostAffordable(trainings: number): number {
  let most = 1;
  while (most < trainings && trainingsOfRounds(most + 1) <= trainings) most++;
  return most;
}
