/** How Vite bundles the playground: page, lab and threads, each with the part of the library that it needs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import preact from '@preact/preset-vite';
import { defineConfig, type Plugin } from 'vite';
import { parse } from 'yaml';

const recipesFolder = join(import.meta.dirname, '../../recipes');

/** The recipes that a page can train in a minute, in the order of the list. */
const playable = ['one-epoch', 'two-epochs', 'three-epochs', 'baseline', 'best'];

/** `virtual:recipes`: the recipes that ship, read from their files. */
function recipes(): Plugin {
  const id = '\0virtual:recipes';
  return {
    name: 'recipes',
    resolveId: (source) => (source === 'virtual:recipes' ? id : undefined),
    load(loaded) {
      if (loaded !== id) return undefined;
      const files = readdirSync(recipesFolder).filter((file) => playable.includes(file.replace('.yaml', '')));
      const found = files.map((file) => {
        this.addWatchFile(join(recipesFolder, file));
        const { name, sentence, settings } = parse(readFileSync(join(recipesFolder, file), 'utf8'));
        return { name, sentence, settings };
      });
      found.sort((a, b) => playable.indexOf(a.name) - playable.indexOf(b.name));
      return `export const recipes = ${JSON.stringify(found)};`;
    },
  };
}

/**
 * Leaves out the kernels that no browser runs here: octs, which browsers do not widen (docs/decisions/0049), and fused arithmetic, whose bits
 * differ between machines. They are two thirds of every bundle.
 */
function strictQuadsAlone(): Plugin {
  return {
    name: 'strict-quads-alone',
    load(id) {
      const [, arithmetic, width] = /engine\/generated\/(strict|fused)-(quads|octs)\.ts$/.exec(id) ?? [];
      if (!arithmetic || `${arithmetic}-${width}` === 'strict-quads') return undefined;
      return `export const ${arithmetic}${width === 'octs' ? 'Octs' : 'Quads'} = '';`;
    },
  };
}

/** The program of a crew's thread is named as tsc writes it; here it is bundled from its source. */
function threadPrograms(): Plugin {
  return {
    name: 'thread-programs',
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith('src/runner/web-threads.ts')) return undefined;
      return code.replace('./web-thread-program.js', './web-thread-program.ts');
    },
  };
}

const library = () => [recipes(), strictQuadsAlone(), threadPrograms()];

export default defineConfig({
  root: import.meta.dirname,
  // Relative, so that the site works below any address.
  base: './',
  logLevel: 'warn',
  plugins: [preact({ devToolsEnabled: false }), ...library()],
  worker: { format: 'es', plugins: library },
  build: {
    target: 'es2022',
    emptyOutDir: true,
    // An inlined file would need `data:` in the page's content policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
