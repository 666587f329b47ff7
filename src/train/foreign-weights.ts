/**
 * Finds the weights of a model in a file of any software: numbers may have other types, names a prefix, and the file
 * may hold further tensors.
 */
import { WorldError } from '../base/errors.ts';
import type { StateDict, Tensor } from '../base/tensor.ts';
import { type Model, tensorsOf } from '../nn/model.ts';
import { unsoundAt } from '../nn/network.ts';
import type { ModelFile } from './checkpoint.ts';

/** How {@link findWeights} searches. */
export interface SearchOptions {
  /** Whether the last layer with parameters may have another shape, as for other classes. It is then left out. Default: no. */
  readonly mayEndOtherwise?: boolean | undefined;
}

export interface FoundWeights {
  /** The model's parameters and buffers by the model's names, in the model's order, float32; without those of a last layer of another shape. */
  readonly weights: StateDict;
  /**
   * What was converted, renamed or left out, in sentences; empty for a file that holds the model's float32 tensors and
   * nothing else.
   */
  readonly notes: readonly string[];
  /** The last layer, where the file has another number of outputs for it, so that its weights are missing. */
  readonly otherLast?: OtherLast | undefined;
}

/** The last layer of a model and of a file that differ in the number of outputs. */
export interface OtherLast {
  readonly layer: string;
  /** Outputs of the layer in the file. */
  readonly outputs: number;
}

/**
 * Finds the model's parameters and buffers in a file. Their names may all have the same prefix, for instance `module.` of
 * DataParallel, `_orig_mod.` of torch.compile or `model.` of a user's program.
 * @param what names the file in errors and notes. @param options mayEndOtherwise: for a start from a model of other classes.
 * @throws WorldError listing the tensors that are missing, have another shape, hold integers or hold numbers that are not
 * finite, or a running variance that is below 0.
 */
export function findWeights(
  model: Model,
  { tensors, converted, unread }: Omit<ModelFile, 'record'>,
  what: string,
  { mayEndOtherwise = false }: SearchOptions = {},
): FoundWeights {
  const last = mayEndOtherwise ? lastOf(model) : undefined;
  const isOptional = ({ name }: { readonly name: string }) => last?.tensors.includes(name) ?? false;
  const prefix = prefixOf(model, tensors, what, isOptional);
  const other = tensorsOf(model).find(
    (tensor) => isOptional(tensor) && isOtherShape(tensors.get(prefix + tensor.name)?.shape, tensor.shape),
  );
  const wanted = other ? tensorsOf(model).filter((tensor) => !isOptional(tensor)) : tensorsOf(model);
  const weights = new Map<string, Tensor>();
  const [missing, misshapen, integers]: [string[], string[], string[]] = [[], [], []];
  for (const { name, shape } of wanted) {
    const found = tensors.get(prefix + name);
    if (found?.shape.join() === shape.join()) weights.set(name, found);
    else if (found) {
      misshapen.push(
        `tensor ${prefix}${name}: model ${model.name} needs [${shape.join(', ')}], got [${found.shape.join(', ')}]`,
      );
    } else if (unread.has(prefix + name)) integers.push(`${prefix}${name} (${unread.get(prefix + name)})`);
    else missing.push(`${prefix}${name} [${shape.join(', ')}]`);
  }
  if (missing.length > 0) {
    const lacking =
      missing.length === 1
        ? `a tensor ${missing[0]}, which is missing`
        : `${missing.length} tensors that are missing: ${some(missing)}`;
    const held = [...tensors.keys(), ...unread.keys()].filter((name) => !weights.has(name.slice(prefix.length)));
    const others = held.length > 0 ? `. The file also holds ${some(held)}` : '';
    throw new WorldError(`${what}: model ${model.name} needs ${lacking}${others}`);
  }
  if (misshapen.length > 0) throw new WorldError(`${what}: ${misshapen.join('; ')}`);
  if (integers.length > 0) {
    throw new WorldError(
      `${what}: weights must be F32, F16, BF16 or F64; these are not: ${some(integers)}. Weights of 8 bits and less need scales that the file's own software knows: save them as float32 there`,
    );
  }
  requireSound(weights, prefix, converted, what);
  const notes = notesOf({ model, tensors, converted, unread }, prefix, what);
  if (other === undefined || last === undefined) return { weights, notes };
  const outputs = tensors.get(prefix + other.name)!.shape[0]!;
  const change = `its last layer ${last.name} has ${outputs} outputs, this network has ${model.classes}`;
  return {
    weights,
    notes: [...notes, `${what}: ${change}: ${last.name} starts anew, the other layers keep their weights.`],
    otherLast: { layer: last.name, outputs },
  };
}

