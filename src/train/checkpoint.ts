/**
 * Models, predictions and checkpoints as safetensors bytes: PyTorch's state dict, for a checkpoint with optimizer state
 * and position. Each file carries a digest of its content, which is checked when the file is read.
 */
import { digestOf } from '../base/digest.ts';
import { WorldError } from '../base/errors.ts';
import {
  type AnySafetensors,
  readAnySafetensors,
  readSafetensors,
  type Safetensors,
  writeSafetensors,
} from '../base/safetensors.ts';
import type { StateDict, Tensor } from '../base/tensor.ts';
import type { Checkpoint } from './fit.ts';

/**
 * Version of checkpoint files and of the bits of strict arithmetic (2: Winograd's convolution). Checkpoints of other
 * versions are refused.
 */
export const recordFormat = '2';

/** A file's metadata on its origin. All values are strings. */
export type ModelRecord = Readonly<Record<string, string>>;

/**
 * The content of a model file. Other software may have written it, so the tensors may have other types and names than
 * the model's.
 */
export interface ModelFile extends Pick<AnySafetensors, 'tensors' | 'converted' | 'unread'> {
  readonly record: ReadonlyMap<string, string>;
}

/** "format": "pt" is what PyTorch-based readers of safetensors look for. */
export function encodeModel(weights: StateDict, record: ModelRecord): Uint8Array {
  return seal(weights, { ...record, format: 'pt' });
}

/** @throws WorldError when the file is damaged or of another kind. */
export function decodeModel(bytes: Uint8Array, what: string): ModelFile {
  const { metadata, ...found } = readAnySafetensors(bytes, what);
  checkSeal(found.tensors, metadata, what);
  return { ...found, record: metadata };
}

/** A network's logits for a set of images. */
export interface Predictions {
  /** [images, classes]. */
  readonly logits: Tensor;
  /** Epochs that the network was trained for. */
  readonly epoch: number;
  readonly record: ReadonlyMap<string, string>;
}

export function encodePredictions({ logits, epoch }: Omit<Predictions, 'record'>, record: ModelRecord): Uint8Array {
  return seal(new Map([['logits', logits]]), { ...record, epoch: `${epoch}` });
}

/** @throws WorldError when the file is damaged or holds no predictions. */
export function decodePredictions(bytes: Uint8Array, what: string): Predictions {
  const { tensors, metadata } = readSealed(bytes, what);
  const logits = tensors.get('logits');
  const epoch = count(metadata.get('epoch'));
  if (logits?.shape.length !== 2 || epoch === undefined) throw new WorldError(`${what} holds no predictions`);
  return { logits, epoch, record: metadata };
}

/** Optimizer state is stored as `optimizer.<state>.<parameter>`. */
export function encodeCheckpoint(checkpoint: Checkpoint, record: ModelRecord): Uint8Array {
  const tensors = new Map<string, Tensor>(checkpoint.weights);
  for (const [state, dict] of checkpoint.optimizerState) {
    for (const [name, tensor] of dict) tensors.set(`optimizer.${state}.${name}`, tensor);
  }
  const position = { epoch: `${checkpoint.epoch}`, batch: `${checkpoint.batch}` };
  return seal(tensors, { ...record, ...position, recordFormat });
}

/** @throws WorldError when the file is damaged, or no checkpoint of this format. */
export function decodeCheckpoint(
  bytes: Uint8Array,
  what: string,
): { checkpoint: Checkpoint; record: ReadonlyMap<string, string> } {
  const { tensors, metadata } = readSealed(bytes, what);
  const format = metadata.get('recordFormat');
  if (format !== recordFormat) {
    throw new WorldError(
      `${what} is no checkpoint of format ${recordFormat}${format === undefined ? '' : `, but of ${format}`}`,
    );
  }
  const [epoch, batch] = [count(metadata.get('epoch')), count(metadata.get('batch'))];
  if (epoch === undefined || batch === undefined) throw new WorldError(`${what} does not say its epoch and batch`);
  const weights = new Map<string, Tensor>();
  const optimizerState = new Map<string, Map<string, Tensor>>();
  for (const [name, tensor] of tensors) {
    const [, state, parameter] = /^optimizer\.([^.]+)\.(.+)$/.exec(name) ?? [];
    if (state === undefined || parameter === undefined) {
      weights.set(name, tensor);
      continue;
    }
    const dict = optimizerState.get(state) ?? new Map<string, Tensor>();
    optimizerState.set(state, dict.set(parameter, tensor));
  }
  return { checkpoint: { epoch, batch, weights, optimizerState }, record: metadata };
}

/** A number that metadata holds as text; undefined unless it is an integer from 0. */
function count(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
}

/** Prefix of a digest in the metadata: names the checksums, and distinguishes our digests from other programs'. */
const digestKind = 'crc32+crc32c:';

/** The bytes of a safetensors file whose metadata has a digest of the tensors and the other metadata. */
function seal(tensors: StateDict, metadata: ModelRecord): Uint8Array {
  return writeSafetensors(tensors, { ...metadata, digest: contentDigest(tensors, metadata) });
}

/** Reads a file of our own, and checks its digest. @throws WorldError for a damaged file. */
function readSealed(bytes: Uint8Array, what: string): Safetensors {
  const content = readSafetensors(bytes, what);
  checkSeal(content.tensors, content.metadata, what);
  return content;
}

/**
 * Compares the digest, if there is one, with the content. Files of other programs and of our first versions have none.
 * @throws WorldError if they differ.
 */
function checkSeal(tensors: StateDict, metadata: ReadonlyMap<string, string>, what: string): void {
  const { digest: recorded, ...rest } = Object.fromEntries(metadata);
  // Our files with a digest also name their run and data. So if damage changes the key of the digest, the file is not
  // taken for one without a digest.
  const isSealed = recorded?.startsWith(digestKind) || (metadata.has('run') && metadata.has('dataHash'));
  if (isSealed && recorded !== contentDigest(tensors, rest)) {
    throw new WorldError(`${what} is damaged: its content does not match its digest`);
  }
}

/**
 * The digest of a file with these tensors sorted by name, and this metadata. It covers names, shapes, numbers and
 * metadata, but not the order of the tensors: if another program reads and writes a file without changes, the digest
 * still matches.
 */
function contentDigest(tensors: StateDict, metadata: ModelRecord): string {
  const sorted = [...tensors].sort(([a], [b]) => (a < b ? -1 : 1));
  return digestKind + digestOf(writeSafetensors(new Map(sorted), metadata));
}
