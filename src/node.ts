/** What needs Node: threads, files, MNIST from disk. */
export { type LoadedMnist, loadMnist } from './runner/mnist-files.ts';
export { loadModel } from './runner/model-file.ts';
export { enableFused } from './runner/relaxed-simd.ts';
export { nodeThreads } from './runner/threads.ts';
export { type RunEvent, type RunRequest, trainRun } from './runner/train-run.ts';