/** The last layer with parameters, and the names of all its tensors. */
function lastOf({ layers }: Model): { readonly name: string; readonly tensors: readonly string[] } | undefined {
  const last = layers.filter(({ parameters }) => parameters.length > 0).at(-1);
  return last && { name: last.name, tensors: [...last.parameters, ...last.buffers].map(({ name }) => name) };
}

/** Whether a tensor is there, and differs in the number of outputs, its first dimension, alone. */
function isOtherShape(found: readonly number[] | undefined, wanted: readonly number[]): boolean {
  return found !== undefined && found[0] !== wanted[0] && found.slice(1).join() === wanted.slice(1).join();
}

/** The common prefix of the model's names in the file; empty if the names have no prefix, or if no prefix fits. */
function prefixOf(
  model: Model,
  tensors: StateDict,
  what: string,
  isOptional: (tensor: { readonly name: string }) => boolean,
): string {
  const wanted = tensorsOf(model).filter((tensor) => !isOptional(tensor));
  const fits = (prefix: string) =>
    wanted.every(({ name, shape }) => tensors.get(prefix + name)?.shape.join() === shape.join());
  const first = wanted[0]?.name;
  if (first === undefined || fits('')) return '';
  const prefixes = [...tensors.keys()]
    .filter((name) => name.endsWith(`.${first}`))
    .map((name) => name.slice(0, -first.length))
    .filter(fits);
  if (prefixes.length > 1) {
    throw new WorldError(
      `${what} holds several sets of weights for model ${model.name}: with names that begin with ${some(prefixes.map((prefix) => `"${prefix}"`))}. Save one of them in a file of its own`,
    );
  }
  return prefixes[0] ?? '';
}

function requireSound(weights: StateDict, prefix: string, converted: ModelFile['converted'], what: string): void {
  for (const [name, { data }] of weights) {
    const bad = unsoundAt(name, data);
    if (bad < 0) continue;
    const isTooLarge = converted.get(prefix + name) === 'F64' && !Number.isFinite(data[bad]);
    const why = isTooLarge ? 'a number that is not finite or too large for float32' : `${data[bad]}`;
    throw new WorldError(`${what}: tensor ${prefix}${name} holds ${why} at position ${bad}`);
  }
}

interface Found extends Omit<ModelFile, 'record'> {
  readonly model: Model;
}

function notesOf({ model, tensors, converted, unread }: Found, prefix: string, what: string): string[] {
  const used = new Set(tensorsOf(model).map(({ name }) => prefix + name));
  const byType = new Map<string, number>();
  for (const [name, type] of converted) if (used.has(name)) byType.set(type, (byType.get(type) ?? 0) + 1);
  const ignored = [...tensors.keys(), ...unread.keys()].filter((name) => !used.has(name) && !isBatchCount(name, used));
  const tensorsText = (count: number) => (count === 1 ? 'one tensor' : `${count} tensors`);
  return [
    ...[...byType].map(
      ([type, count]) =>
        `${what}: ${tensorsText(count)} of type ${type} ${count === 1 ? 'was' : 'were'} ${type === 'F64' ? 'rounded' : 'converted'} to float32.`,
    ),
    ...(prefix === '' ? [] : [`${what}: the names of its tensors begin with "${prefix}", which was left out.`]),
    ...(ignored.length === 0
      ? []
      : [
          `${what}: ${tensorsText(ignored.length)} that model ${model.name} does not have ${ignored.length === 1 ? 'was' : 'were'} ignored: ${some(ignored)}.`,
        ]),
  ];
}

/** PyTorch counts the batches of a batch normalization. The count does nothing there unless its momentum is None. */
function isBatchCount(name: string, used: ReadonlySet<string>): boolean {
  const layer = /^(.+)\.num_batches_tracked$/.exec(name)?.[1];
  return layer !== undefined && used.has(`${layer}.running_mean`);
}

const mostListed = 12;

/** The first items of a list, and how many more there are. */
function some(items: readonly string[]): string {
  const more = items.length - mostListed;
  return more > 0 ? `${items.slice(0, mostListed).join(', ')} and ${more} more` : items.join(', ');
}
