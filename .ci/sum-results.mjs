// Adds up what jest wrote, and says it in the last line. Anything that broke without being a test counts as one failure.
import { existsSync, readFileSync } from 'node:fs';

const [broken, ...files] = process.argv.slice(2);

let passed = 0;
let failed = 0;
for (const file of files) {
  const results = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  if (results === undefined || results.numTotalTests === 0) {
    console.log(`No tests ran where ${file} was expected.`);
    failed += 1;
    continue;
  }
  passed += results.numPassedTests;
  failed += results.numFailedTests + results.numRuntimeErrorTestSuites + results.numPendingTests;
  for (const { name, status, assertionResults } of results.testResults) {
    const titles = assertionResults.filter((test) => test.status !== 'passed').map((test) => test.fullName);
    for (const title of titles) console.log(`failed or skipped: ${name}: ${title}`);
    if (status === 'failed' && titles.length === 0) console.log(`failed: ${name}`);
  }
}
if (broken !== '0' && failed === 0) {
  console.log('Something failed that is no test: see above.');
  failed = 1;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
