/** The commands `lenet study ...`: run, show, list, compare, export, report, schema. */
import { existsSync, statfsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { UsageError } from '../base/errors.ts';
import { duration, megabytes } from '../base/format.ts';
import { exactJson, visible, visibleLines } from '../base/plain-text.ts';
import { writeOutput } from '../disk/atomic-file.ts';
import { describeHolder } from '../disk/lock.ts';
import { NotConnected } from '../fleet/not-connected.ts';
import { trialsCsv } from '../report/csv.ts';
import type { StudyFacts } from '../report/facts.ts';
import { showJson } from '../report/json.ts';
import { lenetSource, readLenetStudy, type ShownOptions } from '../report/lenet.ts';
import { type Naming, namingOf, settingsText, shortLabel } from '../report/naming.ts';
import { studyMeans } from '../report/optuna-means.ts';
import { compareText, outcomeLines, showText, stageText, studyTitle, winnerText } from '../report/terminal.ts';
import { terminalTable, wrapped } from '../report/terminal-table.ts';
import { countText, scoreText } from '../report/words/numbers.ts';
import { dataWords } from '../runner/data-words.ts';
import { environment } from '../runner/environment.ts';
import type { Forecast } from '../runner/forecast.ts';
import { experimentOf } from '../runner/hparams.ts';
import type { KernelChoice } from '../runner/kernel-choice.ts';
import { lenetTask } from '../runner/lenet-task.ts';
import { readMachine, threadRoom, usableCores } from '../runner/machine.ts';
import { isPrivateRun } from '../runner/run-data.ts';
import { readingOf, readStudyFile, teachersFrom } from '../runner/study-files.ts';
import { StudyFolder, studyFolders } from '../runner/study-folder.ts';
import { runStudy, type StudyEvent } from '../runner/study-run.ts';
import { recordOfTeachers } from '../runner/teachers.ts';
import type { StageView, TrialRequest } from '../study/contest.ts';
import { isSeedRule, objectives, type StudyDefinition } from '../study/definition.ts';
import type { StudyView } from '../study/strategy.ts';
import { type CompleteTrial, completeTrials, isComplete, secondsOf } from '../study/trial.ts';
import { lenetSettings } from '../tasks/lenet/configuration.ts';
import { parseStudyFile, studyFileData, studyFileNetworks, studyJsonSchema } from '../tasks/lenet/study-file.ts';
import { type DataChoice, loadingOptions } from './data-options.ts';
import { Interrupt } from './interrupt.ts';
import { quoted, quotedPath } from './quoted.ts';
import { phaseLine, planLines } from './search-lines.ts';
import { dataOfStudy, textOfCopy, withNetworksBeside } from './study-data.ts';
import { StudyBars } from './study-progress.ts';
import { terminalWidth } from './terminal.ts';
import { tellOfWait } from './waiting.ts';
import { usefulJobs, warn } from './warning.ts';

export interface StudyRunOptions extends DataChoice {
  readonly out?: string;
  readonly jobs: number;
  readonly seeds?: readonly number[];
  readonly retryFailed?: boolean;
  readonly keep?: readonly number[];
  /** Whether the report shows pictures of a set that is not published. */
  readonly pictures?: boolean;
  readonly kernels?: KernelChoice;
  /** Whether a page shows the study while it runs. */
  readonly ui?: boolean;
  /** Whether trials are evaluated on their training set too. */
  readonly evaluateTrain: boolean;
  /** Whether workers elsewhere train. */
  readonly fleet?: boolean;
  /** The share of trainings that a fleet does twice, 0 to 1. */
  readonly audit?: number;
}

function factsOf(folder: StudyFolder): StudyFacts {
  return readLenetStudy(folder).facts;
}

/** Writes the report of the study in a folder. @returns the facts in the report. */
function report(folder: StudyFolder, shown: ShownOptions): Promise<StudyFacts> {
  const { htmlPath, markdownPath } = folder;
  return folder.whileReporting(
    async (check) => {
      // Read under the lock, so that the report that is written last has the newest facts.
      const { record, facts } = readLenetStudy(folder);
      const { writeReport } = await import('../report/write.ts');
      await writeReport(facts, lenetSource(record, folder, shown), {
        htmlPath,
        markdownPath,
        check,
        hiddenPlaces: shown.isPrivate ? [resolve(folder.path), folder.path, process.cwd(), homedir()] : [],
      });
      return facts;
    },
    { onWait: (holder) => process.stderr.write(`Waiting for ${describeHolder(holder)}, which writes the report.\n`) },
  );
}

/** Runs or continues a study. @returns the exit code. */
export async function studyRun(file: string, options: StudyRunOptions): Promise<number> {
  const { path, text } = readStudyFile(file);
  let teachers: readonly string[] | undefined;
  const reading = readingOf(path);
  const definition = parseStudyFile(text, path, {
    seeds: options.seeds,
    ...reading,
    teachers({ distill, isOfRecipe }) {
      // The reader of recipes has resolved the places of its teachers. The name of a study that ships is not a path.
      const found = isOfRecipe ? distill : teachersFrom(distill, path === file ? path : undefined);
      teachers = found.teachers;
      return recordOfTeachers(found);
    },
  });
  // Absolute, so that paths and commands in messages work in any folder.
  const out = resolve(options.out ?? join('runs', definition.name));
  const folder = new StudyFolder(out);
  const bars = new StudyBars();
  // The name of a study that ships is not a path.
  const again = ['npx lenet study run', path === file ? quotedPath(file) : quoted(file), '--out', quoted(out)];
  if (options.seeds) again.push('--seeds', options.seeds.length === 1 ? `${options.seeds[0]},` : options.seeds.join());
  again.push(...dataWords(options.data, loadingOptions(options), quotedPath));
  if (options.fleet) again.push('--fleet');
  if (options.audit !== undefined) again.push('--audit', `${options.audit}`);
  if (options.retryFailed) again.push('--retry-failed');
  if (options.kernels) again.push('--kernels', options.kernels);
  if (options.pictures) again.push('--pictures');
  if (!options.evaluateTrain) again.push('--evaluate', 'test');
  const interrupt = new Interrupt((again) => {
    bars.clear();
    const what = options.fleet ? 'Stopping; workers finish what they have' : 'Stopping after the current batches';
    process.stderr.write(`${what}; ${again} to stop at once.\n`);
  });
  const { signal } = interrupt;
  const inFile = studyFileData(text, path, reading);
  const { copy, files } = withNetworksBeside(text, studyFileNetworks(text, path, reading));
  const moved = textOfCopy(copy, inFile, { file: path, teachers: teachers ?? [] });
  // A copy that is run again has the note of the run before.
  const plain = moved.replace(/^# run with --seeds [\d,]+\r?\n/, '');
  const asRun = options.seeds ? `# run with --seeds ${options.seeds.join()}\n${plain}` : plain;
  const { retryFailed = false, keep = [], evaluateTrain } = options;
  const machine = readMachine();
  const { jobs, warnings } = options.fleet
    ? { jobs: options.jobs, warnings: [] }
    : usefulJobs(options.jobs, threadRoom(machine, { memories: true }), machine);
  for (const text of warnings) warn(text);
  // Where fewer trials are left than there are jobs, the last trials share these threads.
  const threads = Math.min(jobs, usableCores(machine));
  const local = {
    folder: out,
    ...dataOfStudy(inFile, options, path),
    teachers,
    threads,
    kernels: options.kernels ?? 'auto',
    evaluateTrain,
    claim: () => folder.claim,
  };
  // The folder around the study: the page shows those beside it, too.
  const page = options.ui ? await (await import('./ui.ts')).uiBeside(dirname(out)) : undefined;
  const say = (line: string) => bars.say(fitted(line));
  const fleet = options.fleet
    ? await (await import('./study-fleet.ts')).openFleet(local, { audit: options.audit ?? 0, signal, say })
    : undefined;
  const task = fleet ?? lenetTask(local);
  const teller: Teller = {
    bars,
    folder,
    jobs,
    naming: namingOf(definition, lenetSettings),
    isFleet: fleet !== undefined,
    page: page?.address,
  };
  const interrupted = (saved: string) => {
    bars.clear();
    process.stdout.write(`Interrupted; ${saved}.\nContinue with: ${visible(again.join(' '))}\n`);
    return interrupt.exitCode(1);
  };
  try {
    const store = folder.store(asRun, { files, onWait: tellOfWait });
    const environmentNow = environment(jobs);
    const request = { definition, task, store, jobs, threads, retryFailed, keep, signal, environment: environmentNow };
    for await (const event of runStudy(request)) {
      if (event.type === 'interrupted') return interrupted('everything is saved');
      if (event.type === 'start') fleet?.expect(event.view.expected - endedTrials(event.view));
      if (event.type === 'trial-end') fleet?.expect(event.view.expected - event.ended);
      tell(event, teller);
      if (event.type !== 'finished' || !fleet) continue;
      // A strategy may need fewer trainings than it expected.
      fleet.expect(0);
      const lacking = await fleet.fetchFiles(keptTrials(event.view));
      if (lacking.length > 0 && signal.aborted) {
        return interrupted(
          `the study has ended, and the database still has files of ${countText(lacking.length, 'trial')}`,
        );
      }
    }
    bars.clear();
    // Every trial is on disk now. A signal does not stop the writing of the report.
    const facts = await report(folder, { pictures: options.pictures, isPrivate: isPrivateRun() });
    const retry = [...again, ...(options.retryFailed ? [] : ['--retry-failed'])].join(' ');
    process.stdout.write(`${visibleLines(closing(facts, folder, retry))}\n`);
    return interrupt.exitCode(facts.finished ? 0 : 1);
  } catch (error) {
    if (error instanceof NotConnected) return interrupted('the database had not answered, so nothing was begun');
    throw error;
  } finally {
    bars.clear();
    await page?.close();
    interrupt.release();
  }
}

function endedTrials({ trials }: StudyView): number {
  return trials.filter(({ state }) => state !== 'running').length;
}

/** The complete trials whose models are kept. */
function keptTrials({ trials }: StudyView): CompleteTrial[] {
  return completeTrials(trials).filter(({ results }) => results !== 'dropped');
}

interface Teller {
  /** The address of the page that shows the study; undefined where there is none. */
  readonly page: string | undefined;
  readonly bars: StudyBars;
  readonly folder: StudyFolder;
  readonly jobs: number;
  readonly naming: Naming;
  readonly isFleet: boolean;
}

function tell(event: Exclude<StudyEvent, { type: 'interrupted' }>, teller: Teller): void {
  const { bars, folder, naming } = teller;
  switch (event.type) {
    case 'start': {
      folder.writeExperiment(experimentOf(event.view.definition, naming.varied), Date.now() / 1000);
      const ended = endedTrials(event.view);
      bars.begin(ended, event.view.expected);
      bars.say([...opening(event, teller, ended), ''].map(fitted).join('\n'));
      break;
    }
    case 'forecast':
      // Nobody knows how many workers will come.
      if (teller.isFleet) break;
      bars.say(fitted(forecastText(event.forecast, folder)));
      break;
    case 'trial-start':
      bars.start(
        event.number,
        `${trialName(event.request, naming)}${event.restored ? ` (again; its files were ${event.restored.state})` : ''}`,
        { isWaiting: teller.isFleet },
      );
      if (event.restored) bars.say(fitted(`trial ${event.number} is made again: ${event.restored.why}`));
      break;
    case 'progress':
      bars.show(event.number, event.share, event.score);
      break;
    case 'trial-end':
      bars.end(event.trial.number, event.ended, event.view.expected);
      bars.say(visible(trialLine(event, naming)));
      break;
    case 'trial-pause':
      bars.end(event.number, event.ended, event.view.expected);
      break;
    case 'phase': {
      const line = phaseLine(event.search);
      if (line !== undefined) bars.say(fitted(line));
      break;
    }
    case 'fewer jobs':
      bars.say(`From now on ${event.jobs} ${event.jobs === 1 ? 'trial runs' : 'trials run'} at once: ${event.because}`);
      break;
    case 'round':
      bars.stillIn(stillIn(event.stage, naming));
      bars.say(fitted(roundText(event.stage, naming)));
      break;
    case 'stage':
      bars.stillIn([]);
      // The outcome of a search comes at its end.
      if (event.view.search) break;
      bars.say(`\n${stageText(factsOf(folder), event.stage.index, terminalWidth())}\n`);
      break;
    case 'finished':
      break;
  }
}

/** The line, wrapped at the terminal's width. Not wrapped where the output is no terminal. */
function fitted(line: string): string {
  return process.stdout.isTTY ? wrapped(line, terminalWidth()) : visible(line);
}

function opening(
  { view, summary, torn }: StudyEvent & { type: 'start' },
  { folder, jobs, page, isFleet }: Teller,
  ended: number,
): string[] {
  const about = isSeedRule(view.definition.seeds) ? 'at most' : 'about';
  return [
    `${studyTitle(view.definition)}; ${about} ${view.expected} trials, ${isFleet ? `at most ${jobs} given to workers` : `${jobs} at once`}`,
    summary,
    ...planLines(view.definition, jobs, { isFleet }),
    `Everything goes to "${folder.path}"; see its results at any time with: npx lenet study show ${quoted(folder.path)}`,
    page === undefined
      ? `Watch it in the browser with: npx lenet ui ${quoted(dirname(folder.path))}`
      : `Watch it in the browser: ${page}`,
    ...(torn ? [`A crash cut the journal's last line short; the line was moved to "${torn}"`] : []),
    ...(ended > 0 ? [`Continues the study: ${ended} trials have ended before.`] : []),
  ];
}

/** The expected time and disk space, and a warning where the disk has too little room. */
function forecastText({ seconds, bytes }: Forecast, folder: StudyFolder): string {
  const range = (text: (value: number) => string, [least, most]: readonly [number, number]) =>
    text(least) === text(most) ? `about ${text(most)}` : `${text(least)} to ${text(most)}`;
  const needed = bytes[1];
  const free = freeBytes(folder.path);
  const warning =
    free !== undefined && free < needed
      ? ` Only ${megabytes(free)} are free on this disk, which is too little for the study.`
      : '';
  return `Forecast from the first batches: ${range(duration, seconds)}, ${range(megabytes, bytes)} of disk.${warning}`;
}

function freeBytes(path: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    // Some file systems do not report free space.
    return undefined;
  }
}

/** The labels of the levels that are still in the stage. */
function stillIn({ rounds, levels }: StageView, naming: Naming): string[] {
  return (rounds?.in ?? []).map((i) => shortLabel(levels[rounds!.contenders[i]!]!.level, naming));
}

function roundText(stage: StageView, naming: Naming): string {
  const { rounds, levels } = stage;
  const left = rounds!.left.flatMap((departure, i) =>
    departure?.round === rounds!.rounds ? [shortLabel(levels[rounds!.contenders[i]!]!.level, naming)] : [],
  );
  const gone = left.length > 0 ? `; left: ${left.join(', ')}` : '';
  return `After ${rounds!.rounds} seeds: still in: ${stillIn(stage, naming).join(', ')}${gone}`;
}

/** The settings that the study varies, and the seed: `batchSize 32, l2 0, seed 1`. */
function trialName({ configuration, seed }: TrialRequest, naming: Naming): string {
  return `${settingsText(configuration, naming)}, seed ${seed}`;
}

function trialLine({ trial, request, restored, view }: StudyEvent & { type: 'trial-end' }, naming: Naming): string {
  const name = `trial ${trial.number}: ${trialName(request, naming)}`;
  if (!isComplete(trial)) return `${name}: ${trial.state}: ${trial.reason}`;
  const made = restored ? 'made again' : duration(secondsOf(trial));
  return `${name}: ${resultText(trial, view.definition)}, ${made}`;
}

/** `98.71 % (loss 0.0432)`. What selects is said where it is not one of the two. */
function resultText(trial: CompleteTrial, { objective }: StudyDefinition): string {
  const selection = trial.curve.at(-1)?.selection;
  const score = scoreText(trial.score, objective);
  if (!selection) return score;
  const { name, unit } = objectives[objective];
  const isNamed = objective === 'accuracy' || objective === 'loss';
  const first = isNamed ? `${(selection.accuracy * 100).toFixed(2)} %` : `${name} ${score}${unit}`;
  return `${first} (loss ${selection.loss.toFixed(4)})`;
}

/** The summary at the end of a study. @param retry the command that runs failed trials again. */
function closing(facts: StudyFacts, folder: StudyFolder, retry: string): string {
  const width = terminalWidth();
  const { failed } = facts.counts;
  const winner = facts.winner?.view.trials[0];
  return [
    ...outcomeLines(facts).map((line) => wrapped(line, width)),
    ...(failed > 0 ? [`${failed} of ${facts.counts.ended} trials failed; run them again with: ${retry}`] : []),
    `Time: ${duration(facts.wallSeconds)}; training and evaluation of ${facts.trials.length} trials: ${duration(facts.coreSeconds)}`,
    ...(winner ? [`Winner's model: "${folder.trial(winner.number).modelPath}"`] : []),
    `Report: "${folder.htmlPath}" and "${folder.markdownPath}"`,
    `Journal (Optuna can open it): "${folder.journalPath}"`,
  ].join('\n');
}

/** Prints the study's results so far. */
export function studyShow(path: string, json: boolean): void {
  const folder = new StudyFolder(path);
  const facts = factsOf(folder);
  if (json) {
    process.stdout.write(`${exactJson(showJson(facts), 2)}\n`);
    return;
  }
  const { holder } = folder;
  const state = holder
    ? `A process is working on the study (${describeHolder(holder)}).`
    : facts.finished
      ? 'Finished.'
      : facts.stuck === undefined
        ? `${restWords[folder.leftAs]}; the command that started the study continues it.`
        : 'Ended: no level succeeded.';
  process.stdout.write(`${showText(facts, { width: terminalWidth(), state })}\n`);
}

const restWords = {
  paused: 'Paused: everything is saved',
  interrupted: 'Interrupted: its process was ended before it could save everything',
} as const;

/**
 * Prints the studies in a folder, one line each. @param given default: runs, which does not exist before the first
 * study. @throws WorldError when the given folder does not exist.
 */
export function studyList(given: string | undefined): void {
  const path = given ?? 'runs';
  const folders = given === undefined && !existsSync(path) ? [] : studyFolders(path);
  if (folders.length === 0) {
    process.stdout.write(`There are no studies in "${visible(path)}". Start one with: npx lenet study run post\n`);
    return;
  }
  const rows = folders.map((folder) => {
    try {
      const facts = factsOf(folder);
      const ended = facts.finished ? 'finished' : facts.stuck === undefined ? folder.leftAs : 'no level succeeded';
      const state = folder.holder ? 'running' : ended;
      const { counts } = facts;
      return [
        folder.path,
        facts.definition.protocol ?? '',
        `${counts.ended}/${counts.expected}`,
        state,
        winnerText(facts),
      ];
    } catch (error) {
      return [folder.path, '', '', 'damaged', error instanceof Error ? error.message : String(error)];
    }
  });
  // In a narrow terminal the column with the highest rank is left out first: the winner, then the protocol.
  const heads = [['study'], ['protocol', 2], ['trials'], ['state'], ['winner', 3]] as const;
  const columns = heads.map(([head, rank], column) => ({
    head,
    cells: rows.map((row) => row[column]!),
    ...(rank === undefined ? {} : { rank }),
  }));
  process.stdout.write(`${terminalTable({ columns }, terminalWidth())}\n`);
}

/** Prints two configurations of a study side by side. Each is given by its name in the report (C3) or its label. */
export function studyCompare(path: string, first: string, second: string): void {
  process.stdout.write(`${compareText(factsOf(new StudyFolder(path)), first, second, terminalWidth())}\n`);
}

export interface StudyExportOptions {
  readonly csv?: boolean;
  readonly optunaMeans?: boolean;
  readonly out?: string;
}

/** Writes the table of trials, or Optuna's journal of means, to standard output or a file. */
export function studyExport(path: string, { csv = false, optunaMeans = false, out }: StudyExportOptions): void {
  if (csv === optunaMeans) {
    throw new UsageError(
      'expected one format: --csv, one row per trial, or --optuna-means, one trial per configuration',
    );
  }
  const facts = factsOf(new StudyFolder(path));
  const text = csv ? trialsCsv(facts) : studyMeans(facts, new Date());
  if (out === undefined) process.stdout.write(text);
  else {
    writeOutput(out, text);
    process.stdout.write(`${csv ? 'Trials' : 'Journal of means (Optuna can open it)'}: "${visible(out)}"\n`);
  }
}

/** Writes the report of a study, also of an unfinished one. */
export async function studyReport(path: string, { pictures }: Pick<ShownOptions, 'pictures'>): Promise<void> {
  const folder = new StudyFolder(path);
  await report(folder, { pictures, isPrivate: isPrivateRun() });
  process.stdout.write(`Report: "${visible(folder.htmlPath)}" and "${visible(folder.markdownPath)}"\n`);
}

/** Prints the JSON Schema of study files. */
export function studySchema(): void {
  process.stdout.write(`${JSON.stringify(studyJsonSchema(), null, 2)}\n`);
}
