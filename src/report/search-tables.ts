/** The tables of a search: its finalists, its confirmation, and the claims that the confirmation allows. */
import { objectives } from '../study/definition.ts';
import type { LevelFacts, StudyFacts } from './facts.ts';
import { valueText } from './naming.ts';
import { configurationName, type FinalistFacts, proposalName, type SearchFacts } from './search-facts.ts';
import type { Column, TextTable } from './table.ts';
import { measureHead } from './words/names.ts';
import { differenceRange, differenceText, pText, rangeText, scoreText } from './words/numbers.ts';
import { dropReason, finalistText } from './words/search.ts';

/** The finalists from best to worst; undefined before the finals. @param most rows; the base has one in any case. */
export function finalsTable(
  facts: StudyFacts,
  search: SearchFacts,
  most = Number.POSITIVE_INFINITY,
): TextTable | undefined {
  const { view } = search;
  const finalists = search.finalists.filter(({ view: { proposal } }, index) => index < most || proposal === 0);
  if (finalists.length === 0) return undefined;
  const { objective } = facts.definition;
  const leftOut = search.finalists.length - finalists.length;
  const cells = (text: (finalist: FinalistFacts, index: number) => string) => finalists.map(text);
  const score = (value: number | undefined) => (value === undefined ? '' : scoreText(value, objective));
  const hasConfirmed = finalists.some(({ confirmed }) => confirmed);
  return {
    caption: `The finalists: ${measureHead(facts.measure)}`,
    names: 0,
    stressed: view.finals?.finished ? 0 : undefined,
    columns: [
      { head: 'setting', cells: cells(({ view: { proposal } }) => proposalName(proposal)) },
      ...(finalists.some(({ found }) => found !== undefined)
        ? [{ head: 'when found', cells: cells(({ found }) => score(found)), align: 'right', rank: 2 } satisfies Column]
        : []),
      { head: 'finals, mean', cells: cells(({ finals }) => score(finals?.mean)), align: 'right' },
      { head: 'seeds', cells: cells(({ finals }) => String(finals?.n ?? 0)), align: 'right', rank: 3 },
      ...(hasConfirmed
        ? [
            {
              head: 'confirmed',
              cells: cells(({ confirmed }) => score(confirmed?.mean)),
              align: 'right',
              rank: 4,
            } satisfies Column,
          ]
        : []),
      { head: 'in the finals', cells: cells((finalist, index) => finalistText(finalist, index, search)) },
      { head: 'why it left', cells: cells(dropReason), rank: 5 },
    ],
    ...(leftOut > 0 ? { note: `${leftOut} more finalists are in the report.` } : {}),
  };
}

/** The values of the finalists' hyperparameters; undefined before the finals. */
export function valuesTable(facts: StudyFacts, { finalists, view }: SearchFacts): TextTable | undefined {
  if (finalists.length === 0) return undefined;
  const values = finalists.map(({ view: { proposal } }) => view.proposals[proposal]!.values);
  return {
    caption: 'The values of the finalists; a hyperparameter that does not count is left out',
    names: 0,
    stressed: view.finals?.finished ? 0 : undefined,
    columns: [
      { head: 'setting', cells: finalists.map(({ view: { proposal } }) => proposalName(proposal)) },
      ...Object.keys(facts.definition.space)
        .filter((name) => values.some((own) => own[name] !== undefined))
        .map(
          (name): Column => ({
            head: name,
            cells: values.map((own) => (own[name] === undefined ? '' : valueText(name, own[name], facts.naming))),
            ...(values.every((own) => typeof (own[name] ?? 0) === 'number') ? { align: 'right' } : {}),
          }),
        ),
    ],
  };
}

/** Winner, runner-up and base on fresh seeds; undefined before the confirmation. */
export function confirmationTable(facts: StudyFacts, search: SearchFacts): TextTable | undefined {
  const { confirmation, proposals } = search.view;
  const [stage] = facts.stages;
  if (!confirmation || !stage) return undefined;
  const { objective } = facts.definition;
  const role = ({ view: { key } }: LevelFacts) => {
    if (key === confirmation.winner.key) return search.isBaseBest ? 'winner (the base)' : 'winner';
    return key === confirmation.base.key ? 'base' : 'runner-up';
  };
  const proposalOf = (level: LevelFacts) => proposals.find(({ key }) => key === level.view.key)!;
  const cells = (text: (level: LevelFacts) => string) => stage.levels.map(text);
  return {
    caption: `Confirmation on fresh seeds: ${measureHead(facts.measure)}`,
    names: 0,
    stressed: 0,
    columns: [
      { head: '', cells: cells(role) },
      { head: 'setting', cells: cells((level) => proposalName(proposalOf(level).number)), rank: 4 },
      { head: 'name', cells: cells((level) => configurationName(proposalOf(level).number)), rank: 6 },
      {
        head: 'mean',
        cells: cells(({ summary }) => (summary ? scoreText(summary.mean, objective) : '')),
        align: 'right',
      },
      {
        head: '95 % interval',
        cells: cells(({ judgement }) => (judgement.mean ? rangeText(judgement.mean, objective) : '')),
        rank: 3,
      },
      {
        head: 'every seed',
        cells: cells(({ scores, view }) =>
          scores
            .map((score, i) => (score === undefined ? (view.trials[i]?.state ?? '-') : scoreText(score, objective)))
            .join(', '),
        ),
        rank: 5,
      },
    ],
  };
}

/** What the confirmation claims; undefined before it is finished. */
export function claimsTable(facts: StudyFacts, { claims, isBaseBest }: SearchFacts): TextTable | undefined {
  if (claims.length === 0) return undefined;
  const { objective } = facts.definition;
  const winner = isBaseBest ? 'base' : 'winner';
  return {
    caption: 'What the confirmation says, paired by seed',
    names: 0,
    columns: [
      { head: '', cells: claims.map(({ against }) => `${winner} minus ${against}`) },
      {
        head: `difference${objectives[objective].isPercentage ? ' (points)' : ''}`,
        cells: claims.map(({ comparison: { difference } }) =>
          difference ? differenceText(difference.mean, objective) : '',
        ),
        align: 'right',
      },
      {
        head: '95 % interval',
        cells: claims.map(({ comparison: { difference } }) =>
          difference?.interval ? differenceRange(difference.interval, objective) : '',
        ),
      },
      {
        head: 'p (Holm)',
        cells: claims.map(({ comparison: { test }, adjusted }) => (test === 'none' ? '' : pText(adjusted))),
        align: 'right',
        rank: 3,
      },
    ],
  };
}
