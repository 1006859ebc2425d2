import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { daysBefore, dueAt } from '../../src/domain/deadline.ts'
import type { DeadlineRules } from '../../src/domain/deadline.ts'
import type { ErrorCode } from '../../src/domain/errors.ts'
import { oracleDue } from './deadline-oracle.ts'

const BELGIUM = { timeZone: 'Europe/Brussels', country: 'BE' } as const
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

const noonOf = (date: string): number => Date.parse(`${date}T11:00:00Z`)
const due = (received: string, rules: Partial<DeadlineRules> = {}) => dueAt(noonOf(received), { ...BELGIUM, ...rules })

describe('the due date by Regulation 1182/71', () => {
  it.each([
    { received: '2024-03-05', months: 1, pausedDays: 0, nominal: '2024-04-05', dueDate: '2024-04-05' },
    { received: '2026-08-31', months: 1, pausedDays: 0, nominal: '2026-09-30', dueDate: '2026-09-30' },
    { received: '2026-03-05', months: 1, pausedDays: 0, nominal: '2026-04-05', dueDate: '2026-04-07' },
    { received: '2026-01-31', months: 1, pausedDays: 0, nominal: '2026-02-28', dueDate: '2026-03-02' },
    { received: '2028-02-29', months: 1, pausedDays: 0, nominal: '2028-03-29', dueDate: '2028-03-29' },
    { received: '2026-11-25', months: 1, pausedDays: 0, nominal: '2026-12-25', dueDate: '2026-12-28' },
    { received: '2026-04-14', months: 1, pausedDays: 0, nominal: '2026-05-14', dueDate: '2026-05-15' },
    { received: '2026-11-22', months: 1, pausedDays: 0, nominal: '2026-12-22', dueDate: '2026-12-22' },
    { received: '2026-01-31', months: 3, pausedDays: 0, nominal: '2026-04-30', dueDate: '2026-04-30' },
    { received: '2026-11-30', months: 3, pausedDays: 0, nominal: '2027-02-28', dueDate: '2027-03-01' },
    { received: '2026-03-05', months: 1, pausedDays: 6, nominal: '2026-04-11', dueDate: '2026-04-13' },
  ])('$received + $months month(s) + $pausedDays paused days is due on $dueDate', (row) => {
    const { received, months, pausedDays, nominal, dueDate } = row
    expect(due(received, { months, pausedDays })).toMatchObject({ nominalDate: nominal, dueDate })
  })

  it('takes one month and no pause unless told otherwise', () => {
    expect(due('2026-08-31')).toEqual(due('2026-08-31', { months: 1, pausedDays: 0 }))
  })

  it('goes by the local day of receipt and ends with the last millisecond of the due day', () => {
    const lateEveningInUtc = Date.parse('2026-03-31T22:30:00Z')
    expect(dueAt(lateEveningInUtc, BELGIUM)).toEqual({
      nominalDate: '2026-05-01',
      dueDate: '2026-05-04',
      dueAtMs: Date.parse('2026-05-04T21:59:59.999Z'),
    })
  })

  it('gives the whole day also when the clocks change on it', () => {
    // The due days lie on either side of 25 October 2026, when Brussels goes back an hour.
    expect(due('2026-09-23').dueAtMs).toBe(Date.parse('2026-10-23T21:59:59.999Z'))
    expect(due('2026-09-26').dueAtMs).toBe(Date.parse('2026-10-26T22:59:59.999Z'))
  })

  it('counts the holidays of the country it is given', () => {
    // 14 July is a holiday in France only, 21 July in Belgium only.
    expect(due('2026-06-14', { country: 'FR' }).dueDate).toBe('2026-07-15')
    expect(due('2026-06-14').dueDate).toBe('2026-07-14')
    expect(due('2026-06-21').dueDate).toBe('2026-07-22')
  })

  it('agrees with a hand-made calendar on 10,000 receipts', () => {
    const receivedMs = fc.integer({ min: Date.UTC(2018, 0, 1), max: Date.UTC(2045, 11, 31) })
    const rules = fc.record({ months: fc.constantFrom(1, 3), pausedDays: fc.integer({ min: 0, max: 60 }) })
    fc.assert(
      fc.property(receivedMs, rules, (atMs, { months, pausedDays }) => {
        expect(dueAt(atMs, { ...BELGIUM, months, pausedDays })).toEqual(oracleDue(atMs, months, pausedDays))
      }),
      { numRuns: 10_000, seed: 1182_71 },
    )
  })
})

describe('reminders', () => {
  it.each([
    { days: 10, startsAt: '2026-04-23T22:00:00Z' },
    { days: 5, startsAt: '2026-04-28T22:00:00Z' },
    { days: 1, startsAt: '2026-05-02T22:00:00Z' },
    { days: 0, startsAt: '2026-05-03T22:00:00Z' },
  ])('$days days before is the start of that local day', ({ days, startsAt }) => {
    const dueAtMs = Date.parse('2026-05-04T21:59:59.999Z')
    expect(daysBefore(dueAtMs, days, BELGIUM)).toBe(Date.parse(startsAt))
  })

  it('counts calendar days, not periods of 24 hours, over a change of clocks', () => {
    const { dueAtMs } = due('2026-09-26')
    expect(daysBefore(dueAtMs, 5, BELGIUM)).toBe(Date.parse('2026-10-20T22:00:00Z'))
    expect(dueAtMs + 1 - daysBefore(dueAtMs, 5, BELGIUM)).toBe(6 * DAY_MS + HOUR_MS)
  })
})

describe('what it refuses', () => {
  const refusal = (code: ErrorCode, field?: string): unknown =>
    expect.objectContaining(field === undefined ? { code } : { code, field })
  const refused = (act: () => unknown): unknown => {
    try {
      return { kind: 'accepted', value: act() }
    } catch (error) {
      return error
    }
  }

  it('refuses a zone that does not exist', () => {
    expect(refused(() => due('2026-03-05', { timeZone: 'Europe/Bruges' }))).toEqual(
      refusal('UNKNOWN_TIME_ZONE', 'timeZone'),
    )
    expect(refused(() => daysBefore(noonOf('2026-03-05'), 1, { timeZone: '' }))).toEqual(refusal('UNKNOWN_TIME_ZONE'))
  })

  it('refuses a country whose holidays are unknown, rather than counting none', () => {
    expect(refused(() => due('2026-03-05', { country: 'XX' }))).toEqual(refusal('CONFIG_INVALID', 'country'))
  })

  it.each([Number.NaN, Infinity, 0.5, Date.UTC(1999, 11, 31), Date.UTC(2099, 0, 2)])('refuses instant %p', (atMs) => {
    expect(refused(() => dueAt(atMs, BELGIUM))).toEqual(refusal('DEADLINE_RANGE'))
  })

  it.each([
    ['months', 0],
    ['months', 13],
    ['months', 1.5],
    ['pausedDays', -1],
    ['pausedDays', 367],
    ['pausedDays', Number.NaN],
  ])('refuses %s of %p', (field, value) => {
    expect(refused(() => due('2026-03-05', { [field]: value }))).toEqual(refusal('DEADLINE_RANGE', field))
  })

  it.each([-1, 0.5, 367])('refuses a reminder %p days before', (days) => {
    expect(refused(() => daysBefore(noonOf('2026-03-05'), days, BELGIUM))).toEqual(refusal('DEADLINE_RANGE', 'days'))
  })
})
