/** Names of entries in addresses: the path below the server's folder, with `~` between its parts. */

/** The name of the folder itself, which no path below it has. */
const here = '~';

/** @param path relative, with `/` between its parts; empty for the folder itself. @param part of a file with several entries. */
export function entryId(path: string, part?: number): string {
  const id = path === '' ? here : path.split('/').map(escaped).join('~');
  return part === undefined ? id : `${id}:${part}`;
}

function escaped(part: string): string {
  return part.replaceAll('%', '%25').replaceAll('~', '%7E').replaceAll(':', '%3A');
}
