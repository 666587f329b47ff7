/** Hyperparameters as options of the command line, derived from their one table. */
import { Command, Option } from 'commander';
import { nearest, UsageError } from '../base/errors.ts';
import type { Hyperparameter } from '../base/hyperparameter.ts';
import { platform } from '../disk/platform.ts';
import { mostListedSeeds } from '../study/definition.ts';
import {
  checkHyperparameter,
  completeHyperparameters,
  type HyperparameterName,
  type Hyperparameters,
  hyperparameterNames,
  hyperparameters,
} from '../tasks/lenet/hyperparameters.ts';
import { synonyms } from '../tasks/lenet/synonyms.ts';

/** `learningRate` -> `learning-rate`. */
function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The option that was meant: `--learning-rate` for `--lr`, where commander would say `--l2`. Undefined where none is near. */
export function suggestOption(flag: string, options: readonly string[]): string | undefined {
  const bare = (text: string) => text.replace(/^-+/, '').replace(/=.*$/s, '');
  const meant = nearest(bare(flag), options.map(bare), synonyms);
  return options.find((option) => bare(option) === meant);
}

/** A command, and with it all its subcommands, that suggests options by the words that people know hyperparameters by. */
export class SuggestingCommand extends Command {
  override createCommand(name?: string): Command {
    return new SuggestingCommand(name);
  }

  /** Commander calls this method for an option it does not know, but its types leave it out (lib/command.js). */
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

/** A number as people write them; `many`, an empty string or 0x10 are none. NaN passes, so that the range check names it. */
export function parseNumber(text: string, label: string): number {
  if (!/^([+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|nan)$/i.test(text.trim())) {
    throw new UsageError(`${label}: expected a number, got "${text}"`);
  }
  return Number(text);
}

/** @throws UsageError unless it is an integer in the range. */
export function parseInteger(text: string, label: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const value = parseNumber(text, label);
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  const range =
    most === Number.MAX_SAFE_INTEGER ? `an integer of at least ${least}` : `an integer from ${least} to ${most}`;
  throw new UsageError(`${label}: expected ${range}, got ${text}`);
}

/** A path that an option names. @throws UsageError for an empty one, or one this system cannot keep a file under. */
export function parsePath(label: string): (text: string) => string {
  return (text) => {
    if (text.trim() === '') throw new UsageError(`${label}: expected a path, got "${text}"`);
    const why = platform.forbidden(text);
    if (why !== undefined) throw new UsageError(`${label}: ${text} cannot be a path: ${why}`);
    return text;
  };
}

/** `--seeds 5` means 1 to 5, `--seeds 3,7` or `--seeds 3,` these. @throws UsageError for none, a repeated one, or no integers. */
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
    if (known.has(seed)) throw new UsageError(`--seeds: seed ${seed} stands twice`);
    known.add(seed);
  }
  return seeds;
}

/** The numbers of trials, such as 3,7. @throws UsageError. */
export function parseTrials(text: string): readonly number[] {
  return text.split(',').map((part) => parseInteger(part.trim(), '--keep', 0));
}

/** The option of one hyperparameter. Flags that are on by default become `--no-...`. */
export function hyperparameterOption(name: HyperparameterName): Option {
  const entry: Hyperparameter = hyperparameters[name];
  const label = `--${kebab(name)}`;
  if (entry.kind === 'flag') {
    return entry.off === undefined ? new Option(label, entry.sentence) : new Option(`--no-${kebab(name)}`, entry.off);
  }
  const parse = (text: string) => {
    const value = entry.kind === 'choice' ? text : parseNumber(text, label);
    checkHyperparameter(name, value, label);
    return value;
  };
  const isChoice = entry.kind === 'choice';
  const hint = isChoice ? ` (${entry.choices.join(', ')})` : '';
  const option = new Option(`${label} <${isChoice ? 'name' : 'n'}>`, `${entry.sentence}${hint}`).argParser(parse);
  return entry.default === null ? option : option.default(entry.default);
}

/** Collects the hyperparameters among parsed options, and which of them the user gave. */
export function readHyperparameters(
  options: Readonly<Record<string, unknown>>,
  source: (name: string) => string | undefined,
): { values: Hyperparameters; given: ReadonlySet<HyperparameterName> } {
  const given = new Set(hyperparameterNames.filter((name) => source(name) === 'cli'));
  const values = Object.fromEntries(hyperparameterNames.map((name) => [name, options[name]]));
  return { values: completeHyperparameters(values), given };
}
