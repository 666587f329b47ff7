/** `lenet study`: run a study, show it, list and compare. */
import { join } from 'node:path';
import { UsageError } from '../base/errors.ts';
import { duration } from '../base/format.ts';
import {
  buildContent,
  type Content,
  comparisonSentence,
  configurationIds,
  scoreText,
  settingsText,
} from '../report/content.ts';
import { stageTable, stepTable, terminalTable, wrapped } from '../report/tables.ts';
import { writeReport } from '../report/write.ts';
import { readStudyFile } from '../runner/study-files.ts';
import { StudyFolder, studyFolders } from '../runner/study-folder.ts';
import { runStudy, type StudyEvent } from '../runner/study-run.ts';
import { compareLevels } from '../study/compare.ts';
import { valueText } from '../study/definition.ts';
import { type LevelView, type StudyView, scoreOf, type TrialRequest } from '../study/plan.ts';
import { whySame } from '../tasks/lenet/configuration.ts';
import { parseStudyFile, studyJsonSchema } from '../tasks/lenet/study-file.ts';
import { interruptedExitCode, interruptSignal } from './interrupt.ts';
import { quoted } from './quoted.ts';
import { StudyBars } from './study-progress.ts';
import { terminalWidth } from './terminal.ts';

export interface StudyRunOptions {
  readonly out?: string;
  readonly jobs: number;
  readonly data?: string;
  readonly seeds?: readonly number[];
  readonly retryFailed?: boolean;
}

/** Returns the exit code. */
export async function studyRun(file: string, options: StudyRunOptions): Promise<number> {
  const { path, text } = readStudyFile(file);
  const definition = parseStudyFile(text, path, options.seeds);
  const out = options.out ?? join('runs', definition.name);
  const folder = new StudyFolder(out);
  const bars = new StudyBars();
  const again = ['npx lenet study run', quoted(file), ...(options.out ? ['--out', quoted(options.out)] : [])];
  if (options.seeds) again.push('--seeds', options.seeds.length === 1 ? `${options.seeds[0]},` : options.seeds.join());
  if (options.data) again.push('--data', quoted(options.data));
  const { signal, release } = interruptSignal(() => {
    bars.clear();
    process.stderr.write('Stopping after the batches at work; press Ctrl-C again to stop at once.\n');
  });
  const asRun = options.seeds ? `# run with --seeds ${options.seeds.join()}\n${text}` : text;
  const { jobs, data: dataFolder, retryFailed = false } = options;
  try {
    for await (const event of runStudy({ definition, text: asRun, folder, jobs, dataFolder, retryFailed, signal })) {
      if (event.type === 'interrupted') {
        bars.clear();
        process.stdout.write(`Interrupted; everything is saved.\nGo on with: ${again.join(' ')}\n`);
        return interruptedExitCode;
      }
      tell(event, { bars, folder, jobs });
    }
    bars.clear();
    const content = buildContent(folder.read());
    await writeReport(content, folder);
    process.stdout.write(`${closing(content, folder, again.join(' '))}\n`);
    return content.view.finished ? 0 : 1;
  } finally {
    bars.clear();
    release();
  }
}

interface Teller {
  readonly bars: StudyBars;
  readonly folder: StudyFolder;
  readonly jobs: number;
}

function tell(event: StudyEvent, { bars, folder, jobs }: Teller): void {
  switch (event.type) {
    case 'start': {
      bars.begin(ended(event.view), event.view.expected);
      const { definition } = event.view;
      const set = definition.protocol === 'post' ? 'test' : 'held-out';
      bars.say(
        [
          `Study ${definition.name}: ${definition.plan}, ${definition.seeds.length} ${definition.seeds.length === 1 ? 'seed' : 'seeds'} (${definition.seeds.join(', ')}), about ${event.view.expected} trials, ${jobs} at once`,
          `Protocol ${definition.protocol}: ${event.train} images train, ${event.selection} ${set} images select (${event.source})`,
          `Everything goes to "${folder.path}"; look in at any time with: npx lenet study show ${quoted(folder.path)}`,
          ...(event.torn ? [`The journal's last line was cut off by a crash; it was put into "${event.torn}"`] : []),
          ...(ended(event.view) > 0 ? [`Goes on: ${ended(event.view)} trials have ended before.`] : []),
        ]
          .map((line) => (process.stdout.isTTY ? wrapped(line, terminalWidth()) : line))
          .concat('')
          .join('\n'),
      );
      break;
    }
    case 'trial-start':
      bars.start(
        event.number,
        `${trialName(event.request, event.view)}${event.restored ? ' (again: its files were lost)' : ''}`,
      );
      break;
    case 'progress':
      bars.show(event.number, event.share, event.accuracy);
      break;
    case 'trial-end': {
      bars.end(event.number, ended(event.view), event.view.expected);
      bars.say(trialLine(event));
      break;
    }
    case 'stage': {
      const content = buildContent(folder.read());
      bars.say(`\n${sectionText(content, event.stage.index)}\n`);
      break;
    }
  }
}

