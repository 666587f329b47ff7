/** The numbers behind the figures of the report, as CSV: those of the figure itself, or a table for its section. */
import type { Facts, ReportBlock, ShowSearch, ShowStage } from '../../../src/server/protocol.ts';
import { type Cell, csvOf } from '../../shared/chart/csv.ts';

export type ReportFigureView = Extract<ReportBlock, { kind: 'figures' }>['figures'][number];

/** @param section the name of the figure's section. @returns undefined while the study has no numbers. */
export function figureCsv(
  { csv }: Pick<ReportFigureView, 'csv'>,
  section: string,
  facts: Pick<Facts, 'show'>,
): string | undefined {
  return csv ?? sectionCsv(section, facts);
}

function sectionCsv(section: string, { show }: Pick<Facts, 'show'>): string | undefined {
  if (!show) return undefined;
  switch (section) {
    case 'stages':
    case 'undecided':
      return levelsCsv(show.stages);
    case 'search':
    case 'searchCharts':
      return show.search && proposalsCsv(show.search);
    case 'importance':
      return (
        importanceCsv(show.search?.importances) ?? (show.search ? proposalsCsv(show.search) : levelsCsv(show.stages))
      );
    default:
      return undefined;
  }
}

function levelsCsv(stages: readonly ShowStage[]): string {
  const seeds = [...new Set(stages.flatMap((stage) => stage.seeds))];
  const head = [
    'stage',
    'configuration',
    'level',
    'standing',
    'mean',
    'standard deviation',
    'mean from',
    'mean to',
    'to the best from',
    'to the best to',
  ];
  const rows = stages.flatMap((stage, index) =>
    stage.levels.map((level): Cell[] => [
      index + 1,
      level.configuration,
      level.shown,
      level.standing,
      level.mean,
      level.standardDeviation,
      ...(level.meanInterval ?? [null, null]),
      ...(level.differenceToBest ?? [null, null]),
      ...seeds.map((seed) => level.scores[stage.seeds.indexOf(seed)]),
    ]),
  );
  return csvOf([...head, ...seeds.map((seed) => `seed ${seed}`)], rows);
}

/** Proposals with their score at each rung. */
function proposalsCsv({ proposals, rungs }: ShowSearch): string {
  const names = [...new Set(proposals.flatMap(({ values }) => Object.keys(values)))];
  const most = proposals.reduce((count, { scores }) => Math.max(count, scores.length), 0);
  const columns = Array.from({ length: most }, (_, index) =>
    rungs?.[index] ? `score after epoch ${rungs[index]}` : 'score',
  );
  const rows = proposals.map(({ number, configuration, state, values, scores }): Cell[] => [
    number,
    configuration,
    state,
    ...names.map((name) => values[name]),
    ...columns.map((_, index) => scores[index]),
  ]);
  return csvOf(['proposal', 'configuration', 'state', ...names, ...columns], rows);
}

/** What each hyperparameter explains. The protocol leaves the form of importances open, so it is read with care. */
function importanceCsv(importances: unknown): string | undefined {
  if (
    typeof importances !== 'object' ||
    importances === null ||
    !('rows' in importances) ||
    !Array.isArray(importances.rows)
  )
    return undefined;
  const rows = importances.rows as readonly {
    readonly name?: string;
    readonly share?: number;
    readonly interval?: readonly number[];
  }[];
  return csvOf(
    ['hyperparameter', 'share', 'from', 'to'],
    rows.map(({ name, share, interval }) => [name, share, interval?.[0], interval?.[1]]),
  );
}
