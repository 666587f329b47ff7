/**
 * What crosses the wire between the page and its server: plain data, no code of Node. The page imports these types and nothing else of the server.
 *
 * Addresses (all below the server's root; ID is an entry's `id`, to be written with encodeURIComponent):
 *
 * | method and address                          | answer                                                                  |
 * | ------------------------------------------- | ----------------------------------------------------------------------- |
 * | GET /api/entries                            | Listing                                                                 |
 * | GET /api/events                             | stream of the list: ListEvents                                          |
 * | GET /api/studies/ID                         | StudyOpening                                                            |
 * | GET /api/studies/ID/events?from=POSITION    | stream of a study: StudyEvents                                          |
 * | GET /api/studies/ID/facts                   | Facts                                                                   |
 * | GET /api/studies/ID/fleet                   | FleetView; 404 where no fleet has worked on it                          |
 * | GET /api/studies/ID/trials.csv              | the table of trials, as `lenet study export --csv` writes it            |
 * | GET /api/studies/ID/trials/N                | TrialDetails                                                            |
 * | GET /api/studies/ID/trials/N/answers        | AnswersView (loads the data; takes a second or so at first)             |
 * | GET /api/studies/ID/trials/N/files/NAME     | a file of the trial's folder                                            |
 * | GET /api/studies/ID/compare?a=C1&b=C4       | ComparisonView                                                          |
 * | GET /api/studies/ID/compare/images?a=&b=&seed= | DisagreementView (loads the data)                                    |
 * | GET /api/runs/ID                            | RunOpening                                                              |
 * | GET /api/runs/ID/events?from=POSITION       | stream of a run: RunEvents                                              |
 * | GET /api/runs/ID/answers                    | AnswersView                                                             |
 * | GET /api/runs/ID/files/NAME                 | a file of the run's folder                                              |
 * | GET /api/control                            | ControlView                                                             |
 * | GET /api/control/studies/NAME               | the text of a study file that ships (text/plain)                        |
 * | POST /api/control/validate                  | ValidateRequest -> Validation                                           |
 * | POST /api/control/start                     | StartRequest -> ControlAnswer                                           |
 * | POST /api/studies/ID/pause, /resume, /stop  | {} -> ControlAnswer                                                     |
 * | POST /api/studies/ID/seeds                  | SeedsRequest -> ControlAnswer                                           |
 *
 * Every failure is JSON (a page where a browser opens the address): a {@link Problem} with status 400 (the request), 401 (no token), 403 (forbidden), 404, 409 (not possible now),
 * 425 (a study that is being started and has recorded nothing yet) or 500.
 * A POST needs `Content-Type: application/json` and the page's own Origin.
 */
import type { FleetStatus } from '../runner/fleet-status.ts';

/** A value of a hyperparameter. A network's file stands as its name. */
export type Value = string | number | boolean | null;

/** An answer with a status of 400 or more. */
export interface Problem {
  /** A sentence for people. */
  readonly problem: string;
}

// ---------------------------------------------------------------------------------------------------------------------
// The list

/**
 * `study`: a study of ours. `optuna`: a study in a journal that another program wrote. `run`: a training run of ours.
 * `tensorboard`: a folder with event files of any tool. The first two are opened at /api/studies, the others at /api/runs.
 */
export type EntryKind = 'study' | 'optuna' | 'run' | 'tensorboard';

/**
 * `running`: a process works on it. `paused`: nobody works on a study that is not finished; its last process saved
 * everything. `interrupted`: the same where the last process was killed or stopped at once; for a run or a journal of
 * another program: nothing was added lately, and nothing tells that it is finished. `unknown`: not computed yet; an event follows. `stuck`: ended, because no level succeeded.
 * `damaged`: its files cannot be read, see `problem`. `empty`: begun, but nothing is recorded yet.
 */
export type EntryState = 'unknown' | 'running' | 'finished' | 'paused' | 'interrupted' | 'stuck' | 'damaged' | 'empty';

