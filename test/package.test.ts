/** The packed package, installed in an empty project: its content, its types, and the command. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';

const root = new URL('..', import.meta.url).pathname;
const project = mkdtempSync(join(tmpdir(), 'lenet-package-'));

interface Packed {
  readonly filename: string;
  /** Bytes of the tarball. */
  readonly size: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}
let packed: Packed;

function run(program: string, ...args: string[]): { code: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: project, encoding: 'utf8', timeout: 110_000 });
  return { code: status, output: `${stdout}${stderr}` };
}

beforeAll(() => {
  // The tests use the existing build; packing must not build again while other tests use it.
  const { stdout, stderr } = spawnSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(stdout, stderr).toMatch(/^\[/);
  packed = JSON.parse(stdout)[0];
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }');
  const install = ['install', '--no-audit', '--no-fund', '--prefer-offline', `./${packed.filename}`];
  expect(run('npm', ...install)).toMatchObject({ code: 0 });
});

test('the package has only the files that a user needs, less than 3 MB', () => {
  const paths = packed.files.map(({ path }) => path);
  for (const path of [
    'dist/index.js',
    'dist/index.d.ts',
    'dist/node.js',
    'dist/cli/main.js',
    'dist/runner/crew-thread-program.js',
    'dist/runner/web-thread-program.js',
    'dist/playground/index.html',
    'dist/web/index.html',
    'dist/web/THIRD-PARTY.txt',
  ]) {
    expect(paths).toContain(path);
  }
  for (const path of [
    'README.md',
    'LICENSE',
    'CHANGELOG.md',
    'docs/reference.md',
    'studies/post.yaml',
    'networks/residual.yaml',
    'recipes/one-epoch.yaml',
    'examples/rates.yaml',
  ]) {
    expect(paths).toContain(path);
  }
  const allowed =
    /^(dist|docs|examples|networks|recipes|studies)\/|^(README|LICENSE|CHANGELOG)(\.md)?$|^package\.json$/;
  expect(paths.filter((path) => !allowed.test(path) || /\.(test|contract|testing)\./.test(path))).toEqual([]);
  expect(packed.size).toBeLessThan(3e6);
});

test('every built file has a source file', () => {
  // The pages are bundled.
  const built = packed.files
    .map(({ path }) => path)
    .filter((path) => /^dist\/(?!web\/|playground\/).*\.js$/.test(path));
  expect(built.length).toBeGreaterThan(80);
  for (const path of built) readFileSync(join(root, path.replace(/^dist\/(.*)\.js$/, 'src/$1.ts')));
});

test('a program can train with the package', () => {
  writeFileSync(
    join(project, 'program.mjs'),
    `import { readFileSync } from 'node:fs';
    import { modelNames } from 'lenet-lab';
    import { loadMnist, nodeThreads } from 'lenet-lab/node';
    const { train } = await loadMnist();
    console.log(modelNames.join(), train.labels.length, typeof nodeThreads(2), readFileSync('package.json').length > 0);`,
  );
  const { code, output } = run(process.execPath, 'program.mjs');
  expect([code, output]).toEqual([0, 'lenet5,lenet5-1998 60000 object true\n']);
});

test('its types pass in a strict program', () => {
  // A user has @types/node of their own; the compiler is this project's.
  symlinkSync(join(root, 'node_modules/@types'), join(project, 'node_modules/@types'));
  writeFileSync(
    join(project, 'program.ts'),
    `import { type Model, lenet5, parameterCount, predictor, UsageError } from 'lenet-lab';
    import { loadModel } from 'lenet-lab/node';
    const model: Model = lenet5();
    const count: number = parameterCount(model);
    // @ts-expect-error a model has no such field
    model.rate;
    export const read = (file: string) => predictor(model, loadModel(file).weights);
    export { count, UsageError };`,
  );
  const compile = [join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '--strict', '--module', 'nodenext'];
  const { code, output } = run(process.execPath, ...compile, '--target', 'es2022', '--types', 'node', 'program.ts');
  expect([code, output]).toEqual([0, '']);
});

test('its types pass in a browser program without Node’s types, with and without exactOptionalPropertyTypes', () => {
  const browser = mkdtempSync(join(tmpdir(), 'lenet-browser-'));
  symlinkSync(join(project, 'node_modules'), join(browser, 'node_modules'));
  writeFileSync(join(browser, 'package.json'), '{ "private": true, "type": "module" }');
  writeFileSync(
    join(browser, 'program.ts'),
    `import { type DatasetSettings, type FitOptions, type RecipeSettings, adam, conv2d, evaluate, fit, flatten, linear, predictor, sequential } from 'lenet-lab';
    const model = sequential('m', [1, 4, 4], { conv1: conv2d(1, 2, 3, { stride: 1 }), flat: flatten(), fc1: linear(8, 2) });
    const train: DatasetSettings = { name: 't', images: new Float32Array(32), labels: [0, 1], shape: [1, 4, 4], classes: 2 };
    const maybe = (value?: number) => value;
    const recipe: RecipeSettings = { model, optimizer: adam({ learningRate: maybe() }), batchSize: maybe(1), epochs: maybe() };
    const options: FitOptions = { train, onProgress: ({ total }) => console.log(total) };
    for await (const event of fit(recipe, options)) {
      if (event.type !== 'epoch') continue;
      const accuracy: number | undefined = event.train?.accuracy;
      // @ts-expect-error without an evaluation set there is no evaluation
      event.evaluation.accuracy;
      const found = await evaluate({ model }, event.checkpoint.weights, train);
      console.log(accuracy, found?.logits.length, predictor(model, event.checkpoint.weights)(new Uint8Array(16)).class);
    }
    // @ts-expect-error a misspelled option
    adam({ lr: 1 });
    // @ts-expect-error images as double precision
    const wrong: DatasetSettings = { ...train, images: new Float64Array(32) };
    export { wrong };`,
  );
  const tsc = [join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '--strict', '--skipLibCheck', 'false'];
  for (const exact of ['false', 'true']) {
    for (const module of [
      ['--module', 'nodenext'],
      ['--module', 'esnext', '--moduleResolution', 'bundler'],
    ]) {
      const settings = [...module, '--target', 'es2022', '--lib', 'es2022,dom', '--exactOptionalPropertyTypes', exact];
      const { stdout, status } = spawnSync(process.execPath, [...tsc, ...settings, 'program.ts'], {
        cwd: browser,
        encoding: 'utf8',
      });
      expect([status, stdout]).toEqual([0, '']);
    }
  }
});

test('npx lenet runs from the package', () => {
  expect(run('npx', '--no-install', 'lenet', '--version')).toEqual({ code: 0, output: '0.1.0\n' });
  const described = run('npx', '--no-install', 'lenet', 'describe', 'lenet5');
  expect([described.code, described.output]).toEqual([0, expect.stringContaining('44,426')]);
});
