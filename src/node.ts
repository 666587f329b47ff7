/** What needs Node: threads, files, MNIST from disk. */

// Threads
export { type NodeThreadsOptions, nodeThreads } from './runner/node-threads.ts';
export { enableOcts } from './runner/octs.ts';
export { enableFused } from './runner/relaxed-simd.ts';

// Files
export { type LoadedMnist, loadMnist } from './runner/mnist-files.ts';
export { type LoadedModel, loadModel } from './runner/model-file.ts';

// Runs in folders (may change)
export { type RunEvent, type RunRequest, trainRun } from './runner/train-run.ts';

// Studies in folders (may change)
export { type LenetTaskOptions, lenetTask } from './runner/lenet-task.ts';
export { JournalStore, readStudy } from './store/journal-store.ts';
