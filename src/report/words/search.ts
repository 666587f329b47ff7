/** A search in sentences: its outcome, what it did, what matters, and the limits of its numbers. */
import { capitalized, counted, listed } from '../../base/format.ts';
import { objectives } from '../../study/definition.ts';
import type { Drop, SearchView } from '../../study/search-view.ts';
import type { StudyFacts } from '../facts.ts';
import { valueText } from '../naming.ts';
import { configurationName, type FinalistFacts, proposalName, type SearchFacts } from '../search-facts.ts';
import { countText, rangeText, shareRange, shareText } from './numbers.ts';
import { beside, luck, scored, worth } from './search-claims.ts';

/** The winner and what tuning was worth, or how far the search is; and what else the confirmation says. */
export function searchOutcome(
  facts: StudyFacts,
  search: SearchFacts,
): { readonly headline: readonly string[]; readonly details: readonly string[] } {
  if (facts.stuck !== undefined) {
    return { headline: ['The search ended early: no finalist ended well with every seed.'], details: [] };
  }
  if (!facts.finished) return { headline: progress(facts, search), details: [] };
  return {
    headline: [winnerSentence(facts, search), ...confirmedScore(facts), worth(facts, search)],
    details: [...beside(facts, search), ...luck(facts, search), ...testLooks(facts, search)],
  };
}

/** What the search did: how many settings, finalists and seeds, and where its budget went. */
export function searchSummary(facts: StudyFacts, search: SearchFacts): string[] {
  const { view, trainings, plan } = search;
  const { proposals, finals, confirmation, rungs } = view;
  const tried = `The search tried ${countText(proposals.length, 'setting')} with one common seed${rungs.length > 1 ? `, most of them for ${countText(rungs[0]!, 'epoch')} only` : ' each'} (${countText(trainings.search, 'training')}).`;
  return [
    tried,
    ...(plan.hours === undefined || plan.trainings === undefined
      ? []
      : [
          `Its budget of ${plan.hours} hours was ${countText(plan.trainings, 'training')} on the machine that started it.`,
        ]),
    ...savedEpochs(search),
    ...(view.exhausted ? ['The space has no other settings; the trainings left over went to the finals.'] : []),
    ...(finals ? [finalsSentence(finals, trainings.finals)] : []),
    ...(confirmation
      ? [
          `${confirmedText(search)} on ${countText(confirmation.seeds.length, 'fresh seed')} that nothing was selected by (${countText(trainings.confirmation, 'training')}). Claims rest on these alone.`,
        ]
      : []),
    ...outsideSentence(facts, search),
  ];
}

/** `4 finalists then had 2 rounds on new seeds (6 trainings).` */
function finalsSentence({ finalists, rounds }: NonNullable<SearchView['finals']>, trainings: number): string {
  const added = rounds.filter(({ resumed }) => !resumed);
  const finished = added.length < rounds.length ? 'were trained to their last epoch and ' : '';
  return `${capitalized(countText(finalists.length, 'finalist'))} ${finished}then had ${countText(added.length, 'round')} on new seeds (${countText(trainings, 'training')}).`;
}

function confirmedText({ view: { confirmation }, isBaseBest }: SearchFacts): string {
  const who = [
    isBaseBest ? 'the winner, which is the base,' : 'the winner',
    ...(confirmation?.runnerUp ? ['the runner-up'] : []),
    ...(isBaseBest ? [] : ['the base']),
  ];
  return `${capitalized(listed(who))} ${confirmation?.finished ? 'were' : 'are being'} trained`;
}

function savedEpochs({ view: { epochs, proposals } }: SearchFacts): string[] {
  if (!epochs || epochs.whole === 0) return [];
  const stopped = proposals.filter(({ state }) => state === 'stopped' || state === 'paused').length;
  const saved = epochs.whole - epochs.trained;
  return [
    `Early stopping ended ${counted(stopped)} of them before their last epoch and saved ${counted(saved)} of ${countText(epochs.whole, 'epoch')} (${Math.round((100 * saved) / epochs.whole)} %).`,
  ];
}

