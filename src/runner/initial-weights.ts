/** The weights that a run starts from where a file holds them: `--init`, and the record of a resumed run. */
import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { UsageError, WorldError } from '../base/errors.ts';
import { shortHash } from '../base/format.ts';
import { randomStream } from '../base/random.ts';
import { readBytes } from '../disk/read-file.ts';
import { sha256Of } from '../disk/sha256.ts';
import { frozenLayers } from '../nn/frozen.ts';
import { initialWeights } from '../nn/initialize.ts';
import { readWeights } from '../tasks/lenet/saved-model.ts';
import type { FoundWeights } from '../train/foreign-weights.ts';
import type { Recipe } from '../train/recipe.ts';
import { isPrivateRun } from './run-data.ts';
import type { RunConfig } from './run-folder.ts';

/** What the run was asked for. */
interface Request {
  readonly init?: string | undefined;
  readonly out?: string | undefined;
}

/** Weights to start from, and the file that held them. */
export interface InitialWeights extends FoundWeights {
  readonly origin: RunConfig['init'];
}

/** The weights in the file of --init. @throws UsageError when a resumed run started from others. */
export function givenWeights(
  request: Request,
  before: RunConfig | undefined,
  recipe: Recipe,
): InitialWeights | undefined {
  if (request.init === undefined) return undefined;
  const init = weightsIn(request.init, recipe);
  if (before && before.init?.sha256 !== init.origin?.sha256) {
    throw new UsageError(`--resume: the run in ${request.out} did not start from the weights in ${request.init}`);
  }
  return init;
}

/**
 * The weights that a run started from, read from the recorded file. @throws WorldError when the file is missing or
 * holds others.
 */
export function recordedWeights(
  { out }: Request,
  before: RunConfig | undefined,
  recipe: Recipe,
): InitialWeights | undefined {
  if (!before?.init) return undefined;
  const { file, sha256 } = before.init;
  if (!existsSync(file)) {
    throw new WorldError(
      `the weights ${file}, which the run in ${out} started from, do not exist; name their place now with --init`,
    );
  }
  const init = weightsIn(file, recipe);
  if (init.origin?.sha256 === sha256) return init;
  throw new WorldError(
    `${file} does not hold the weights that the run started from (SHA-256 ${shortHash(init.origin?.sha256 ?? '')}, recorded is ${shortHash(sha256)}); name the right file with --init`,
  );
}

/**
 * The weights in a file. A last layer of other classes is drawn, as for a run without a file.
 * @throws UsageError where such a layer is frozen: it would keep its random weights.
 */
function weightsIn(file: string, { model, seed, freeze }: Recipe): InitialWeights {
  const bytes = readBytes(file);
  const sha256 = sha256Of(bytes);
  const { weights, notes, otherLast } = readWeights(model, bytes, file, { mayEndOtherwise: true });
  if (otherLast && frozenLayers(model, freeze).has(otherLast.layer)) {
    const { layer, outputs } = otherLast;
    throw new UsageError(
      `--freeze: layer ${layer} must be trained, since it starts anew: it has ${outputs} outputs in ${file}, this network has ${model.classes}`,
    );
  }
  return {
    weights: new Map([...initialWeights(model, randomStream(seed, 'init')), ...weights]),
    notes,
    origin: { file: isPrivateRun() ? basename(file) : resolve(file), sha256 },
  };
}
