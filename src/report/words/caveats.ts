/** Sentences on the limits of a study's numbers. */
import { isSeedRule } from '../../study/definition.ts';
import { completeTrials } from '../../study/trial.ts';
import { contests, distinctLevels, type StudyFacts, seedsTrained } from '../facts.ts';
import { quote } from './outcome.ts';
import { searchCaveats } from './search.ts';

export function caveats(facts: StudyFacts): string[] {
  return [
    ...protocol(facts),
    ...(facts.search ? searchCaveats(facts.search) : []),
    ...intervals(facts),
    ...seeds(facts),
    ...selection(facts),
    ...plan(facts),
    ...arithmetic(facts),
  ];
}

function protocol({ definition, stuck }: StudyFacts): string[] {
  return definition.protocol === 'post' && stuck === undefined
    ? [
        'The winner was selected on the test set, so its score is not an estimate for new images. Protocol held-out gives such an estimate.',
      ]
    : [];
}

/** The meaning of the two kinds of intervals, and which of them to quote. */
function intervals(facts: StudyFacts): string[] {
  const { measure, stages } = facts;
  const levels = stages.flatMap((stage) => stage.levels);
  if (!levels.some(({ judgement }) => judgement.mean || judgement.otherImages)) return [];
  const images = measure.set
    ? `these ${measure.images === undefined ? '' : `${measure.images.toLocaleString('en-US')} `}${measure.set} images`
    : 'the same data';
  const said = [`Intervals of means are about other seeds (initial weights and order of the images) on ${images}.`];
  if (levels.some(({ judgement }) => judgement.otherImages)) {
    const held = measure.set === 'validation' ? ' They are computed from the images that selected the winner.' : '';
    said.push(`Intervals for other images also allow for the choice of the images.${held} ${quote}`);
  } else if (measure.objective === 'loss') {
    said.push(
      'For a loss there is no interval for other images: the journal records right and wrong answers, not the loss of each image.',
    );
  } else if (measure.objective === 'balanced-accuracy') {
    said.push(
      'For a balanced accuracy there is no interval for other images: the journal records right and wrong answers without the classes of the images. With few images of a class its recall, and so the balanced accuracy, varies more from one set of images to another than these intervals tell.',
    );
  }
  if (isSeedRule(facts.definition.seeds)) {
    said.push(
      'The 95 % of the differences hold over all rounds together. The intervals of single means are computed as if the number of seeds had been fixed beforehand.',
    );
  }
  return said;
}

function seeds(facts: StudyFacts): string[] {
  const { definition } = facts;
  const most = Math.max(0, ...contests(facts).map(seedsTrained));
  if (most === 1) {
    return [
      'With a single seed the spread between seeds is unknown: a difference between two rows may be that spread alone.',
    ];
  }
  if (isSeedRule(definition.seeds) || most === 0 || most >= 5) return [];
  return [`${most} seeds leave wide intervals: “may be the best” is not “as good as the best”.`];
}

/** The best of several means is likely too good. */
function selection(facts: StudyFacts): string[] {
  if (facts.stuck !== undefined) return [];
  const most = Math.max(
    0,
    ...contests(facts).map(
      (stage) => distinctLevels(stage).filter(({ view }) => completeTrials(view.trials).length > 0).length,
    ),
  );
  return most > 1
    ? [
        'The winner’s mean is the best of several, so it is likely a little too good. Only fresh seeds would tell by how much.',
      ]
    : [];
}

function plan({ definition, stages }: StudyFacts): string[] {
  const { plan: planned } = definition;
  if (planned.kind !== 'stages' || planned.stages.length < 2) return [];
  return [
    'One factor at a time cannot see that one hyperparameter’s best value depends on another’s.',
    ...(stages.length > 1
      ? [
          'Each stage’s verdict is wrong in at most 5 % of studies. With several stages, the chance that at least one verdict is wrong is larger.',
        ]
      : []),
  ];
}

function arithmetic({ trials }: StudyFacts): string[] {
  return trials.some(({ settings }) => settings.arithmetic === 'fused')
    ? ['Some trials used fused arithmetic, whose results may differ in the last bits on another processor.']
    : [];
}