function outsideSentence({ naming }: StudyFacts, { baseOutside, view: { proposals } }: SearchFacts): string[] {
  if (baseOutside.length === 0) return [];
  const complete = naming.complete(proposals[0]!.configuration);
  const values = baseOutside.map((name) =>
    complete[name] === undefined ? name : `${name} ${valueText(name, complete[name], naming)}`,
  );
  return [`The base lies outside the space (${listed(values)}), so the search could not come near it.`];
}

function progress(facts: StudyFacts, search: SearchFacts): string[] {
  const { view, compared, comparedAt } = search;
  const { ended, expected } = facts.counts;
  const where = {
    search: `${counted(compared.length)} of ${countText(view.planned, 'setting')} ${view.planned === 1 ? 'has' : 'have'} a score`,
    finals: `the finals are in round ${view.finals?.rounds.length}`,
    confirmation: 'the winner is being confirmed',
    finished: 'all trainings have ended',
  }[view.phase];
  const best = bestFound(search, facts);
  const { objective } = facts.definition;
  return [
    `Not finished: ${where}; ${ended} of about ${expected} trials have ended.`,
    ...(best && view.phase === 'search'
      ? [
          `Best so far: ${proposalName(best.proposal.number)} with ${scored(best.score, facts)}${comparedAt === undefined ? '' : ` after ${countText(comparedAt, 'epoch')}`}, which is likely a little too good: it is the best of ${counted(compared.length)} single ${objectives[objective].name === 'loss' ? 'losses' : 'scores'}.`,
        ]
      : []),
  ];
}

/** The proposal with the best score that all proposals have in common. */
function bestFound({ compared }: SearchFacts, { measure }: StudyFacts) {
  const sign = measure.goal === 'maximize' ? 1 : -1;
  return compared.reduce<SearchFacts['compared'][number] | undefined>(
    (best, next) => (best && sign * best.score >= sign * next.score ? best : next),
    undefined,
  );
}

/** `Winner: #12, which differs from the base in batchSize 32 (base 128).` */
function winnerSentence({ naming }: StudyFacts, { finalists, changes, isBaseBest }: SearchFacts): string {
  if (isBaseBest) return 'The base won: no setting that the search tried did better in the finals.';
  const name = proposalName(finalists[0]!.view.proposal);
  const parts = changes.map(
    ({ name: of, from, to }) =>
      `${of} ${valueText(of, to!, naming)} (base: ${from === undefined ? 'none' : valueText(of, from, naming)})`,
  );
  return `Winner: ${name}, which differs from the base in ${listed(parts)}.`;
}

function confirmedScore(facts: StudyFacts): string[] {
  const { winner, definition } = facts;
  if (!winner?.summary) return [];
  const { mean, n } = winner.summary;
  const interval = winner.judgement.mean ?? winner.view.summary?.interval;
  const range = interval ? ` (${rangeText(interval, definition.objective)})` : '';
  return [`Its confirmed mean is ${scored(mean, facts)}${range}, ${countText(n, 'fresh seed')}.`];
}

/** Under held-out only the winner and the base see the test set. */
function testLooks({ looks, definition }: StudyFacts, { view: { confirmation, proposals } }: SearchFacts): string[] {
  if (looks.length === 0 || !confirmation) return [];
  const isBalanced = definition.objective === 'balanced-accuracy';
  const nameOf = (key: string) => configurationName(proposals.find((proposal) => proposal.key === key)!.number);
  const levels = [
    { who: 'the winner', id: nameOf(confirmation.winner.key) },
    { who: 'the base', id: nameOf(confirmation.base.key) },
  ];
  const texts = levels.flatMap(({ who, id }, index) => {
    const own = looks.filter((look) => look.id === id);
    if (own.length === 0 || levels.findIndex((level) => level.id === id) < index) return [];
    const shares = own.map((look) => (isBalanced ? (look.balancedAccuracy ?? 0) : look.accuracy) * 100);
    return [`${who} has ${(shares.reduce((sum, share) => sum + share, 0) / shares.length).toFixed(2)} %`];
  });
  if (texts.length === 0) return [];
  const what = isBalanced ? ' in balanced accuracy' : '';
  return [
    `On the test set ${listed(texts)}${what}; it was looked at for the winner and the base only, ${countText(looks.length, 'look')}.`,
  ];
}

