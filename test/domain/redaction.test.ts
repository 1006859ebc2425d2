import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { JsonValue } from '../../src/domain/json.ts'
import { hasPath, leavesOf, namesOn, redacted } from '../../src/domain/redaction.ts'

const RECORD = { name: 'Ada', 'a/b': { '~': [{ email: 'bea@example.com' }, 2] }, empty: [] }
const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>

describe('the fields of a record', () => {
  it('each have a path that leads to them', () => {
    expect(leavesOf(RECORD).map(({ path }) => path)).toEqual(['/name', '/a~1b/~0/0/email', '/a~1b/~0/1', '/empty'])
    expect(namesOn('/a~1b/~0/0/email')).toEqual(['a/b', '~', '0', 'email'])
  })

  it('are taken out without touching any other', () => {
    expect(redacted(RECORD, new Map([['/a~1b/~0/0/email', '[out]']]))).toEqual({
      name: 'Ada',
      'a/b': { '~': [{ email: '[out]' }, 2] },
      empty: [],
    })
  })

  it('all are found, and one by one replaced, in any record', () => {
    fc.assert(
      fc.property(json, (record) => {
        for (const { path } of leavesOf(record)) {
          expect(hasPath(record, path)).toBe(true)
          const left = redacted(record, new Map([[path, '[out]']]))
          expect(leavesOf(left).filter(({ value }) => value === '[out]').length).toBeGreaterThan(0)
        }
        expect(redacted(record, new Map([['/none/of/these', '[out]']]))).toEqual(record)
      }),
      { numRuns: 200 },
    )
  })

  it.each(['name', '/nam', '/a~1b/~0/2', '/empty/0', '/name/first'])('are not where %s leads', (path) => {
    expect(hasPath(RECORD, path)).toBe(false)
  })
})