function ended({ trials }: StudyView): number {
  return trials.filter(({ state }) => state !== 'running').length;
}

/** What distinguishes the trial in this study: `batchSize 32, l2 0, seed 1`. */
function trialName({ configuration, seed }: TrialRequest, view: StudyView): string {
  return `${settingsText(configuration, view)}, seed ${seed}`;
}

function trialLine({ number, trial, request, restored, view }: StudyEvent & { type: 'trial-end' }): string {
  const name = trialName(request, view);
  if (trial.state === 'failed') return `trial ${number}: ${name}: failed: ${trial.reason}`;
  const seconds = trial.curve.reduce((sum, epoch) => sum + epoch.seconds.train + epoch.seconds.evaluate, 0);
  const { accuracy, loss } = trial.curve.at(-1)!.selection;
  const made = restored ? 'made again' : duration(seconds);
  return `trial ${number}: ${name}: ${(accuracy * 100).toFixed(2)} % (loss ${loss.toFixed(4)}), ${made}`;
}

function sectionText(content: Content, index: number): string {
  const section = content.sections[index]!;
  const width = terminalWidth();
  return [
    section.title,
    terminalTable(stageTable(section, content), width),
    ...(section.steps.length > 0
      ? ['', 'Each against the one before it, paired by seed:', terminalTable(stepTable(section, content), width)]
      : []),
    wrapped(section.verdict, width),
    ...section.remarks.map((remark) => wrapped(remark, width)),
  ].join('\n');
}

function closing(content: Content, folder: StudyFolder, again: string): string {
  const width = terminalWidth();
  const { view } = content;
  const failed = view.trials.filter(({ state }) => state === 'failed').length;
  return [
    ...content.outcome.map((line) => wrapped(line, width)),
    wrapped(content.protocol, width),
    ...(failed > 0
      ? [`${failed} of ${view.trials.length} trials failed; try them again with: ${again} --retry-failed`]
      : []),
    `Time: ${duration(content.wallSeconds)} at work, ${duration(content.coreSeconds)} of training and evaluation in ${view.trials.length} trials`,
    ...(view.winner ? [`Winner's model: "${folder.trial(view.winner.trials[0]!.number).modelPath}"`] : []),
    `Report: "${folder.htmlPath}" and "${folder.markdownPath}"`,
    `Journal (Optuna opens it): "${folder.journalPath}"`,
  ].join('\n');
}