/** What became of a finalist: `winner`, `left after round 2`. That it left is a decision about the budget. */
export function finalistText(
  { view: { dropped } }: FinalistFacts,
  index: number,
  { view: { finals } }: SearchFacts,
): string {
  if (dropped) return `left after round ${dropped.round + 1}`;
  if (!finals?.finished) return 'in';
  return index === 0 ? 'winner' : 'in to the end';
}

/** Why a finalist left; empty for one that is in. */
export function dropReason({ view: { dropped } }: FinalistFacts): string {
  return dropped ? reasons[dropped.by] : '';
}

const reasons: Readonly<Record<Drop['by'], string>> = {
  half: 'not in the better half',
  budget: 'no training left for it',
  test: 'behind by a paired t test',
  resolved: 'its difference is known',
  failed: 'a training failed',
};

/** `Round 1: 16 finalists, seed 2.` */
export function roundSentences({ view: { finals } }: SearchFacts): string[] {
  return (finals?.rounds ?? []).map(({ seeds, finalists, trainings, resumed }, round) => {
    const [first, last] = [seeds[0], seeds.at(-1)];
    const which = seeds.length === 1 ? `seed ${first}` : `seeds ${first} to ${last}`;
    return `Round ${round + 1}: ${countText(finalists.length, 'finalist')}, ${which}, ${countText(trainings, 'training')}${resumed ? ' to the last epoch' : ''}.`;
  });
}

/** After which epoch charts of all settings compare them: `, after 3 epochs`; empty without early stopping. */
export function comparedText({ comparedAt }: SearchFacts): string {
  return comparedAt === undefined ? '' : `, after ${countText(comparedAt, 'epoch')}`;
}

/** What distinguishes the best settings, the most important first; empty where too few are known. */
export function importanceSentences(search: SearchFacts): string[] {
  const { importances } = search;
  if (!importances) return [];
  const { rows, best, configurations } = importances;
  const beyond = rows.filter(({ interval }) => interval[0] > 0.01);
  const parts = (beyond.length > 0 ? beyond : rows.slice(0, 1)).map(
    ({ name, share, interval }) => `${name} ${shareText(share)} (${shareRange(interval)})`,
  );
  return [
    `What distinguishes the best ${counted(best)} of ${counted(configurations)} settings${comparedText(search)}: ${listed(parts)}.`,
    'The intervals are bootstrapped; a share is about this search and says nothing of values outside the space.',
  ];
}

/** The limits of a search's numbers. */
export function searchCaveats(search: SearchFacts): string[] {
  const { view, comparedAt, importances } = search;
  const { confirmation } = view;
  return [
    ...(view.finals
      ? [
          'That a finalist left is a decision about the budget. It does not say that the finalist is worse than those that stayed.',
        ]
      : []),
    ...(confirmation
      ? [
          'The scores of the search and of the finals selected the winner, so they are likely a little too good. Only the confirmation’s are not.',
          'The two intervals of the confirmation hold with 95 % each; p values are corrected by Holm for both.',
        ]
      : []),
    ...(comparedAt === undefined
      ? []
      : [
          `Charts that show all settings compare them after ${countText(comparedAt, 'epoch')}, the last that all of them have in common. Settings that learn slowly look less good there.`,
        ]),
    ...(importances
      ? [
          'Importances say what distinguishes the best tenth of the settings that this search tried. They are not about the whole space.',
        ]
      : []),
  ];
}
