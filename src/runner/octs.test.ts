/** Which processes can widen kernels, by what they are told about the machine. */
import { describe, expect, test } from 'vitest';
import { platformNamed } from '../disk/platform.ts';
import { adam } from '../nn/optimizers/adam.ts';
import { lenet5 } from '../tasks/lenet/lenet5.ts';
import { completeRecipe } from '../train/recipe.ts';
import { chooseWidth, obstacleToOcts, type ProcessorSource } from './octs.ts';

const cpuinfo = (flags: string) => `processor\t: 0\nvendor_id\t: AuthenticAMD\nflags\t\t: ${flags}\nbogomips\t: 1\n`;

/** A Linux machine with AVX2 and Node 24, but for what is given. */
function machine(differences: Partial<ProcessorSource> = {}): ProcessorSource {
  return {
    system: platformNamed('linux'),
    arch: 'x64',
    node: '24.0.0',
    read: (path) => (path === '/proc/cpuinfo' ? cpuinfo('fpu sse4_1 avx avx2 bmi2') : undefined),
    run: () => undefined,
    ...differences,
  };
}

describe('the obstacle to octs', () => {
  test.each([
    ['Linux with AVX2', machine()],
    ['Node 26', machine({ node: '26.10.1' })],
    ['macOS with AVX2', machine({ system: platformNamed('darwin'), run: () => 'RDWRFSGS BMI1 AVX2 SMEP\n' })],
  ])('%s: none', (_, source) => {
    expect(obstacleToOcts(source)).toBeUndefined();
  });

  test.each([
    ['an ARM processor', machine({ arch: 'arm64' }), 'the processor is arm64, and 256-bit kernels need x64'],
    ['AVX alone', machine({ read: () => cpuinfo('avx avx2000 xavx2') }), 'the processor has no AVX2'],
    ['no /proc', machine({ read: () => undefined }), 'the system does not tell whether the processor has AVX2'],
    ['a strange /proc/cpuinfo', machine({ read: () => 'x' }), 'the system does not tell whether'],
    [
      'macOS without AVX2',
      machine({ system: platformNamed('darwin'), run: () => 'SMEP BMI2' }),
      'the processor has no AVX2',
    ],
    ['macOS without sysctl', machine({ system: platformNamed('darwin') }), 'the system does not tell whether'],
    ['Windows', machine({ system: platformNamed('win32') }), 'the system does not tell whether the processor has AVX2'],
  ])('%s: told, and not a matter of the version of Node', (_, source, why) => {
    expect(obstacleToOcts(source)).toEqual({ why: expect.stringContaining(why), isOldNode: false });
  });

  test.each(['20.20.2', '22.12.0', '23.11.0'])('Node %s is too old', (node) => {
    expect(obstacleToOcts(machine({ node }))).toEqual({
      why: `Node ${node} has no 256-bit kernels, Node 24 has`,
      isOldNode: true,
    });
  });

  test('macOS is asked for the features of leaf 7', () => {
    const asked: string[] = [];
    const run = (program: string, args: readonly string[]) => {
      asked.push([program, ...args].join(' '));
      return 'AVX2';
    };
    obstacleToOcts(machine({ system: platformNamed('darwin'), run }));
    expect(asked).toEqual(['/usr/sbin/sysctl -n machdep.cpu.leaf7_features']);
  });
});

describe('the width for a recipe', () => {
  const recipe = completeRecipe({ model: lenet5(), optimizer: adam() });
  const oldNode = machine({ node: '20.0.0' });

  test('quads by hand, without a word', async () => {
    expect(await chooseWidth('quads', recipe, oldNode)).toEqual({ width: 'quads', note: undefined });
  });

  test('octs by hand, with a word where they are slower', async () => {
    expect(await chooseWidth('octs', recipe, oldNode)).toEqual({
      width: 'octs',
      note: 'octs are slower than quads here: Node 20.0.0 has no 256-bit kernels, Node 24 has',
    });
  });

  test('auto: quads on an old Node, which is told what a newer one would bring', async () => {
    expect(await chooseWidth('auto', recipe, oldNode)).toEqual({
      width: 'quads',
      note: 'Node 20.0.0 has no 256-bit kernels, Node 24 has: it would train up to twice as fast, with the same results',
    });
  });

  test('auto: quads without a word where no Node would help', async () => {
    expect(await chooseWidth('auto', recipe, machine({ arch: 'arm64' }))).toEqual({ width: 'quads', note: undefined });
  });
});
