/** Any content of a network file gives a network, or is refused in one line that starts with the file's name. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UsageError } from '../../base/errors.ts';
import { parseNetworkFile } from './network-file.ts';

const folder = new URL('../../../networks/', import.meta.url);
const shipped = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'));

/** Pieces that mean something to YAML or to a network file. */
const pieces = [
  ...['*x', '&x ', '&x [*x]', '<<: ', '? ', ': ', '- ', '---\n', '#', '|\n', '{', '}', '[', ']', '"', ',', '!x '],
  ...['\t', '\r\n', '\uFEFF', '\u0000', 'null', '.nan', '-.inf', '1e400', '010', '-1', '0', '0.5', '99999999999999'],
  ...['filters', '{ filters }', '{ 2*filters }', '{ 9e9*filters }', '"{filters}"', '{ dropout }', '__proto__: 1\n'],
  ...[
    'parameters: {}\n',
    'parameters: { filters: { default: 3, least: 4 } }\n',
    'initialization: lecun\n',
    'layers: []\n',
  ],
  ...[
    '  - ReLU\n',
    '  - Flatten\n',
    '  - Linear\n',
    '  - Residual: { layers: [ReLU] }\n',
    '  - Residual: { layers: [], shortcut: [] }\n',
  ],
  ...[
    '  - BatchNorm2d: { eps: 0 }\n',
    '  - Dropout: { p: 2 }\n',
    '  - MaxPool2d: { kernel_size: 99 }\n',
    '  - constructor\n',
  ],
  ...[
    'groups: 3, ',
    'padding: same, stride: 2, ',
    'kernel_size: [3, 1], ',
    'name: conv1, ',
    'name: "a.b", ',
    'out_channels: 1000000000, ',
  ],
];

const change = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  removed: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 300 })),
  added: fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 4, unit: 'binary' })),
});

/** Makes the network of the text; an error must be a UsageError. @returns whether it was made. */
function isMade(text: string): boolean {
  try {
    const file = parseNetworkFile(text, 'some/net.yaml');
    const model = file.make({ shape: [3, 32, 32], classes: 7 });
    expect(model.classes).toBe(7);
    const defaults = Object.fromEntries(Object.entries(file.parameters).map(([name, entry]) => [name, entry.default]));
    expect(parseNetworkFile(file.withDefaults(defaults), 'again').resolved).toEqual(file.resolved);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).message).toMatch(/^some\/net\.yaml:\d+:\d+: \S/);
    expect((error as UsageError).message).not.toContain('\n');
    expect((error as UsageError).message).not.toMatch(/\[object/);
    return false;
  }
}

test('changed files of networks that ship', { timeout: 120_000 }, () => {
  let made = 0;
  fc.assert(
    fc.property(fc.constantFrom(...shipped), fc.array(change, { minLength: 1, maxLength: 4 }), (text, changes) => {
      const changed = changes.reduce((all, { at, removed, added }) => {
        const from = Math.round(at * all.length);
        return all.slice(0, from) + added + all.slice(from + removed);
      }, text);
      if (isMade(changed)) made++;
    }),
    { numRuns: 1500 },
  );
  expect(made).toBeGreaterThan(20);
});
