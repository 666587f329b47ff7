/** The version of this software, as records name it. Kept equal to package.json by version.test.ts. */
export const version = '0.1.0';
