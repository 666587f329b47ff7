/**
 * The options of the command line: those of hyperparameters, made from their table, and the parsers of option values.
 */
import { Command, type HelpContext, Option } from 'commander';
import { integersAllowed } from '../base/argument.ts';
import { outOfReach } from '../base/decimal.ts';
import { nearest, UsageError } from '../base/errors.ts';
import type { Choice, Hyperparameter } from '../base/hyperparameter.ts';
import { platform } from '../disk/platform.ts';
import { shippedNames } from '../runner/shipped-files.ts';
import { mostListedSeeds } from '../study/definition.ts';
import {
  checkHyperparameter,
  completeHyperparameters,
  type HyperparameterName,
  type Hyperparameters,
  hyperparameterNames,
  hyperparameters,
} from '../tasks/lenet/hyperparameters.ts';
import type { NetworkValues } from '../tasks/lenet/network-file.ts';
import { synonyms } from '../tasks/lenet/synonyms.ts';

/** `learningRate` -> `learning-rate`. */
function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/**
 * The nearest known option: `--learning-rate` for `--lr`, for which commander suggests `--l2`. Undefined where none is
 * near.
 */
export function suggestOption(flag: string, options: readonly string[]): string | undefined {
  const bare = (text: string) => text.replace(/^-+/, '').replace(/=.*$/s, '');
  const meant = nearest(bare(flag), options.map(bare), synonyms);
  return options.find((option) => bare(option) === meant);
}

/**
 * A command that suggests options by the common names of hyperparameters (synonyms.ts), and refuses to show help for an
 * unknown command. Its subcommands do the same.
 */
export class SuggestingCommand extends Command {
  override createCommand(name?: string): Command {
    return new SuggestingCommand(name);
  }

  /** Shows the help. For `foo --help`, commander calls this method of the command above `foo`. */
  override outputHelp(context?: HelpContext): void;
  override outputHelp(edit: (text: string) => string): void;
  override outputHelp(context?: HelpContext | ((text: string) => string)): void {
    const [name] = this.args;
    const isCommand = name === undefined || name.startsWith('-') || this.commands.some((each) => each.name() === name);
    if (this.commands.length > 0 && !isCommand) refuseCommand(this, name);
    super.outputHelp(context as HelpContext);
  }

  /** Commander calls this method for an unknown command; its types do not declare the method (lib/command.js). */
  unknownCommand(): never {
    return refuseCommand(this, this.args[0] ?? '');
  }

  /** Commander calls this method for an unknown option; its types do not declare the method (lib/command.js). */
  unknownOption(flag: string): never {
    const known: string[] = [];
    for (let command: Command | null = this; command; command = command.parent) {
      known.push(
        ...command
          .createHelp()
          .visibleOptions(command)
          .flatMap(({ long }) => long ?? []),
      );
    }
    const meant = suggestOption(flag, known);
    const hint = meant === undefined ? '' : `\n(Did you mean ${meant}?)`;
    return this.error(`error: unknown option '${flag}'${hint}`, { code: 'commander.unknownOption' });
  }
}

/**
 * Gives a command the command `help [command...]`. Commander's own shows the help of all commands for an unknown one,
 * with exit code 0.
 */
export function addHelp(root: Command): void {
  root
    .helpCommand(false)
    .command('help [command...]')
    .description('display help for command')
    .action((names: readonly string[]) => {
      let command = root;
      for (const name of names) {
        command = command.commands.find((each) => each.name() === name) ?? refuseCommand(command, name);
      }
      command.help();
    });
}

function refuseCommand(above: Command, name: string): never {
  const meant = nearest(
    name,
    above.commands.map((each) => each.name()),
  );
  const hint = meant === undefined ? '' : `\n(Did you mean ${meant}?)`;
  return above.error(`error: unknown command '${name}'${hint}`, { code: 'commander.unknownCommand' });
}

/**
 * Reads a decimal number: `many`, an empty string and 0x10 are refused. NaN passes, because the range check names it.
 */
