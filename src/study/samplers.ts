/** All samplers by name. To add one, write its file and add it to both lists. */
import type { Sampler } from './sampler.ts';
import { random } from './samplers/random.ts';
import { tpe } from './samplers/tpe.ts';

export const samplerNames = ['tpe', 'random'] as const;
/** `tpe`: the tree-structured Parzen estimator. `random`: without regard to earlier results. */
export type SamplerName = (typeof samplerNames)[number];

export const samplers: Readonly<Record<SamplerName, Sampler>> = { tpe, random };
