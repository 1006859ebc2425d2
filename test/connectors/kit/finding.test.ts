import { describe, expect, it } from '@jest/globals'
import { findingOf, hiddenPurge } from '../../../src/connector/index.ts'

const nowMs = 1_000_000

describe('the verdict of a look', () => {
  it('is present as long as one record is in use, whatever else is known', () => {
    const left = { live: 1, purgeByMs: [nowMs + 1], unseenBecause: 'hidden', nowMs }
    expect(findingOf('notes', 3, left)).toMatchObject({ remaining: 1, verdict: { kind: 'present' } })
  })

  it('waits for the last purge, and is present when that day has passed', () => {
    const left = { live: 0, purgeByMs: [nowMs + 1, nowMs + 9], nowMs }
    expect(findingOf('notes', 2, left).verdict).toEqual({ kind: 'soft_deleted', purgeByMs: nowMs + 9 })
    expect(findingOf('notes', 2, { ...left, nowMs: nowMs + 10 })).toMatchObject({
      remaining: 2,
      verdict: { kind: 'present' },
    })
  })

  it('is doubt where something could not be looked at, even while other records wait for their purge', () => {
    const left = { live: 0, purgeByMs: [nowMs + 1], unseenBecause: 'hidden', nowMs }
    expect(findingOf('notes', 2, left).verdict).toEqual({ kind: 'cannot_tell', why: 'hidden' })
  })

  it('is absence where nothing is left', () => {
    expect(findingOf('notes', 2, { live: 0, nowMs })).toMatchObject({ remaining: 0, verdict: { kind: 'absent' } })
  })
})

describe('a record that the vendor marks as deleted and hides', () => {
  it('counts as waiting for its purge until that much time has passed since it was read', () => {
    const purgeMs = 500
    expect(hiddenPurge(nowMs - 499, { purgeMs, nowMs })).toEqual([nowMs + 500])
    expect(hiddenPurge(nowMs - 500, { purgeMs, nowMs })).toEqual([])
  })
})
