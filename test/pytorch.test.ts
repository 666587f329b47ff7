/** The Python file beside an exported state dict, run by PyTorch where it is installed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeSafetensors } from '../src/base/safetensors.ts';
import { pytorchSource } from '../src/exchange/pytorch.ts';
import { evaluate } from '../src/index.ts';
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
    expect(found.names).toEqual([...weights.keys()]);
    const set = { name: 'noise', images, labels: new Uint8Array(5), shape: model.input, classes: model.classes };
    const { logits } = (await evaluate({ model }, weights, set))!;
    const largest = Math.max(...found.logits.map(Math.abs));
    for (const [i, value] of logits.entries()) expect(Math.abs(value - found.logits[i]) / largest).toBeLessThan(1e-4);
  });
});
