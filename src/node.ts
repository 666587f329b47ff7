/** What needs Node: threads, files, data sets from disk. */

// Threads
export { type NodeThreadsOptions, nodeThreads } from './runner/node-threads.ts';
export { enableOcts } from './runner/octs.ts';
export { enableFused } from './runner/relaxed-simd.ts';

// Data sets
export type { Colouring, DataOptions, Framing, Ground, LoadedData, PictureRules, Resizing } from './data/source.ts';
export { type LoadDataOptions, loadData } from './runner/load-data.ts';
export type { DecodingProgress } from './runner/picture-reader.ts';

// Files
export { loadMnist } from './runner/mnist-files.ts';
export { type LoadedModel, loadModel } from './runner/model-file.ts';
export type { SavedModel } from './tasks/lenet/saved-model.ts';
export type { ModelInput } from './tasks/lenet/model-input.ts';

// Runs in folders (may change)
export { type RunEvent, type RunRequest, trainRun } from './runner/train-run.ts';

// Studies in folders (may change)
export { type LenetTaskOptions, lenetTask } from './runner/lenet-task.ts';
export { JournalStore, readStudy } from './store/journal-store.ts';