/** One line of the list. */
export interface Entry {
  readonly kind: EntryKind;
  /** Names the entry in addresses. Opaque; stays the same while the folder keeps its name. */
  readonly id: string;
  /** The path below the server's folder, `/` between its parts; `.` for the folder itself. */
  readonly path: string;
  /** The study's own name; else the last part of the path. */
  readonly name: string;
  readonly state: EntryState;
  /** Why it is damaged, or the last words of its process, which this server has started and which has failed. */
  readonly problem?: string;
  /** Trials that have ended, and all that are expected; null where unknown. For a run: epochs. */
  readonly progress: { readonly ended: number; readonly expected: number | null; readonly failed: number } | null;
  /** The best value so far, as text with its unit (`98.86 %`), and whose it is (`C3: batchSize 32`); null before the first. */
  readonly best: { readonly value: number; readonly text: string; readonly of: string | null } | null;
  /** What is known in one sentence; null where nothing is, or before the server has computed it (a `list` event follows). */
  readonly verdict: string | null;
  /** Estimated time until the end of a running study [seconds]; null where unknown. */
  readonly secondsLeft: number | null;
  /** When its newest file was changed [milliseconds since 1970]. */
  readonly changed: number;
}

/** GET /api/entries */
export interface Listing {
  /** The server's folder as given; `…` where places are left out. */
  readonly folder: string;
  readonly version: string;
  /** Whether studies may be started and stopped here. */
  readonly control: boolean;
  readonly entries: readonly Entry[];
  /** Studies that were started here and have recorded nothing: they are no entries yet, or will never be. */
  readonly starts: readonly StartView[];
  /** Set where the folder holds more than the server looks through. */
  readonly note?: string;
}

/** A study whose process has begun, or has failed before it recorded anything. */
export interface StartView {
  readonly id: string;
  /** The last part of its folder. */
  readonly name: string;
  /** Why it has failed; null: it is being started. */
  readonly problem: string | null;
}

/** Events of GET /api/events, by name; `data` is JSON of the given type. Comments (`: beat`) keep the line open. */
export interface ListEvents {
  /** The whole list again, whenever something in it has changed (at most once a second). Sent at once after opening. */
  readonly list: Listing;
}

// ---------------------------------------------------------------------------------------------------------------------
// A study

/** What decides, and how it is written. */
export interface Objective {
  /** `accuracy`, `balanced-accuracy`, `loss`, `score`; the same in words: `name`. */
  readonly kind: string;
  readonly name: string;
  readonly goal: 'maximize' | 'minimize';
  /** ` %` or empty; follows a number. */
  readonly unit: string;
  readonly decimals: number;
  readonly isPercentage: boolean;
}

/** The head of a study: everything but its trials. Changes rarely. */
export interface StudyHead {
  readonly kind: 'study' | 'optuna';
  readonly id: string;
  readonly path: string;
  readonly name: string;
  /** A sentence: `Study post: one factor at a time; test set; 5 seeds`. */
  readonly title: string;
  readonly plan: 'stages' | 'grid' | 'random' | 'search' | 'optuna';
  readonly protocol: 'post' | 'held-out' | null;
  readonly objective: Objective;
  readonly data: { readonly name: string; readonly hash: string } | null;
  /** A list of seeds, or the rule by which they are added; null where the study has none (Optuna). */
  readonly seeds:
    | { readonly kind: 'list'; readonly seeds: readonly number[] }
    | { readonly kind: 'rule'; readonly atLeast: number; readonly atMost: number; readonly resolve: number }
    | null;
  /** The hyperparameters worth a column: those that vary first, then those that the base sets. In this order in charts, too. */
  readonly parameters: readonly ParameterView[];
  /** The last epoch of every trial, if all have the same; null where unknown. */
  readonly epochs: number | null;
  /** The machines that worked on it, in order. Without names of hosts; empty where places are left out. */
  readonly sessions: readonly SessionView[];
  /** The text of the study file; null where there is none or places are left out. Text, never markup. */
  readonly file: string | null;
}

/** A column of the trials' table, an axis of the charts of a search. */
export interface ParameterView {
  readonly name: string;
  /** Whether levels or proposals differ in it. */
  readonly varies: boolean;
  /** How its values are drawn; `log` for a scale by powers. */
  readonly scale:
    | {
        readonly kind: 'number';
        readonly low: number;
        readonly high: number;
        readonly log: boolean;
        readonly isInteger: boolean;
      }
    | { readonly kind: 'choices'; readonly values: readonly Value[] };
}

/** The work of one process on the study. */
export interface SessionView {
  /** Local time of the machine, `2026-01-02T03:04:05.000000`. */
  readonly started: string;
  readonly seconds: number;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly os: string;
  readonly node: string;
  readonly version: string;
  readonly jobs: number;
  readonly kernels: string | null;
}

