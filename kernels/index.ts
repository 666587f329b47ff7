/** Everything the engine may call. */
export { heapBase } from './arithmetic';
export * from './conv2d';
export * from './generated/blocks';
export * from './generated/windows';
export * from './layout';
export * from './linear';
export * from './losses';
export * from './matmul';
export * from './max-pool2d';
export * from './optimizers';
export * from './rbf';
export * from './relu';
export * from './squash';
export * from './sum-pool2d';
export * from './winograd';
