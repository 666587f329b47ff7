/** The values of --kernels: a width, or `auto`, which is octs where they are proven right and faster. */
export const kernelChoices = ['auto', 'quads', 'octs'] as const;
export type KernelChoice = (typeof kernelChoices)[number];