/**
 * Settings that trials share. Trials of one configuration are replicates with different seeds. Rows are put in place by
 * `index`, as rows of trials by `number`.
 */
export interface ConfigurationRow {
  /** Its number in this study; never changes. Rows of trials refer to it. Trials of other programs have one each, below 0. */
  readonly index: number;
  /** By the names in `parameters`; a name that does not count for this configuration is absent. */
  readonly settings: Readonly<Record<string, Value>>;
}

/** The curve of a trial, column by column, all of one length. Null: not measured after this epoch. */
export interface Curve {
  /** Epoch 0 is the untrained network. Any step of a program or of Optuna. */
  readonly epoch: readonly number[];
  /** The value that decides. */
  readonly score: readonly (number | null)[];
  /** The set that selects: the test set or held-out images. Fractions, not percent. Absent where never measured. */
  readonly loss?: readonly (number | null)[];
  readonly accuracy?: readonly (number | null)[];
  readonly trainLoss?: readonly (number | null)[];
  readonly trainAccuracy?: readonly (number | null)[];
}

/** A trial as it is now. Rows are put in place by `number`: a row that comes twice does no harm. */
export interface TrialRow {
  readonly number: number;
  readonly state: 'running' | 'complete' | 'pruned' | 'failed' | 'waiting';
  /** `index` of a ConfigurationRow. */
  readonly configuration: number;
  /** Null for trials of other programs. */
  readonly seed: number | null;
  /** The number of the search's proposal; null for other trials. */
  readonly proposal: number | null;
  /** Its final value; null before the end. For a pruned trial the last value. */
  readonly score: number | null;
  /** Why it failed or was pruned. */
  readonly reason: string | null;
  /** Images of the set that selects which its last epoch answered wrongly; null where not recorded. */
  readonly wrong: number | null;
  /** Training and evaluation so far [seconds]. */
  readonly seconds: number;
  /** Local time of the machine; null where not recorded. */
  readonly started: string | null;
  readonly ended: string | null;
  /** Whether another program added it: it is shown and not used. */
  readonly foreign: boolean;
  /** `dropped`: its model was removed to save room. `kept`: somebody asked for it. */
  readonly results: 'dropped' | 'kept' | null;
  readonly curve: Curve;
}

/**
 * A place in the journal, `123456-1a2b3c4d`: the byte offset after a whole line, and a digest of the bytes before it, which
 * shows that the file is still the same. It is the `id` of every event with rows. Opaque for the page.
 */
export type Position = string;

/** GET /api/studies/ID */
export interface StudyOpening {
  readonly head: StudyHead;
  readonly state: LiveState;
  readonly configurations: readonly ConfigurationRow[];
  readonly trials: readonly TrialRow[];
  /** Where the stream goes on without a gap: `new EventSource('/api/studies/ID/events?from=' + position)`. */
  readonly position: Position;
  /** Whether all recorded trials are here; the others of a large study follow at once as events of the stream. */
  readonly isWhole: boolean;
}

/** A process that works on a study. */
export interface HolderView {
  /** `process 4711 on this machine` */
  readonly name: string;
  /** When it began, in UTC: `2026-01-02T03:04:05.000Z`; null where not known. */
  readonly since: string | null;
}

/** Who works on a study. Does not stand in the journal, so its events have no id. */
export interface LiveState {
  readonly state: EntryState;
  /** The process that works on it; null where nobody does, or places are left out. */
  readonly holder: HolderView | null;
  /** What the page may offer now. All false where control is not allowed. */
  readonly can: {
    readonly pause: boolean;
    readonly resume: boolean;
    readonly stop: boolean;
    readonly addSeeds: boolean;
  };
  /** Whether a fleet works on it, or has: GET /api/studies/ID/fleet tells more. */
  readonly fleet: boolean;
  /** Of a child that this server started and that failed: its last words. */
  readonly message: string | null;
}

/** GET /api/studies/ID/fleet: how the fleet stood when its coordinator last wrote. */
export interface FleetView extends Omit<FleetStatus, 'at'> {
  /** How long ago that was (seconds), by the clocks of coordinator and server. */
  readonly ageSeconds: number;
}

/**
 * Events of GET /api/studies/ID/events, by name; `data` is JSON of the given type.
 * `rows` and `head` have an `id` (a Position): the browser sends it as Last-Event-ID when it connects again.
 */
