import { describe, expect, it } from '@jest/globals'
import { tokensOf, trafficOf, weightOf } from '../../../connectors/pipedrive/costs.ts'
import { interpretHold } from '../../../connectors/pipedrive/limits.ts'
import { optionsOf } from '../../../connectors/pipedrive/options.ts'
import type { LimiterStore } from '../../../src/connector/index.ts'
import { memoryLimiter } from '../../../src/connector/memory-limiter.ts'
import { discoverOnce } from '../conformance/driver.ts'
import { withBench } from './bench.ts'

const HOUR_MS = 3_600_000

describe('the price of a call', () => {
  it.each([
    ['GET', '/api/v2/persons/1', 1],
    ['GET', '/api/v2/persons/1/picture', 1],
    ['GET', '/api/v2/persons?ids=1,2', 10],
    ['GET', '/api/v2/persons/search?term=a', 20],
    ['GET', '/api/v2/deals/archived?person_id=1', 20],
    ['PATCH', '/api/v2/persons/1', 5],
    ['DELETE', '/api/v2/persons/1', 3],
    ['GET', '/api/v1/users/me', 2],
    ['GET', '/api/v1/notes/7', 2],
    ['GET', '/api/v1/leads/adf21080-0e10-11eb-879b-000000010007', 2],
    ['GET', '/api/v1/notes?person_id=1', 20],
    ['GET', '/api/v1/notes/7/comments', 20],
    ['GET', '/api/v1/persons/1/flow?start=0', 40],
    ['GET', '/api/v1/leads/archived', 40],
    ['GET', 'https://api.pipedrive.com/v1/users/me', 2],
    ['PUT', '/api/v1/notes/7', 10],
    ['DELETE', '/api/v1/files/7', 6],
  ] as const)('%s %s', (method, path, tokens) => {
    expect(tokensOf({ method, path })).toBe(tokens)
  })

  it('is counted so that the share of the company’s own budget is never passed', () => {
    // 24 000 is what the limiter grants of the smallest budget.
    expect(weightOf(10, { tokensPerDay: 30_000, share: 0.8 })).toBe(10)
    expect(weightOf(10, { tokensPerDay: 30_000, share: 0.5 })).toBe(16)
    expect(weightOf(40, { tokensPerDay: 2_100_000, share: 0.5 })).toBe(1)
  })

  it('also counts a search in its own bucket', () => {
    const budget = { tokensPerDay: 30_000, share: 0.8 }
    expect(trafficOf({ method: 'GET', path: '/api/v2/persons/search?term=a' }, budget)).toEqual({
      effect: false,
      buckets: { tokens: 20, burst: 1, search: 1 },
    })
  })
})

describe('a limit that Pipedrive names', () => {
  const reply = (status: number, headers: Readonly<Record<string, string>> = {}) => ({
    status,
    headers,
    body: Buffer.alloc(0),
  })

  it.each([
    ['a burst', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '2' }, { bucket: 'burst', waitMs: 2_000 }],
    ['a day', { 'x-ratelimit-remaining': '7' }, { bucket: 'tokens', waitMs: HOUR_MS }],
    ['no word at all', {}, { bucket: 'tokens', waitMs: HOUR_MS }],
    ['Retry-After', { 'retry-after': '9' }, { bucket: 'tokens', waitMs: 9_000 }],
    [
      'an instant for a reset',
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1800000003' },
      { bucket: 'burst', waitMs: 3_000 },
    ],
  ])('is understood from a 429 with %s', (_, headers, hold) => {
    expect(interpretHold(reply(429, headers), 1_800_000_000_000)).toEqual(hold)
  })

  it('is obeyed before it is broken', () => {
    expect(interpretHold(reply(200, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' }), 0)).toEqual({
      bucket: 'burst',
      waitMs: 1_000,
    })
    expect(interpretHold(reply(200, { 'x-ratelimit-remaining': '3' }), 0)).toBeUndefined()
  })
})

describe('the tokens of a day', () => {
  it('are spent up to the share and no further', () =>
    withBench({ options: { tokens_share: 0.05 } }, async ({ lab, context: { account } }) => {
      const strict = memoryLimiter(lab.clock)
      // Waits out bursts, and gives up when the day's tokens are gone.
      const limiter: LimiterStore = {
        ...strict,
        take: async (asks) => {
          for (;;) {
            const answer = await strict.take(asks)
            if (answer.kind === 'granted' || answer.waitMs > HOUR_MS) return answer
            lab.clock.push(answer.waitMs)
          }
        },
      }
      const context = { ...lab.contextWith({ limiter }), account }
      const looked = { right: 'access', identifiers: lab.subject.identifiers, person: lab.subject, context } as const
      const untilRefused = async (): Promise<void> => {
        for (let round = 0; round < 40; round += 1) await discoverOnce(lab, looked)
      }

      await expect(untilRefused()).rejects.toMatchObject({ code: 'RATE_LIMITED' })
      const spent = lab.sandbox.calls().reduce((sum, call) => sum + tokensOf({ ...call, method: 'GET' }), 0)
      expect(spent).toBeLessThanOrEqual(1_500)
      expect(spent).toBeGreaterThan(1_400)
    }))

  it('refuses a share or a budget that is none', () =>
    withBench({}, ({ context }) => {
      const optionsWith = (options: Readonly<Record<string, number>>) => () =>
        optionsOf({ ...context, account: { ...context.account, options } })
      expect(optionsWith({ tokens_share: 0.9 })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
      expect(optionsWith({ tokens_per_day: 10 })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
      return Promise.resolve()
    }))
})
