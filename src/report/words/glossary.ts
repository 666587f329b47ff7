/** The words of tables and verdicts, explained. */
import type { Term } from '../block.ts';

export const glossary: readonly Term[] = [
  {
    term: 'Interval (95 %)',
    meaning:
      'A range from a method that covers the true value in 95 of 100 studies. A wide interval says that the data leave much open.',
  },
  {
    term: 'Margin',
    meaning:
      'How far a level’s mean may lie behind the best mean before chance no longer explains it. One margin serves a whole stage, since the spread is estimated from all of its levels together.',
  },
  {
    term: 'MCB',
    meaning:
      'Hsu’s multiple comparisons with the best: an interval for “this level minus the best of the others”, true for all levels at once. It says that a level is the best, may be the best, or is worse by up to so much.',
  },
  {
    term: 'Edwards and Hsu',
    meaning:
      'A wider relative of MCB whose intervals have both ends: a level is worse by at least this much and at most that much.',
  },
  {
    term: 'Worse (this network)',
    meaning:
      'With one seed, or with two: the trained network gets more images wrong than chance in the images explains. Another seed may reverse this.',
  },
  {
    term: 'Noisy',
    meaning: 'A level whose scores vary plainly more from seed to seed than those of the other levels.',
  },
  {
    term: 'Resolve',
    meaning: 'The smallest difference that matters to you, by default 0.1 points of accuracy or a loss of 0.01.',
  },
  {
    term: 'Left, open',
    meaning:
      'A study with a seed rule trains as many seeds as the question needs. A level leaves when the data show that it is not better than another level by more than “resolve”; this does not say that the level is worse. Levels that are still in after the last seed are open. In at most 5 % of all studies the one level that stays is worse than the best level by more than “resolve”. “Left” and the interval of a level that left are two statements, each with 95 % confidence of its own, so the interval may reach beyond “resolve”.',
  },
  {
    term: 'Pruned',
    meaning: 'A trial of the level was stopped early by a pruner. The level has no final score and cannot be selected.',
  },
  {
    term: 'Held-out',
    meaning:
      'A part of the training set that no trial trains on. Settings are selected on it, so the test set can tell afterwards how good they are on images that took no part in the selection.',
  },
  {
    term: 'p',
    meaning:
      'How often chance alone would give a difference at least this large between levels that are equal. A small p (below 0.05) says that chance is a poor explanation; it does not say how large the difference is.',
  },
  {
    term: 'Holm',
    meaning:
      'Holm’s correction raises the p values of several tests, so that the chance of any false alarm among them stays below 5 %.',
  },
  {
    term: 'McNemar',
    meaning:
      'McNemar’s test compares two networks by the images that only one of them gets right. It allows for the chance in the images, not for the chance in the seeds.',
  },
];

/** The words of the analysis of variance of a grid. */
export const varianceGlossary: readonly Term[] = [
  {
    term: 'Analysis of variance',
    meaning:
      'Splits the variance between all trainings of a grid by its causes: each hyperparameter, pairs of them, the seeds, and the rest. A share is omega squared, from which the part that chance adds is taken off.',
  },
  {
    term: 'Interaction (a x b)',
    meaning:
      'What two hyperparameters do together beyond what each does alone: the best value of one depends on the other.',
  },
  {
    term: 'F',
    meaning:
      'How many times more the mean square of a row is than that of the rest. Chance alone gives values around 1. The degrees of freedom are the numbers of effects that a row can tell apart.',
  },
];

/** Of the general words, those that a search needs. */
const wordsOfSearch = ['Interval (95 %)', 'Resolve', 'Held-out', 'p', 'Holm'];

/** The words of a search. */
export const searchGlossary: readonly Term[] = [
  ...glossary.filter(({ term }) => wordsOfSearch.includes(term)),
  {
    term: 'Setting',
    meaning:
      'One choice of values for all hyperparameters of the search. #12 is the twelfth after the base; C12 is its name for “lenet study compare”, in CSV and in JSON.',
  },
  {
    term: 'Finals',
    meaning:
      'The best settings of the search are trained again on new seeds, round after round, and the better half stays. The base takes part.',
  },
  {
    term: 'Confirmation',
    meaning:
      'The winner, the runner-up and the base are trained on seeds that nothing was selected by. Only these scores are not too good.',
  },
  {
    term: 'Rung',
    meaning:
      'Under early stopping, an epoch at which trainings are compared: the first, at which all of them wait, and the last. The best at the first rung become finalists and go on.',
  },
  {
    term: 'PED-ANOVA',
    meaning:
      'How much a hyperparameter’s values among the best tenth of the settings differ from its values among all of them. Its share is of all hyperparameters together.',
  },
];
