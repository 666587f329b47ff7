/** Whether records and reports leave out where things are. */

/** The environment variable LENET_PRIVATE is set, and not to 0. */
export function isPrivateRun(environment: NodeJS.ProcessEnv = process.env): boolean {
  const { LENET_PRIVATE: given = '' } = environment;
  return given !== '' && given !== '0';
}
