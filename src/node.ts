/** What needs Node: threads, files, MNIST from disk. */
export { enableFused } from './runner/relaxed-simd.ts';
export { nodeThreads } from './runner/threads.ts';
