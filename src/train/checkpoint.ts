/** Models and checkpoints as safetensors bytes: PyTorch's state dict, for a checkpoint with optimizer state and position. */
import { WorldError } from '../base/errors.ts';
import { type AnySafetensors, readAnySafetensors, readSafetensors, writeSafetensors } from '../base/safetensors.ts';
import type { StateDict, Tensor } from '../base/tensor.ts';
import type { Checkpoint } from './fit.ts';

/** Version of both formats and of the bits that strict arithmetic gives (2: Winograd's convolution); a reader refuses others. */
export const recordFormat = '2';

/** What a model file says of its origin, beside its tensors. All values are strings. */
export type ModelRecord = Readonly<Record<string, string>>;

/** A model file as it was read. Other software may have written it, so its tensors may have other types and names than the model's. */
export interface ModelFile extends Pick<AnySafetensors, 'tensors' | 'converted' | 'unread'> {
  readonly record: ReadonlyMap<string, string>;
}

/** "format": "pt" is what PyTorch-based readers of safetensors look for. */
export function encodeModel(weights: StateDict, record: ModelRecord): Uint8Array {
  return writeSafetensors(weights, { ...record, format: 'pt' });
}

/** @throws WorldError when the file is damaged or of another kind. */
export function decodeModel(bytes: Uint8Array, what: string): ModelFile {
  const { metadata, ...found } = readAnySafetensors(bytes, what);
  return { ...found, record: metadata };
}

/** Optimizer state is stored as `optimizer.<state>.<parameter>`. */
export function encodeCheckpoint(checkpoint: Checkpoint, record: ModelRecord): Uint8Array {
  const tensors = new Map<string, Tensor>(checkpoint.weights);
  for (const [state, dict] of checkpoint.optimizerState) {
    for (const [name, tensor] of dict) tensors.set(`optimizer.${state}.${name}`, tensor);
  }
  const position = { epoch: `${checkpoint.epoch}`, batch: `${checkpoint.batch}` };
  return writeSafetensors(tensors, { ...record, ...position, recordFormat });
}

/** @throws WorldError when the file is damaged, or no checkpoint of this format. */
export function decodeCheckpoint(
  bytes: Uint8Array,
  what: string,
): { checkpoint: Checkpoint; record: ReadonlyMap<string, string> } {
  const { tensors, metadata } = readSafetensors(bytes, what);
  const format = metadata.get('recordFormat');
  if (format !== recordFormat) {
    throw new WorldError(
      `${what} is no checkpoint of format ${recordFormat}${format === undefined ? '' : `, but of ${format}`}`,
    );
  }
  const [epoch, batch] = ['epoch', 'batch'].map((key) => Number(metadata.get(key)));
  if (!Number.isSafeInteger(epoch) || !Number.isSafeInteger(batch))
    throw new WorldError(`${what} does not say its epoch and batch`);
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
  return { checkpoint: { epoch: epoch!, batch: batch!, weights, optimizerState }, record: metadata };
}
