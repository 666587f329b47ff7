/** `lenet predict`: digits from pictures. */
export async function predictImages(_model: string, _images: readonly string[], _json: boolean): Promise<void> {}