/** The whole study as far as it has come. */
export function studyShow(path: string, json: boolean): void {
  const folder = new StudyFolder(path);
  const content = buildContent(folder.read());
  if (json) {
    process.stdout.write(`${JSON.stringify(asJson(content), null, 2)}\n`);
    return;
  }
  const width = terminalWidth();
  const { view, record } = content;
  const running = view.trials.filter(({ state }) => state === 'running');
  const lines = [
    `Study ${record.definition.name} (${record.definition.plan}, seeds ${record.definition.seeds.join(', ')})`,
    wrapped(content.protocol, width),
    folder.holder
      ? `A process is at work on it (${folder.holder.pid}).`
      : view.finished
        ? 'Finished.'
        : 'Nobody is at work on it; the command that began it goes on.',
    '',
    ...content.sections.flatMap((_, index) => [sectionText(content, index), '']),
    ...running.map(({ number, curve }) => {
      const epochs = Math.max(0, curve.length - 1);
      return `trial ${number} has done ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`;
    }),
    ...content.outcome.map((line) => wrapped(line, width)),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** What a study found, without times: equal studies give equal bytes. */
function asJson({ view, record, sections }: Content): object {
  const { name, protocol, objective, plan, seeds } = record.definition;
  return {
    ...{ name, protocol, objective, plan, seeds },
    finished: view.finished,
    stages: sections.map(({ stage, rows, verdict, remarks, analysis }) => ({
      name: stage.name,
      levels: rows.map(({ view: level, id, label, standing, notes }) => ({
        ...{ configuration: id, label, settings: level.configuration, standing, notes },
        scores: level.trials.map((trial) => (trial?.state === 'complete' ? scoreOf(trial, objective) : null)),
        summary: level.summary ?? null,
      })),
      selected: stage.selected === undefined ? null : rows[stage.selected]!.label,
      comparisons: (analysis?.comparisons ?? []).map(({ level, ...comparison }) => ({
        level: rows[level]!.label,
        ...comparison,
      })),
      ...{ verdict, remarks },
    })),
    winner: view.winner?.configuration ?? null,
    testLooks: record.looks,
  };
}

/** The studies below a folder, a line each. */
export function studyList(path: string): void {
  const folders = studyFolders(path);
  if (folders.length === 0) {
    process.stdout.write(`There are no studies in "${path}". Begin one with: npx lenet study run post\n`);
    return;
  }
  const rows = folders.map((folder) => {
    try {
      const { view } = buildContent(folder.read());
      const state = folder.holder ? 'at work' : view.finished ? 'finished' : 'interrupted';
      const best = view.winner
        ? `${settingsText(view.winner.settings, view)}: ${scoreText(view.winner.summary!.mean, view)}`
        : '';
      return [folder.path, view.definition.protocol, `${ended(view)}/${view.expected}`, state, best];
    } catch (error) {
      return [folder.path, '', '', 'damaged', error instanceof Error ? error.message : String(error)];
    }
  });
  const table = { head: ['study', 'protocol', 'trials', 'state', 'winner'], rows, dispensable: [1, 4] };
  process.stdout.write(`${terminalTable(table, terminalWidth())}\n`);
}

/** Two configurations of one study beside each other. */
export function studyCompare(path: string, first: string, second: string): void {
  const { view } = buildContent(new StudyFolder(path).read());
  const ids = configurationIds(view);
  const levels = view.stages.flatMap(({ levels: found }) => found);
  const [a, b] = [findLevel(first, levels, ids), findLevel(second, levels, ids)];
  const names = [`${ids.get(a.key)}`, `${ids.get(b.key)}`] as const;
  const width = terminalWidth();
  const { objective } = view.definition;
  const lines = [a, b].map(({ configuration, summary, trials, key }) => {
    const scores = trials.map((trial) =>
      trial?.state === 'complete' ? scoreText(scoreOf(trial, objective), view) : '-',
    );
    const range = summary?.interval?.map((bound) => scoreText(bound, view)).join(' to ');
    const mean = summary ? `${scoreText(summary.mean, view)}${range ? ` (${range})` : ''}` : 'no finished trial';
    return `${ids.get(key)}: ${settingsText(configuration, view)}: ${mean}; seeds: ${scores.join(', ')}`;
  });
  if (a.key === b.key) {
    const why = whySame(a.settings, b.settings);
    lines.push(`${first} and ${second} are one configuration${why ? ` (${why})` : ''}: there is nothing to compare.`);
  } else {
    const differing = Object.keys(a.configuration).filter((name) => a.configuration[name] !== b.configuration[name]);
    const difference = differing.map(
      (name) => `${name} ${valueText(a.configuration[name]!)} against ${valueText(b.configuration[name]!)}`,
    );
    const comparison = compareLevels(a, b, objective);
    lines.push(`They differ in ${difference.join(', ')}.`, comparisonSentence(...names, comparison, view));
    for (const { seed, onlyFirst, onlySecond, p } of comparison.disagreements) {
      lines.push(
        `seed ${seed}: ${onlyFirst} images only ${names[0]} reads rightly, ${onlySecond} only ${names[1]} (exact McNemar p = ${p.toFixed(3)})`,
      );
    }
  }
  process.stdout.write(`${lines.map((line) => wrapped(line, width)).join('\n')}\n`);
}

/** By the report's name (C3) or by a level's label. @throws UsageError listing what there is. */
function findLevel(wanted: string, levels: readonly LevelView[], ids: ReadonlyMap<string, string>): LevelView {
  const byId = levels.find(({ key }) => ids.get(key)?.toLowerCase() === wanted.toLowerCase());
  const byLabel = levels.filter(({ level }) => level.label === wanted);
  const found = byId ?? byLabel[0];
  if (found && (byId || new Set(byLabel.map(({ key }) => key)).size === 1)) return found;
  const seen = new Set<string>();
  const choices = levels.flatMap(({ key, level }) => {
    if (seen.has(key)) return [];
    seen.add(key);
    return [`${ids.get(key)} (${level.label})`];
  });
  const problem = found ? `"${wanted}" names several configurations` : `there is no configuration "${wanted}"`;
  throw new UsageError(`${problem}: give one of ${choices.join(', ')}`);
}

/** Writes the report of a study as far as it has come. */
export async function studyReport(path: string): Promise<void> {
  const folder = new StudyFolder(path);
  await writeReport(buildContent(folder.read()), folder);
  process.stdout.write(`Report: "${folder.htmlPath}" and "${folder.markdownPath}"\n`);
}

/** The JSON Schema of study files. */
export function studySchema(): void {
  process.stdout.write(`${JSON.stringify(studyJsonSchema(), null, 2)}\n`);
}
