// Prints "N passed, N failed[, N skipped]" from vitest's JSON report; fails when no test ran.
import { readFileSync } from 'node:fs';

const [file] = process.argv.slice(2);
let report = { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0 };
try {
  report = JSON.parse(readFileSync(file, 'utf8'));
} catch {
  console.error(`no test report in ${file}: the tests did not run to their end`);
}
// A file that fails to load has no tests that could fail.
const brokenFiles = (report.testResults ?? []).filter(
  ({ status, assertionResults }) =>
    status === 'failed' && !assertionResults.some((result) => result.status === 'failed'),
).length;
const failed = report.numFailedTests + brokenFiles;
const skipped = report.numPendingTests > 0 ? `, ${report.numPendingTests} skipped` : '';
console.log(`${report.numPassedTests} passed, ${failed} failed${skipped}`);
process.exitCode = failed > 0 || report.numPassedTests === 0 ? 1 : 0;
