/**
 * The build by a user without write permission: it succeeds if everything is up to date, else it fails with one line.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const isRoot = process.getuid?.() === 0;
/** Root may write everywhere, so the build runs as the user nobody. */
const nobody = isRoot ? { uid: 65_534, gid: 65_534 } : {};
const canRead = spawnSync('test', ['-r', join(root, 'node_modules/typescript/package.json')], nobody).status === 0;

const copy = mkdtempSync(join(tmpdir(), 'lenet-build-'));
afterAll(() => {
  spawnSync('chmod', ['-R', 'u+w', copy]);
  rmSync(copy, { recursive: true });
});

function build() {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build.mjs'], {
    cwd: copy,
    encoding: 'utf8',
    ...nobody,
  });
  return { status, stderr };
}

test.skipIf(process.platform === 'win32' || !canRead)(
  'a user without the right to write: nothing to do where the build is up to date, else one line (skipped where no other user can read the modules)',
  () => {
    const folders = ['scripts', 'kernels', 'src', 'web', 'docs', 'recipes', 'dist'];
    const files = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'LICENSE'];
    for (const name of [...folders, ...files]) {
      cpSync(join(root, name), join(copy, name), { recursive: true, preserveTimestamps: true });
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    chmodSync(copy, 0o755);
    spawnSync('chmod', ['-R', 'a+rX,a-w', copy]);
    expect(build()).toEqual({ status: 0, stderr: '' });

    const refused = (path: string) => ({
      status: 1,
      stderr: `error: cannot write ${path}: permission denied. The build needs to write into ${copy}: let its owner run npm run build once, or copy the checkout to a place of your own\n`,
    });
    const change = (path: string) => {
      chmodSync(join(copy, path), 0o644);
      appendFileSync(join(copy, path), '// changed\n');
    };
    change('web/studies/page.css');
    expect(build()).toEqual(refused('dist/web/index.html'));
    change('src/base/version.ts');
    expect(build()).toEqual(refused('dist/cli/main.js'));
    change('kernels/index.ts');
    expect(build()).toEqual(refused('kernels/generated/quads/index.ts'));
  },
);
