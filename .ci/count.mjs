// Says what the test runner counted, as its JSON report has it.
import { readFileSync } from 'node:fs'

const report = JSON.parse(readFileSync('test-results.json', 'utf8'))
const { numPassedTests: passed, numFailedTests: failed, numPendingTests, numTodoTests } = report
const skipped = numPendingTests + numTodoTests
console.log(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`)
process.exitCode = report.success && passed > 0 ? 0 : 1
