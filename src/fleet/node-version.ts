/** Which Node the fleet's queue asks for. */

/** What pg-boss declares (its package.json, engines). Older versions run our tests, but it promises nothing there. */
export const leastNode = '22.12';

/** What the user of an older Node should know; undefined for others. @param version as `process.versions.node`. */
export function olderNodeNote(version = process.versions.node): string | undefined {
  const [[major, minor], [leastMajor, leastMinor]] = [partsOf(version), partsOf(leastNode)];
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return undefined;
  return `a fleet's queue (pg-boss) asks for Node ${leastNode} or later; this is Node ${version}, where it is not promised to work`;
}

function partsOf(version: string): readonly [number, number] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return [major, minor];
}
