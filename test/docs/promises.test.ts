import { describe, expect, it } from '@jest/globals'
import { readFile } from 'node:fs/promises'

interface Promised {
  readonly promise: string
  /** Files, and the words by which a test in them is called after the promise. */
  readonly tests: readonly (readonly [file: string, words: string])[]
}

/** What must always be true (section 10 of the design), and the tests that are called after it. */
const PROMISES: readonly Promised[] = [
  {
    promise: 'no request is lost, no part is unexplained, no neighbour is touched or disclosed',
    tests: [
      ['test/faults/lost-queue.test.ts', 'no request is lost once acknowledged'],
      ['test/journeys/erasure.test.ts', 'no part is left unexplained and no neighbour is touched'],
      ['test/journeys/reading.test.ts', 'no neighbour is disclosed'],
    ],
  },
  {
    promise: 'no personal data in queue, logs, metrics, our URLs, ledger, error texts, test names',
    tests: [['test/faults/privacy.test.ts', 'no personal data outside vault and archive']],
  },
  {
    promise: 'doing anything twice ends where doing it once ends',
    tests: [
      ['test/faults/matrix.test.ts', 'doing anything twice ends where doing it once ends'],
      ['test/faults/deliveries.test.ts', 'doing anything twice ends where doing it once ends'],
    ],
  },
  {
    promise: 'nothing is changed at a vendor without an approved plan, a live account and an intent on disk',
    tests: [
      [
        'test/journeys/brakes.test.ts',
        'nothing is changed at a vendor without an approved plan, a live account and an intent on disk',
      ],
    ],
  },
  {
    promise: 'a limit on everything; a limit reached is an error with a code, never a silent stop',
    tests: [['test/faults/limits.test.ts', 'a limit that is reached is an error with a code and never a silent stop']],
  },
  {
    promise: 'the orchestrator forgets too, on a schedule that the record states',
    tests: [['test/faults/forgetting.test.ts', 'the orchestrator forgets too, on the schedule that the record states']],
  },
]

describe('what must always be true', () => {
  it.each(PROMISES)('has a test called after it: $promise', async ({ tests }) => {
    for (const [file, words] of tests) {
      const titles = [
        ...(await readFile(file, 'utf8')).matchAll(/(?:describe\w*|it)(?:[.]\w+\([^]*?\))?\(\s*'([^']+)'/g),
      ]
      expect({ file, isThere: titles.some(([, title]) => title?.includes(words)) }).toEqual({ file, isThere: true })
    }
    expect(tests.length).toBeGreaterThan(0)
  })

  it('is these six', () => {
    expect(PROMISES).toHaveLength(6)
  })
})