export interface StudyEvents {
  /** The present rows of all trials touched since the last event, and their configurations. */
  readonly rows: { readonly trials: readonly TrialRow[]; readonly configurations: readonly ConfigurationRow[] };
  /** The head has changed: the definition has grown, a process has begun. */
  readonly head: StudyHead;
  readonly state: LiveState;
  /** The facts are newer than those of the last `facts` event: fetch /facts. At most every second, slower for large studies. */
  readonly facts: { readonly position: Position };
  /** The journal is another one now (removed, replaced, cut short): load the opening again. The stream ends. */
  readonly reset: { readonly why: string };
  /** The journal cannot be read at the moment, for instance because a line is damaged. The stream goes on trying. */
  readonly problem: Problem;
}

// ---------------------------------------------------------------------------------------------------------------------
// Facts: everything that is computed or judged. The page shows it and computes no statistics of its own.

/** GET /api/studies/ID/facts */
export interface Facts {
  /** The place in the journal that the facts are of. */
  readonly position: Position;
  /** As `lenet study show --json`; of an Optuna journal null. Fields are documented in docs/studies.md. */
  readonly show: ShowJson | null;
  /** The verdict in a few sentences, the first one is the shortest. */
  readonly outcome: readonly string[];
  /** Sentences of stages, by index of the stage: verdict first, then remarks. */
  readonly stages: readonly { readonly title: string; readonly sentences: readonly string[] }[];
  /** `C1` and so on, of the configurations that the study uses. */
  readonly names: readonly ConfigurationName[];
  readonly counts: {
    readonly running: number;
    readonly complete: number;
    readonly pruned: number;
    readonly failed: number;
    readonly ended: number;
    readonly expected: number;
  };
  readonly secondsLeft: number | null;
  /**
   * The sections of the report with their charts, as HTML that the server made: it has no scripts and no event handlers, and
   * text from files is escaped. Sections that need pictures of the data are left out.
   */
  readonly sections: readonly ReportSection[];
}

/** `left`: out after a round of a seed rule. `open`: more seeds will tell. `pending`: its trials have not ended. */
export type Standing = 'best' | 'may be best' | 'worse' | 'left' | 'open' | 'failed' | 'pruned' | 'pending';

/** The name of a configuration in the study's facts, and where it stands. */
export interface ConfigurationName {
  /** Of its ConfigurationRow; null before its first trial. */
  readonly index: number | null;
  /** `C3` */
  readonly id: string;
  /** `batchSize 32, l2 1e-4` */
  readonly label: string;
  /** The levels that use it; `standing` is of the newest stage. */
  readonly places: readonly { readonly stage: number; readonly level: number }[];
  readonly standing: Standing | null;
}

export interface ReportSection {
  /** `opening`, `stages`, `search`, ...: the names in src/report/sections.ts. */
  readonly name: string;
  readonly blocks: readonly ReportBlock[];
}

/** A block of the report. Figures carry their parts, so that each can be exported. */
export type ReportBlock =
  | { readonly kind: 'html'; readonly html: string }
  | {
      readonly kind: 'figures';
      readonly figures: readonly {
        readonly name: string;
        readonly caption: string;
        /** A text for who cannot see it. */
        readonly alt: string;
        /** The figure as HTML: an svg, or an img with a data URL. */
        readonly html: string;
        /** Its numbers, where {@link ShowJson} does not have them. */
        readonly csv: string | null;
      }[];
    };

/** The part of `lenet study show --json` that the page reads. More fields may be there. */
export interface ShowJson {
  readonly name: string;
  readonly protocol: string | null;
  readonly objective: string;
  readonly plan: string;
  readonly finished: boolean;
  readonly trials: { readonly ended: number; readonly expected: number };
  readonly stages: readonly ShowStage[];
  readonly search?: ShowSearch;
  readonly winner: { readonly configuration: string; readonly settings: Readonly<Record<string, Value>> } | null;
}

type Interval = readonly [low: number, high: number];

export interface ShowStage {
  readonly factors: readonly string[];
  readonly seeds: readonly number[];
  readonly finished: boolean;
  readonly method: string;
  readonly spread: number | null;
  readonly margin: number | null;
  readonly resolve: number;
  readonly seedsNeeded: number | 'many' | null;
  readonly rounds: number | null;
  readonly levels: readonly ShowLevel[];
  /** Label of the selected level. */
  readonly selected: string | null;
  readonly verdict: readonly string[];
  readonly remarks: readonly string[];
}

