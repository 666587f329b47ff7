/** Which Node the fleet's queue asks for. */

/** What pg-boss declares (its package.json, engines). Older versions run our tests, but it promises nothing there. */
const least = [22, 12] as const;

/** What the user of an older Node should know; undefined for others. @param version as `process.versions.node`. */
export function olderNodeNote(version = process.versions.node): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOlder = major < least[0] || (major === least[0] && minor < least[1]);
  if (!isOlder) return undefined;
  return `a fleet's queue (pg-boss) asks for Node ${least.join('.')} or later; this is Node ${version}, where it is not promised to work`;
}
