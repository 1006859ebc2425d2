import { describe, expect, it } from '@jest/globals'
import { brevo } from '../../../connectors/brevo/index.ts'
import { bucketOf } from '../../../connectors/brevo/limits.ts'
import { isDsrError } from '../../../src/connector/index.ts'
import type { Context, DsrError, LimiterStore } from '../../../src/connector/index.ts'
import { memoryLimiter } from '../../../src/connector/memory-limiter.ts'
import { carryOut, ownIds, withBench } from './bench.ts'
import type { Bench } from './bench.ts'

const BLOCK = { step: 'block_contact', part: 'marketing_blocklist', after: [] }

/** The same account with a limiter that waits a minute at most, and really refuses beyond. */
function impatient({ lab, context }: Bench): Context {
  const inner = memoryLimiter(lab.clock)
  const limiter: LimiterStore = {
    hold: (key, untilMs) => inner.hold(key, untilMs),
    take: async (asks) => {
      for (;;) {
        const answer = await inner.take(asks)
        if (answer.kind === 'granted' || answer.waitMs > 60_000) return answer
        lab.clock.push(answer.waitMs)
      }
    },
  }
  return { ...context, transport: lab.contextWith({ limiter }).transport }
}

async function refusalOf(bench: Bench, context: Context): Promise<DsrError | undefined> {
  const { identifiers } = bench.lab.subject
  let count = 0
  try {
    for await (const { part } of brevo.discover(context, { right: 'access', identifiers, names: [] }))
      count += part.length
    expect(count).toBeGreaterThan(0)
    return undefined
  } catch (error) {
    return isDsrError(error) ? error : undefined
  }
}

function hourly({ lab }: Bench): number {
  return lab.sandbox.calls().filter(({ path }) => bucketOf(path) === 'everything_else').length
}

describe('the limits of Brevo', () => {
  it.each([
    ['/v3/contacts/batch', 'contacts'],
    ['/v3/contacts/7/campaignStats?startDate=2026-01-01', 'contacts'],
    ['/v3/smtp/emails?email=a%40example.org', 'mail_log'],
    ['/v3/smtp/emails/5a78c-1', 'smtp'],
    ['/v3/smtp/log/a%40example.org', 'smtp'],
    ['/v3/smtp/statistics/events', 'smtp'],
    ['/v3/smtp/blockedContacts?limit=100', 'blocked_contacts'],
    ['/v3/crm/notes', 'everything_else'],
    ['/v3/companies/1', 'everything_else'],
    ['/v3/account', 'everything_else'],
    ['/v3/transactionalSMS/statistics/events', 'everything_else'],
    ['https://api.brevo.com/v3/orders', 'everything_else'],
  ])('count %s among %s', (path, bucket) => {
    expect(bucketOf(path)).toBe(bucket)
  })

  it('keep the hundred calls of an hour in a bucket of their own: contacts go on while it is empty', () =>
    withBench({}, async (bench) => {
      const context = impatient(bench)
      const headers = {
        'x-sib-ratelimit-limit': '100',
        'x-sib-ratelimit-remaining': '0',
        'x-sib-ratelimit-reset': '1234',
      }
      const what = { kind: 'status', status: 429, headers, body: '{"message":"too many"}' } as const
      bench.lab.sandbox.arm({ match: { path: /\/v3\/crm\// }, times: 1, what })
      const refusal = await refusalOf(bench, context)
      expect(refusal?.code).toBe('RATE_LIMITED')
      expect(refusal?.retryAfterMs).toBeGreaterThanOrEqual(1_234_000)
      expect(refusal?.retryAfterMs).toBeLessThanOrEqual(1_300_000)
      const before = hourly(bench)
      expect((await refusalOf(bench, context))?.code).toBe('RATE_LIMITED')
      expect(hourly(bench)).toBe(before)
      const [customer] = ownIds(bench)
      expect(await carryOut({ ...bench, context }, 'erasure', { ...BLOCK, target: customer })).toBe('done')
      bench.lab.clock.push(1_300_000)
      expect(await refusalOf(bench, context)).toBeUndefined()
    }))

  it('park with the time until the hour lets go, before Brevo has to refuse', () =>
    withBench({}, async (bench) => {
      const context = impatient(bench)
      let refusal: DsrError | undefined
      let before = 0
      for (let run = 0; run < 20 && refusal === undefined; run += 1) {
        before = hourly(bench)
        refusal = await refusalOf(bench, context)
      }
      expect(refusal?.code).toBe('RATE_LIMITED')
      expect(refusal?.retryAfterMs).toBeGreaterThan(60_000)
      expect(refusal?.retryAfterMs).toBeLessThanOrEqual(3_600_000)
      // A search is let in whole or not at all: what it cannot finish it does not begin.
      expect(before).toBeGreaterThan(40)
      expect(hourly(bench)).toBe(before)
      bench.lab.clock.push((refusal?.retryAfterMs ?? 0) + 1)
      expect(await refusalOf(bench, context)).toBeUndefined()
      expect(bench.lab.sandbox.calls().some(({ status }) => status === 429)).toBe(false)
    }))

  it('read the header that Brevo sends, and obey a Retry-After that it does not promise', () => {
    const hold = (status: number, headers: Readonly<Record<string, string>>) =>
      brevo.interpretHold?.({ status, headers, body: Buffer.from('') }, 0)
    expect(hold(429, { 'x-sib-ratelimit-reset': '17' })).toEqual({ waitMs: 17_000 })
    expect(hold(200, { 'x-sib-ratelimit-remaining': '0', 'x-sib-ratelimit-reset': '3' })).toEqual({ waitMs: 3_000 })
    expect(hold(200, { 'x-sib-ratelimit-remaining': '4', 'x-sib-ratelimit-reset': '3' })).toBeUndefined()
    expect(hold(429, { 'retry-after': '9', 'x-sib-ratelimit-reset': '17' })).toBeUndefined()
    expect(hold(429, { 'x-sib-ratelimit-reset': 'soon' })).toBeUndefined()
    expect(hold(429, { 'x-sib-ratelimit-reset': '999999' })).toEqual({ waitMs: 3_600_000 })
  })

  it('try again a change that came too early (425), which did nothing', () =>
    withBench({}, async (bench) => {
      const [customer] = ownIds(bench)
      const what = { kind: 'status', status: 425, body: '{"code":"account_in_process","message":"busy"}' } as const
      bench.lab.sandbox.arm({ match: { changesOnly: true }, times: 1, what })
      const before = bench.lab.sandbox.picture(bench.lab.subject)
      expect(await carryOut(bench, 'erasure', { ...BLOCK, target: customer })).toBe('RATE_LIMITED')
      expect(bench.lab.sandbox.picture(bench.lab.subject)).toBe(before)
      expect(await carryOut(bench, 'erasure', { ...BLOCK, target: customer })).toBe('done')
    }))

  it('are told by a check, with the plan and what it lacks', () =>
    withBench({ switches: { enterprise: 'no' }, options: { not_in_use: ['orders'] } }, async ({ context }) => {
      const report = await brevo.check(context)
      expect(report.limits['calls an hour outside contacts']).toBe('99 of 100 left')
      expect(report.limits.plan).toContain('subscription')
      expect(report.limits['attributes in use']).toContain('first_name: FIRSTNAME')
      expect(report.unavailable.map(({ part }) => part).sort()).toEqual(['custom_objects', 'orders'])
    }))
})