export interface ShowLevel {
  readonly configuration: string;
  readonly label: string;
  readonly shown: string;
  readonly settings: Readonly<Record<string, Value>>;
  readonly standing: Standing;
  readonly scope: string | null;
  readonly selected: boolean;
  /** By the stage's seeds. */
  readonly scores: readonly (number | null)[];
  readonly mean: number | null;
  readonly standardDeviation: number | null;
  readonly meanInterval: Interval | null;
  readonly difference: number | null;
  /** The MCB interval: this level minus the best of the others. */
  readonly differenceToBest: Interval | null;
  readonly leftAfter: number | null;
  readonly notes: readonly string[];
}

export interface ShowSearch {
  readonly phase: string;
  readonly summary: readonly string[] | string;
  readonly planned: number;
  readonly rungs: readonly number[] | null;
  readonly proposals: readonly {
    readonly number: number;
    readonly configuration: string;
    readonly trial: number | null;
    readonly values: Readonly<Record<string, Value>>;
    readonly state: string;
    readonly rung?: number;
    /** By rung. */
    readonly scores: readonly (number | null)[];
  }[];
  readonly finals: unknown;
  readonly confirmation: unknown;
  readonly claims: readonly unknown[];
  readonly importances: unknown;
}

// ---------------------------------------------------------------------------------------------------------------------
// A trial, and two configurations

/** A file of a run's folder. */
export interface FileView {
  readonly name: string;
  readonly bytes: number;
  /** Its address on this server. */
  readonly href: string;
}

/** GET /api/studies/ID/trials/N */
export interface TrialDetails {
  readonly row: TrialRow;
  /** All settings, those with their default, too; a network's file stands as its name. */
  readonly settings: Readonly<Record<string, Value>>;
  /** Names in `settings` whose value is not the default. */
  readonly given: readonly string[];
  readonly environment: SessionView | null;
  readonly files: readonly FileView[];
  /** How often the trial's model can be looked at: whether /answers can be asked for. */
  readonly hasAnswers: boolean;
  /** Why not: `its model was dropped to save room`. */
  readonly why: string | null;
}

/** GET .../answers: what a trained network answered to the images that select. */
export interface AnswersView {
  /** `test` or `validation`, and in words. */
  readonly set: string;
  readonly images: number;
  readonly classes: readonly ClassView[];
  /** Numbers of images, [class][answer]. */
  readonly confusion: readonly (readonly number[])[];
  /** The mistakes with the most probable answers, at most 48. */
  readonly mistakes: readonly MistakeView[];
  /** All mistakes. */
  readonly mistakesCount: number;
  /** The first channel of each filter of the first convolution, [filter][y][x]; empty where it has none. */
  readonly filters: readonly (readonly (readonly number[])[])[];
  /** Why there are no pictures; null where there are. */
  readonly withoutPictures: string | null;
  /** The licence line to be shown beside pictures of the data; null where none is known. */
  readonly credit: string | null;
}

export interface ClassView {
  readonly name: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly support: number;
}

export interface MistakeView {
  /** The number of the image in its set. */
  readonly image: number;
  /** Names of classes. */
  readonly label: string;
  readonly answer: string;
  readonly probability: number;
  /** A PNG as a data URL; null where pictures are not shown. */
  readonly picture: string | null;
}

/** GET /api/studies/ID/compare?a=C1&b=C4: `first` minus `second`. */
export interface ComparisonView {
  readonly first: ComparedConfiguration;
  readonly second: ComparedConfiguration;
  /** Sentences, as `lenet study compare` prints them. */
  readonly sentences: readonly string[];
  /** Seed by seed, in the order of seeds; for seeds that both have. */
  readonly pairs: readonly PairView[];
  /** Mean of the differences and its interval; null without a common seed. */
  readonly difference: { readonly mean: number; readonly sd: number | null; readonly interval: Interval | null } | null;
  readonly test: 't' | 'mcnemar' | 'none';
  readonly p: number;
  readonly seedsNeeded: number | 'many' | null;
}

export interface ComparedConfiguration {
  readonly id: string;
  readonly label: string;
  readonly mean: number | null;
  readonly scores: readonly { readonly seed: number; readonly trial: number; readonly score: number }[];
}

