import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Tests that replace modules or settle the width of this process: each file needs modules of its own. */
const ownModules = ['src/engine/**/*.test.ts', 'src/train/**/*.test.ts', 'test/**/*.test.ts'];

export default defineConfig({
  test: {
    // Two more than cores: many tests wait for processes, locks and databases.
    maxWorkers: availableParallelism() + 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: process.env.CI ? ['default', ['json', { outputFile: '.cache/test-results.json' }]] : ['default'],
    projects: [
      { extends: true, test: { name: 'own modules', include: ownModules } },
      {
        // Loading the modules again for each file takes half of the time of these tests.
        extends: true,
        test: {
          name: 'shared modules',
          include: ['src/**/*.test.ts', 'web/**/*.test.ts'],
          exclude: ownModules,
          isolate: false,
        },
      },
    ],
  },
});