export function parseNumber(text: string, label: string): number {
  if (!/^([+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|nan)$/i.test(text.trim())) {
    throw new UsageError(`${label}: expected a number, got "${text}"`);
  }
  const why = outOfReach(text);
  if (why !== undefined) throw new UsageError(`${label}: ${why}`);
  return Number(text);
}

/** @throws UsageError unless it is an integer in the range. */
export function parseInteger(text: string, label: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const value = parseNumber(text, label);
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw new UsageError(`${label}: expected ${integersAllowed(least, most, value)}, got ${text}`);
}

/**
 * A parser of paths. The parser throws a UsageError for an empty path, and for one that this operating system forbids.
 */
export function parsePath(label: string): (text: string) => string {
  return (text) => {
    if (text.trim() === '') throw new UsageError(`${label}: expected a path, got "${text}"`);
    const why = platform.forbidden(text);
    if (why !== undefined) throw new UsageError(`${label}: ${text} cannot be a path: ${why}`);
    return text;
  };
}

/** {@link parsePath} for an argument that may be given several times. */
export function parsePaths(label: string): (text: string, before?: readonly string[]) => readonly string[] {
  const parse = parsePath(label);
  return (text, before = []) => [...before, parse(text)];
}

/**
 * `--seeds 5` means the seeds 1 to 5; `--seeds 3,7` means 3 and 7; `--seeds 3,` means 3. @throws UsageError for other
 * texts and for a repeated seed.
 */
export function parseSeeds(text: string): readonly number[] {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.length === 1) {
    const count = parseInteger(parts[0]!, '--seeds', 1, mostListedSeeds);
    return Array.from({ length: count }, (_, index) => index + 1);
  }
  const seeds = parts.filter((part) => part !== '').map((part) => parseInteger(part, '--seeds', 0));
  if (seeds.length === 0) throw new UsageError('--seeds: expected a number of seeds or a list like 1,2,3');
  if (seeds.length > mostListedSeeds) {
    throw new UsageError(`--seeds: expected at most ${mostListedSeeds} seeds, got ${seeds.length}`);
  }
  const known = new Set<number>();
  for (const seed of seeds) {
    if (known.has(seed)) throw new UsageError(`--seeds: seed ${seed} is given twice`);
    known.add(seed);
  }
  return seeds;
}

/** A list of trial numbers, such as `3,7`. @throws UsageError. */
export function parseTrials(text: string): readonly number[] {
  return text.split(',').map((part) => parseInteger(part.trim(), '--keep', 0));
}

/**
 * The options of one hyperparameter. A flag has two, since a recipe may set it: `--nesterov` and `--no-nesterov`. Help shows
 * the one that is not the default.
 */
export function hyperparameterOptions(name: HyperparameterName): readonly Option[] {
  const entry: Hyperparameter = hyperparameters[name];
  if (entry.kind !== 'flag') return [valueOption(name, entry)];
  const [on, off] = [
    new Option(`--${kebab(name)}`, entry.sentence),
    new Option(`--no-${kebab(name)}`, entry.off ?? ''),
  ] as const;
  return entry.off === undefined ? [on, off.hideHelp()] : [on.hideHelp(), off];
}

/** The option of a hyperparameter that has a value. */
function valueOption(name: HyperparameterName, entry: Exclude<Hyperparameter, { readonly kind: 'flag' }>): Option {
  const label = `--${kebab(name)}`;
  const isText = entry.kind === 'choice' || entry.kind === 'list' || entry.kind === 'names';
  const parse = (text: string) => {
    const value = isText ? text : parseNumber(text, label);
    // The name of a file becomes its content later.
    if (entry.kind === 'choice' && entry.file !== undefined) return value;
    checkHyperparameter(name, value, { label, say: () => text });
    return value;
  };
  const hint = entry.kind === 'choice' ? ` (${choicesText(entry)})` : '';
  const option = new Option(
    `${label} <${entry.kind === 'names' ? 'names' : isText ? 'name' : 'n'}>`,
    `${entry.sentence}${hint}`,
  ).argParser(parse);
  return entry.default === null ? option : option.default(entry.default);
}

function choicesText({ choices, file }: Choice<string>): string {
  const names = file === undefined ? choices : [...choices, ...shippedNames('networks')];
  return file === undefined ? names.join(', ') : `${names.join(', ')}, or ${file}`;
}

/** `--set filters=16`, given once for each number. @throws UsageError for another text, and for a number given twice. */
export function parseAssignments(text: string, before: NetworkValues = {}): NetworkValues {
  const [, name, value] = /^\s*([a-z]\w*)\s*=(.*)$/is.exec(text) ?? [];
  if (name === undefined)
    throw new UsageError(`--set: expected a name and a number, such as filters=16, got "${text}"`);
  if (Object.hasOwn(before, name)) throw new UsageError(`--set: ${name} is given twice`);
  return { ...before, [name]: parseNumber(value ?? '', `--set ${name}`) };
}

/** The hyperparameters among the parsed options, and the names of those that the user gave. */
export function readHyperparameters(
  options: Readonly<Record<string, unknown>>,
  source: (name: string) => string | undefined,
): { values: Hyperparameters; given: ReadonlySet<HyperparameterName> } {
  const given = hyperparameterNames.filter((name) => source(name) === 'cli');
  const values = Object.fromEntries(given.map((name) => [name, options[name]]));
  return { values: completeHyperparameters(values), given: new Set(given) };
}
