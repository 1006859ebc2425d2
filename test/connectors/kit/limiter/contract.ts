import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { BucketLimit, Clock, LimiterAsk, LimiterStore } from '../../../../src/connector/index.ts'

export interface VirtualClock extends Clock {
  push(ms: number): void
}

/** Only a test moves it. */
export function virtualClock(startMs = 1_760_000_000_000): VirtualClock {
  let nowMs = startMs
  return { nowMs: () => nowMs, push: (ms) => void (nowMs += ms) }
}

export interface OpenLimiter {
  readonly clock: VirtualClock
  /** Two stores of two processes on the same truth; the same store twice for one that lives in memory. */
  readonly stores: readonly [LimiterStore, LimiterStore]
  close(): Promise<void>
}

const SECOND: BucketLimit = { limit: 10, windowMs: 10_000, scope: 'account', source: 'test' }
const DAY: BucketLimit = { limit: 20, windowMs: 86_400_000, scope: 'account', source: 'test' }

let unique = 0
const newKey = (): string => `test-${process.pid}-${(unique += 1)}`
const askFor = (key: string, limit: BucketLimit, weight = 1): LimiterAsk => ({ key, limit, weight })

/** What every LimiterStore promises. */
export function limiterContract(open: () => Promise<OpenLimiter>): void {
  const withStores = async (run: (limiter: OpenLimiter) => Promise<void>): Promise<void> => {
    const limiter = await open()
    try {
      await run(limiter)
    } finally {
      await limiter.close()
    }
  }

  it.each([
    ['short', SECOND],
    ['long', DAY],
  ])('never grants more than 80 % in any %s window, whoever asks', (_, limit) =>
    withStores(async ({ clock, stores }) => {
      const move = fc.record({
        waitShare: fc.double({ min: 0, max: 0.4, noNaN: true }),
        weight: fc.integer({ min: 1, max: 4 }),
        store: fc.constantFrom<0 | 1>(0, 1),
      })
      await fc.assert(
        fc.asyncProperty(fc.array(move, { minLength: 20, maxLength: 60 }), async (moves) => {
          const key = newKey()
          const granted: { readonly atMs: number; readonly weight: number }[] = []
          for (const { waitShare, weight, store } of moves) {
            clock.push(Math.floor(waitShare ** 3 * limit.windowMs))
            const answer = await stores[store].take([askFor(key, limit, weight)])
            if (answer.kind === 'granted') granted.push({ atMs: clock.nowMs(), weight })
          }
          expect(worstWindow(granted, limit.windowMs)).toBeLessThanOrEqual(limit.limit * 0.8)
          expect(granted.length).toBeGreaterThan(0)
        }),
        { numRuns: 12 },
      )
    }),
  )

  it.each([
    ['short', { ...SECOND, limit: 50 }],
    ['long', { ...DAY, limit: 50 }],
  ])('never grants a call of a %s window back before its time', (_, limit) =>
    withStores(async ({ clock, stores: [store] }) => {
      const key = newKey()
      const granted: { readonly atMs: number; readonly weight: number }[] = []
      const takeOne = async (): Promise<boolean> => {
        const isGranted = (await store.take([askFor(key, limit)])).kind === 'granted'
        if (isGranted) granted.push({ atMs: clock.nowMs(), weight: 1 })
        return isGranted
      }
      // Spread at first, and as greedy as can be from the moment at which the first calls come back.
      for (let step = 0; step < 300; step += 1) {
        clock.push(Math.floor(limit.windowMs / 240))
        let isGranted = await takeOne()
        while (isGranted && step > 60) isGranted = await takeOne()
      }
      expect(worstWindow(granted, limit.windowMs)).toBe(40)
    }),
  )

  it('grants again after the wait that it named', () =>
    withStores(async ({ clock, stores: [store] }) => {
      for (const limit of [SECOND, DAY]) {
        const key = newKey()
        const waitMs = await exhaust(store, key, limit)
        expect(waitMs).toBeGreaterThan(0)
        clock.push(waitMs)
        expect(await store.take([askFor(key, limit)])).toEqual({ kind: 'granted' })
      }
    }))

  it('gives what one process did not take to another', () =>
    withStores(async ({ stores: [one, other] }) => {
      const key = newKey()
      // An odd number: two processes that see the same last call must not both have it.
      const odd = { ...SECOND, limit: 9 }
      let granted = 0
      for (let turn = 0; turn < 30; turn += 1) {
        const answers = await Promise.all([one, other].map((store) => store.take([askFor(key, odd)])))
        granted += answers.filter(({ kind }) => kind === 'granted').length
      }
      expect(granted).toBe(7)
    }))

  it('takes from all buckets or from none', () =>
    withStores(async ({ clock, stores: [store] }) => {
      const [full, long, free] = [newKey(), newKey(), newKey()]
      await exhaust(store, full, SECOND)
      const waitMs = await exhaust(store, long, DAY)
      for (const used of [askFor(full, SECOND), askFor(long, DAY)]) {
        expect((await store.take([askFor(free, SECOND, 8), used])).kind).toBe('wait')
      }
      // Had the refused takes cost anything, the whole bucket would not be there.
      expect(await store.take([askFor(free, SECOND, 8)])).toEqual({ kind: 'granted' })
      clock.push(waitMs)
    }))

  it('grants nothing inside a hold, to nobody, and the longest hold wins', () =>
    withStores(async ({ clock, stores: [one, other] }) => {
      for (const limit of [SECOND, DAY]) {
        const key = newKey()
        expect((await other.take([askFor(key, limit)])).kind).toBe('granted')
        await one.hold(key, clock.nowMs() + 5_000)
        await other.hold(key, clock.nowMs() + 60_000)
        await one.hold(key, clock.nowMs() + 1_000)
        for (const store of [one, other]) {
          expect(await store.take([askFor(key, limit)])).toEqual({ kind: 'wait', waitMs: 60_000 })
          expect((await store.take([askFor(key, limit, 0)])).kind).toBe('wait')
        }
        clock.push(60_000)
        expect((await one.take([askFor(key, limit)])).kind).toBe('granted')
      }
    }))

  it('refuses a call that weighs more than its bucket may ever grant', () =>
    withStores(async ({ stores: [store] }) => {
      await expect(store.take([askFor(newKey(), SECOND, 9)])).rejects.toMatchObject({ code: 'CONNECTOR_BUG' })
      await expect(store.take([askFor(newKey(), { ...SECOND, limit: 0 })])).rejects.toMatchObject({
        code: 'CONNECTOR_BUG',
      })
    }))

  it('counts asks of one key together', () =>
    withStores(async ({ stores: [store] }) => {
      const key = newKey()
      await expect(store.take([askFor(key, SECOND, 5), askFor(key, SECOND, 5)])).rejects.toMatchObject({
        code: 'CONNECTOR_BUG',
      })
      expect((await store.take([askFor(key, SECOND, 4), askFor(key, SECOND, 4)])).kind).toBe('granted')
      expect((await store.take([askFor(key, SECOND)])).kind).toBe('wait')
    }))

  it('grants at least one call of the smallest limit', () =>
    withStores(async ({ stores: [store] }) => {
      const key = newKey()
      const one = { ...DAY, limit: 1 }
      expect((await store.take([askFor(key, one)])).kind).toBe('granted')
      expect((await store.take([askFor(key, one)])).kind).toBe('wait')
    }))
}

async function exhaust(store: LimiterStore, key: string, limit: BucketLimit): Promise<number> {
  for (let turn = 0; turn < 100; turn += 1) {
    const answer = await store.take([askFor(key, limit)])
    if (answer.kind === 'wait') return answer.waitMs
  }
  throw new Error('the bucket never empties')
}

/** The most that was granted in any half-open window; a fullest window begins with a grant. */
function worstWindow(granted: readonly { readonly atMs: number; readonly weight: number }[], windowMs: number): number {
  const inWindow = (startMs: number): number =>
    granted
      .filter(({ atMs }) => atMs >= startMs && atMs < startMs + windowMs)
      .reduce((sum, { weight }) => sum + weight, 0)
  return Math.max(0, ...granted.map(({ atMs }) => inWindow(atMs)))
}
