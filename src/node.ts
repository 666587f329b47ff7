/** What needs Node: threads, files, MNIST from disk. */
export { type LenetTaskOptions, lenetTask } from './runner/lenet-task.ts';
export { type LoadedMnist, loadMnist } from './runner/mnist-files.ts';
export { loadModel } from './runner/model-file.ts';
export { nodeThreads } from './runner/node-threads.ts';
export { enableFused } from './runner/relaxed-simd.ts';
export { type RunEvent, type RunRequest, trainRun } from './runner/train-run.ts';
export { JournalStore, readStudy } from './store/journal-store.ts';
