/**
 * Reads Jest's JSON results: prints "<passed> <failed> <skipped>" for the script and each failure in full for people.
 * A file that could not even start counts as one failure.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'

const [resultsFile] = process.argv.slice(2)
const results = JSON.parse(readFileSync(resultsFile, 'utf8'))
const unstarted = results.testResults.filter(
  (file) => file.status === 'failed' && !file.assertionResults.some(isFailed),
)

for (const file of results.testResults) {
  const name = path.relative(process.cwd(), file.name)
  for (const test of file.assertionResults.filter(isFailed)) {
    print(`${name}: ${test.fullName}`, test.failureMessages.join('\n'))
  }
}
for (const file of unstarted) print(path.relative(process.cwd(), file.name), file.message)

const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = results
console.log(numPassedTests, numFailedTests + unstarted.length, numPendingTests + numTodoTests)

function isFailed(test) {
  return test.status === 'failed'
}

/** A long failure keeps its beginning, where the difference stands; Jest's own frames say nothing. */
function print(title, text) {
  const lines = text.split('\n').filter((line) => !/node_modules\/@?jest/.test(line))
  const shown = lines.length > 60 ? [...lines.slice(0, 60), `… ${lines.length - 60} more lines`] : lines
  console.error(['', `  ${title}`, ...shown.map((line) => `      ${line}`)].join('\n'))
}
