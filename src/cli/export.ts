/** `lenet export`: a saved model in the forms of other software, and its card. */
import { existsSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { UsageError } from '../base/errors.ts';
import { visible } from '../base/plain-text.ts';
import { writeSafetensors } from '../base/safetensors.ts';
import { writeOutput } from '../disk/atomic-file.ts';
import { exportOnnx } from '../exchange/onnx/export.ts';
import { pytorchSource } from '../exchange/pytorch.ts';
import { cardOfRun, cardOfStudy } from '../report/card-facts.ts';
import { readLenetStudy } from '../report/lenet.ts';
import { modelCard } from '../report/model-card.ts';
import { type LoadedModel, loadModel } from '../runner/model-file.ts';
import { RunFolder } from '../runner/run-folder.ts';
import { StudyFolder } from '../runner/study-folder.ts';
import { pathOfModel } from './named-model.ts';

export interface ExportOptions {
  readonly onnx?: string;
  readonly stateDict?: string;
  readonly card?: string;
}

/** @param given a model file, a run folder, or a study, whose winner is exported. @throws UsageError where no form is named. */
export async function exportModel(given: string, { onnx, stateDict, card }: ExportOptions): Promise<void> {
  if (onnx === undefined && stateDict === undefined && card === undefined) {
    throw new UsageError('expected a form: --onnx FILE, --state-dict FILE or --card FILE');
  }
  const source = stateDict === undefined ? undefined : besides(stateDict);
  const path = await pathOfModel(given);
  const loaded = loadModel(path);
  const { model, weights, notes } = loaded;
  for (const note of notes) process.stderr.write(`note: ${visible(note)}\n`);
  // Before anything is written, since the card and the names of layers may be refused.
  const text = card === undefined ? undefined : cardText(loaded, given, path);
  const python = stateDict === undefined ? undefined : pytorchSource(model, basename(stateDict));
  const tell = (what: string, file: string) => process.stdout.write(`${what}: "${visible(file)}"\n`);
  if (onnx !== undefined) {
    writeOutput(onnx, exportOnnx(model, weights, metadataOf(loaded)));
    tell('ONNX model (opset 17)', onnx);
  }
  if (stateDict !== undefined && source !== undefined && python !== undefined) {
    writeOutput(stateDict, writeSafetensors(weights, { format: 'pt' }));
    writeOutput(source, python);
    tell('State dict', stateDict);
    tell('PyTorch module that loads it', source);
  }
  if (card !== undefined && text !== undefined) {
    writeOutput(card, text);
    tell('Model card', card);
  }
}

/** The Python file beside the weights. Its name must be that of a module. @throws UsageError where it is not. */
function besides(weights: string): string {
  const name = basename(weights, extname(weights));
  if (extname(weights) !== '.safetensors' || !/^[a-z_]\w*$/i.test(name)) {
    throw new UsageError(
      `--state-dict: expected a file such as digits.safetensors, whose name Python can import from digits.py, got "${visible(weights)}"`,
    );
  }
  return `${weights.slice(0, -'.safetensors'.length)}.py`;
}

/** The metadata of our file without what belongs to its format, and always the input: class names, framing, normalization. */
function metadataOf({ record, input, model }: LoadedModel): Record<string, string> {
  const own = new Set(['digest', 'format', 'network', 'recordFormat', 'config', 'batch']);
  const kept = [...record].filter(([name]) => !own.has(name));
  return { dataHash: '', ...Object.fromEntries(kept), model: model.name, input: JSON.stringify(input) };
}

/** @throws UsageError for a file that is not in its run's folder, since the numbers stand there. */
function cardText(loaded: LoadedModel, given: string, path: string): string {
  const { config, record } = loaded;
  if (!config) {
    throw new UsageError(
      `--card: ${path} is a file without its run; name the run folder or the study, which have the numbers`,
    );
  }
  const study = new StudyFolder(given);
  if (existsSync(study.journalPath)) return modelCard(cardOfStudy(loaded, config, readLenetStudy(study).facts));
  const epoch = Number(record.get('epoch'));
  const lines = new RunFolder(path).readMetrics(config);
  const last = lines.findLast((line) => line.epoch <= epoch);
  if (!last) throw new UsageError(`--card: the run in ${path} has recorded no epoch yet`);
  return modelCard(cardOfRun(loaded, config, last));
}
