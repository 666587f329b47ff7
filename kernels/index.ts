/** Everything the engine may call. */
export { heapBase } from './arithmetic';
export * from './conv2d';
export * from './generated/blocks';
export * from './generated/windows';
export * from './layout';
export * from './linear';
export * from './matmul';
export * from './max-pool2d';
export * from './optimizers';
export * from './relu';
export * from './softmax-cross-entropy';
export * from './winograd';
