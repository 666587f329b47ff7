/** The Python file beside an exported state dict, run by PyTorch where it is installed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../src/base/errors.ts';
import { writeSafetensors } from '../src/base/safetensors.ts';
import { pytorchSource } from '../src/exchange/pytorch.ts';
import { evaluate, flatten, relu, sequential } from '../src/index.ts';
import { imagesFor, networks, weightsFor } from './onnx-networks.ts';

const python = '/usr/bin/python3';
const hasTorch = spawnSync(python, ['-c', 'import torch']).status === 0;

describe.skipIf(!hasTorch)('PyTorch', () => {
  test.each(networks)('loads every parameter and gives our logits: $name', async ({ model }) => {
    const folder = mkdtempSync(join(tmpdir(), 'lenet-pytorch-'));
    const weights = weightsFor(model);
    const images = imagesFor(model, 5);
    writeFileSync(join(folder, 'weights.safetensors'), writeSafetensors(weights, { format: 'pt' }));
    writeFileSync(join(folder, 'network.py'), pytorchSource(model, 'weights.safetensors'));
    writeFileSync(join(folder, 'images.bin'), new Uint8Array(images.buffer));
    const program = `
import json, torch, network
images = torch.frombuffer(bytearray(open("images.bin", "rb").read()), dtype=torch.float32)
net = network.load()
with torch.no_grad():
    logits = net(images.reshape(5, ${model.input.join(', ')}))
print(json.dumps({"logits": logits.flatten().tolist(), "names": list(net.state_dict())}))`;
    const found = JSON.parse(execFileSync(python, ['-c', program], { cwd: folder, encoding: 'utf8' }));
    // PyTorch's own state dict counts batches, which it does without when it loads ours.
    const names = found.names.filter((name: string) => !name.endsWith('.num_batches_tracked'));
    expect(names.sort()).toEqual([...weights.keys()].sort());
    const set = { name: 'noise', images, labels: new Uint8Array(5), shape: model.input, classes: model.classes };
    const { logits } = (await evaluate({ model }, weights, set))!;
    const largest = Math.max(...found.logits.map(Math.abs));
    for (const [i, value] of logits.entries()) expect(Math.abs(value - found.logits[i]) / largest).toBeLessThan(1e-4);
  });

  test('layers may have the names of what a module has itself', () => {
    const list = 'import json; from torch import nn; print(json.dumps(dir(nn.Sequential())))';
    const names: string[] = JSON.parse(execFileSync(python, ['-c', list], { encoding: 'utf8' }));
    const own = names.filter((name) => /^[a-z]/i.test(name) && name !== 'training');
    expect(own).toContain('forward');
    const layers = Object.fromEntries(
      own.flatMap((name) => [[name, relu()] as const, [`${name}.pass`, relu()] as const]),
    );
    const model = sequential('own', [1, 2, 2], { ...layers, flatten: flatten() });
    const folder = mkdtempSync(join(tmpdir(), 'lenet-pytorch-'));
    writeFileSync(join(folder, 'network.py'), pytorchSource(model, 'weights.safetensors'));
    const program = 'import network, torch; print(network.make().eval()(torch.full([1, 1, 2, 2], 2.0)).tolist())';
    const found = execFileSync(python, ['-c', program], { cwd: folder, encoding: 'utf8' });
    expect(JSON.parse(found)).toEqual([[2, 2, 2, 2]]);
  });

  test('but not that of its mode', () => {
    const model = sequential('own', [1, 2, 2], { 'block.training': relu(), flatten: flatten() });
    expect(() => pytorchSource(model, 'weights.safetensors')).toThrow(
      new UsageError('layer block.training: PyTorch keeps the name "training" to itself; name the layer otherwise'),
    );
  });
});