export interface PairView {
  readonly seed: number;
  readonly first: { readonly trial: number; readonly score: number };
  readonly second: { readonly trial: number; readonly score: number };
  /** `first` minus `second`. */
  readonly difference: number;
  /** Images that only one of the two gets right, and McNemar's exact p; null where answers are not recorded. */
  readonly images: { readonly onlyFirst: number; readonly onlySecond: number; readonly p: number } | null;
}

/** GET /api/studies/ID/compare/images?a=C1&b=C4&seed=3 */
export interface DisagreementView {
  readonly seed: number;
  /** Images that only `first` gets right, at most 48; then those that only `second` gets right. */
  readonly onlyFirst: readonly DisputedImage[];
  readonly onlySecond: readonly DisputedImage[];
  readonly counts: { readonly onlyFirst: number; readonly onlySecond: number };
  readonly withoutPictures: string | null;
  readonly credit: string | null;
}

export interface DisputedImage {
  readonly image: number;
  readonly label: string;
  /** Answers of both, with their probabilities; null where the predictions are not kept. */
  readonly first: { readonly answer: string; readonly probability: number } | null;
  readonly second: { readonly answer: string; readonly probability: number } | null;
  readonly picture: string | null;
}

// ---------------------------------------------------------------------------------------------------------------------
// Runs: our own run folders, and TensorBoard event files of any tool

/** One curve of a run: values by step, all of one length. */
export interface Series {
  /** `train/loss`, `test/acc`: the tag in TensorBoard's files. */
  readonly tag: string;
  /** Another tool's own name for it; null where it has none. */
  readonly title: string | null;
  readonly step: readonly number[];
  /** NaN and infinite values are null. */
  readonly value: readonly (number | null)[];
  /** Seconds since 1970; absent where not recorded. */
  readonly time?: readonly number[];
}

/** GET /api/runs/ID */
export interface RunOpening {
  readonly kind: 'run' | 'tensorboard';
  readonly id: string;
  readonly path: string;
  readonly name: string;
  readonly state: EntryState;
  /** Settings as recorded, empty where none are. */
  readonly settings: Readonly<Record<string, Value>>;
  readonly data: { readonly name: string; readonly hash: string } | null;
  readonly series: readonly Series[];
  readonly files: readonly FileView[];
  readonly hasAnswers: boolean;
  /** Sentences about what could not be read: `3 records are damaged and were left out`. */
  readonly notes: readonly string[];
  readonly position: Position;
}

/** Events of GET /api/runs/ID/events. */
export interface RunEvents {
  /** The series that have changed, whole; to be put in place by `tag`. Has an `id`. */
  readonly series: {
    readonly series: readonly Series[];
    readonly state: EntryState;
    readonly notes: readonly string[];
  };
  readonly reset: { readonly why: string };
  readonly problem: Problem;
}

// ---------------------------------------------------------------------------------------------------------------------
// Control

/** GET /api/control */
export interface ControlView {
  readonly allowed: boolean;
  /** Why not: `started with --read-only`. */
  readonly why: string | null;
  /** The studies that ship. */
  readonly studies: readonly { readonly name: string; readonly title: string }[];
  /** Cores of this machine: the default of `jobs`. */
  readonly cores: number;
}

/** POST /api/control/validate: a study file while it is being typed. Nothing is started. */
export interface ValidateRequest {
  readonly text: string;
}

export type Validation =
  | {
      readonly ok: true;
      readonly name: string;
      /** Sentences: what would be run, and with how many trainings. */
      readonly sentences: readonly string[];
      readonly expected: number;
      /** The folder that a start would use, and whether it holds a study already (which a start then continues). */
      readonly path: string;
      readonly exists: boolean;
    }
  | { readonly ok: false; readonly mistakes: readonly StudyFileMistake[] };

export interface StudyFileMistake {
  /** From 1; null where the mistake has no place. */
  readonly line: number | null;
  readonly column: number | null;
  readonly message: string;
}

/** POST /api/control/start: a study that ships, or a file of one's own. */
export type StartRequest = ({ readonly study: string } | { readonly text: string }) & {
  /** Seeds instead of the file's. */
  readonly seeds?: readonly number[];
  readonly jobs?: number;
};

/** POST /api/studies/ID/seeds: the seeds to add to those of the study. */
export interface SeedsRequest {
  readonly add: number;
}

/** The request was carried out. Another outcome is a Problem with status 409. */
export interface ControlAnswer {
  /** A sentence: `The study stops after its current batches.` */
  readonly message: string;
  /** The entry that was started. */
  readonly id: string | null;
}
