/** What the words of tables and verdicts mean. */
import type { Term } from '../block.ts';

export const glossary: readonly Term[] = [
  {
    term: 'Interval (95 %)',
    meaning:
      'A range made by a method that covers the true value in 95 of 100 studies. A wide interval says that the data leave much open.',
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
      'Said with one seed: the network that was trained gets more images wrong than chance in the images explains. Another seed may reverse it.',
  },
  {
    term: 'Noisy',
    meaning: 'A level whose scores vary plainly more from seed to seed than those of the other levels.',
  },
  {
    term: 'Resolve',
    meaning: 'The smallest difference that matters to whoever asks, by default 0.1 points of accuracy.',
  },
  {
    term: 'Left, open',
    meaning:
      'Of a study that trains as many seeds as the question needs. A level leaves when it is not better than another one by more than “resolve”, which does not say that it is worse. What the last seed leaves undecided is open.',
  },
  {
    term: 'Held-out',
    meaning:
      'A part of the training set that no trial trains on. It selects, so that the test set can tell afterwards how good the selected settings are on images that had no say.',
  },
  {
    term: 'p',
    meaning:
      'How often chance alone would give a difference at least this large if there were none. A small p (below 0.05) says that chance is a poor explanation; it does not say how large the difference is.',
  },
  {
    term: 'Holm',
    meaning:
      'Holm’s correction raises p values where several are looked at, so that a false alarm among all of them stays below 5 %.',
  },
  {
    term: 'McNemar',
    meaning:
      'McNemar’s test compares two networks by the images that only one of them gets right. It knows the chance in the images, not that in the seeds.',
  },
];
