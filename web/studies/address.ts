/** The address of each view, in the hash of the page's address, so that every view can be linked to and the back button works. */
import { signal } from '@preact/signals';

/** Where the user is: `#/study/post/curves?scale=log` has the path ['study', 'post', 'curves'] and the query scale=log. */
export interface Address {
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

export function parseAddress(hash: string): Address {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?', 2);
  return {
    path: path.split('/').filter(Boolean).map(decoded),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

export function addressText({ path, query }: Address): string {
  const text = new URLSearchParams(Object.entries(query)).toString();
  return `#/${path.map(encodeURIComponent).join('/')}${text && `?${text}`}`;
}

/** The address of a path, as a link has it. */
export function linkTo(...path: readonly (string | number)[]): string {
  return addressText({ path: path.map(String), query: {} });
}

/** The text of a part of an address; a part that somebody typed may be no valid encoding, and stands for itself. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The place of an entry in the folder that is shown, as its id in an address tells it; empty for the folder itself. */
export function placeOfId(id: string): string {
  return id === '~' ? '' : decoded(id.replaceAll('~', '/'));
}

/** Where the user is now. */
export const address = signal<Address>({ path: [], query: {} });

/** Follows the address bar from now on. */
export function followAddress(): void {
  const read = () => {
    address.value = parseAddress(location.hash);
  };
  addEventListener('hashchange', read);
  read();
}

/** Goes to another view. */
export function goTo(target: string): void {
  location.hash = target;
}

/**
 * Changes the query of the present view; an empty value removes a key. It makes no step for the back button: a user who
 * has moved a slider wants to go back to the view before, not through every place of the slider.
 */
export function changeQuery(changes: Readonly<Record<string, string | undefined>>): void {
  const { path, query } = address.value;
  const entries = Object.entries({ ...query, ...changes }).filter((entry): entry is [string, string] => !!entry[1]);
  const next = { path, query: Object.fromEntries(entries) };
  history.replaceState(null, '', addressText(next));
  address.value = next;
}
