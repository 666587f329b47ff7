// Prints the failed tests and, as its last line, "N passed, N failed[, N skipped]" from vitest's JSON report; fails
// when no test ran.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

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
);
for (const { name, assertionResults } of report.testResults ?? []) {
  const where = relative(process.cwd(), name);
  for (const { status, fullName, failureMessages = [] } of assertionResults) {
    if (status === 'failed') console.log(`failed: ${where}: ${fullName}\n${(failureMessages[0] ?? '').slice(0, 2000)}`);
  }
}
for (const { name, message } of brokenFiles) console.log(`failed: ${relative(process.cwd(), name)}\n${message}`);
const failed = report.numFailedTests + brokenFiles.length;
const skipped = report.numPendingTests > 0 ? `, ${report.numPendingTests} skipped` : '';
console.log(`${report.numPassedTests} passed, ${failed} failed${skipped}`);
process.exitCode = failed > 0 || report.numPassedTests === 0 ? 1 : 0;
