/** ONNX files, run by onnxruntime and checked by onnx itself, where these are installed (.ci/run installs both). */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exportOnnx } from '../src/exchange/onnx/export.ts';
import { evaluate } from '../src/index.ts';
import { imagesFor, networks, weightsFor } from './onnx-networks.ts';

/** The part of onnxruntime's interface that is used here. */
interface OnnxRuntime {
  readonly Tensor: new (
    type: 'float32',
    data: Float32Array,
    shape: readonly number[],
  ) => { readonly data: Float32Array };
  readonly InferenceSession: { create(bytes: Uint8Array): Promise<InferenceSession> };
}
interface InferenceSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(
    inputs: object,
  ): Promise<Readonly<Record<string, { readonly data: Float32Array; readonly dims: readonly number[] }>>>;
}

const root = new URL('..', import.meta.url).pathname;
const runtimePath = join(root, '.cache/onnxruntime/node_modules/onnxruntime-web/dist/ort.node.min.mjs');
const python = '/usr/bin/python3';
const hasChecker = spawnSync(python, ['-c', 'import onnx']).status === 0;

// npm install --prefix .cache/onnxruntime --no-save onnxruntime-web
describe.skipIf(!existsSync(runtimePath))('onnxruntime', () => {
  test.each(networks)('gives our logits to 1e-4 of the largest: $name', async ({ model }) => {
    const { InferenceSession, Tensor }: OnnxRuntime = await import(/* @vite-ignore */ `file://${runtimePath}`);
    const weights = weightsFor(model);
    const session = await InferenceSession.create(exportOnnx(model, weights));
    expect([session.inputNames, session.outputNames]).toEqual([['image'], ['logits']]);
    for (const count of [1, 7, 128]) {
      const images = imagesFor(model, count);
      const labels = new Uint8Array(count);
      const ours = await evaluate({ model }, weights, {
        name: 'noise',
        images,
        labels,
        shape: model.input,
        classes: model.classes,
      });
      const { logits } = await session.run({ image: new Tensor('float32', images, [count, ...model.input]) });
      expect(logits!.dims).toEqual([count, model.classes]);
      const largest = Math.max(...logits!.data.map(Math.abs));
      const worst = Math.max(...logits!.data.map((value, i) => Math.abs(value - ours!.logits[i]!)));
      expect(largest).toBeGreaterThan(0.01);
      expect(worst / largest, `${count} images`).toBeLessThan(1e-4);
    }
  });
});

describe.skipIf(!hasChecker)('the checker of onnx, with strict shape inference', () => {
  test.each(networks)('accepts the file, and finds the shapes it names: $name', ({ model }) => {
    const file = join(mkdtempSync(join(tmpdir(), 'lenet-onnx-')), 'model.onnx');
    writeFileSync(file, exportOnnx(model, weightsFor(model), { model: model.name, input: '{"classNames":["é"]}' }));
    const program = `
import json, onnx, sys
model = onnx.load(sys.argv[1])
onnx.checker.check_model(model, full_check=True)
del model.graph.value_info[:]
inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
shape = lambda value: [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]
print(json.dumps({
    "ir": model.ir_version, "opset": [(o.domain, o.version) for o in model.opset_import],
    "metadata": {p.key: p.value for p in model.metadata_props},
    "initializers": {t.name: list(t.dims) for t in model.graph.initializer if "/" not in t.name},
    "input": shape(model.graph.input[0]), "output": shape(model.graph.output[0]),
    "inferred": [shape(v) for v in inferred.graph.value_info],
}))`;
    const found = JSON.parse(execFileSync(python, ['-c', program, file], { encoding: 'utf8' }));
    expect([found.ir, found.opset]).toEqual([8, [['', 17]]]);
    expect(found.metadata).toEqual({ model: model.name, input: '{"classNames":["é"]}' });
    expect(found.initializers).toEqual(
      Object.fromEntries([...weightsFor(model)].map(([name, { shape }]) => [name, shape])),
    );
    expect([found.input, found.output]).toEqual([
      ['N', ...model.input],
      ['N', model.classes],
    ]);
    // Every layer's output has the shape that our model says; dropout has no value of its own.
    const shapes = [...found.inferred, found.input, found.output];
    for (const { output } of model.layers) expect(shapes).toContainEqual(['N', ...output]);
  });
});
