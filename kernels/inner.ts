/**
 * The inner loops, which are exported only because V8 neither inlines nor unrolls exported functions (docs/engine.md).
 * JavaScript does not call them.
 */
export { listGradients, listPooledGradients, spreadWindows, sumWindows, unpackRuns } from './conv2d';
export { gatherLine } from './grouped-conv2d';
export * from './blocks';
export * from './taps';
export * from './windows';
export { spreadLine } from './layout';
export { matmulFactors } from './matmul';
export { pool2x2 } from './max-pool2d';
export { winogradLine, winogradPool, winogradTile } from './winograd';
