/** Gives the user a file that the page made. */
export function download(name: string, text: string, type: 'image/svg+xml' | 'text/csv'): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  // The browser has begun the download once the click is handled; the address may go.
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** A title as a file name: `learning-curves`. */
export function fileName(title: string, ending: 'svg' | 'csv'): string {
  const name = title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');
  return `${name || 'chart'}.${ending}`;
}
