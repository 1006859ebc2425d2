import { DAY_MS, DsrError } from '../../src/connector/index.ts'
import type { HttpReply, JsonObject } from '../../src/connector/index.ts'
import { allOf, byOffset, listIn, readObject } from './answers.ts'
import type { Brevo } from './client.ts'
import { dateOf } from './contacts.ts'

/** Days as Brevo takes them, both included; absent = whatever Brevo gives unasked, which reaches up to now. */
export interface Period {
  readonly startDate: string
  readonly endDate: string
}

const MONTH_DAYS = 30
const DAYS_A_MONTH = 30.5

/**
 * Windows of a month from now back to the account's limit, the newest first. The newest names no dates: today is another
 * day in the account's time zone, and a date in its future is refused. Windows overlap by a day for the same reason.
 */
export function monthsBack({ context, options }: Brevo): readonly (Period | undefined)[] {
  const nowMs = context.clock.nowMs()
  const oldestMs = nowMs - Math.ceil(options.months * DAYS_A_MONTH) * DAY_MS
  const periods: (Period | undefined)[] = [undefined]
  for (let endMs = nowMs - (MONTH_DAYS - 2) * DAY_MS; endMs > oldestMs; endMs -= (MONTH_DAYS - 1) * DAY_MS)
    periods.push({ startDate: dateOf(endMs - (MONTH_DAYS - 1) * DAY_MS), endDate: dateOf(endMs) })
  return periods
}

/** Those of `monthsBack` in which one of the instants lies, and always the newest. */
export function monthsWith(api: Brevo, instants: readonly number[]): readonly (Period | undefined)[] {
  const days = instants.map(dateOf)
  return monthsBack(api).filter(
    (period) => period === undefined || days.some((day) => period.startDate <= day && day <= period.endDate),
  )
}

export interface Report {
  /** Documented page size. */
  readonly limit: number
  /** Where the entries stand in the answer. */
  readonly name: string
  /** How far back, in days. */
  readonly days: number
  readonly send: (query: Partial<Period> & { readonly limit: number; readonly offset: number }) => Promise<HttpReply>
}

const NARROW_DAYS = 90

/**
 * Reads a report over a long time. Whether Brevo bounds a report's dates is not documented for every report: refused
 * for the whole time, it is read by windows of 90 days.
 */
export async function readReport(api: Brevo, report: Report): Promise<readonly JsonObject[]> {
  const nowMs = api.context.clock.nowMs()
  const whole = { startDate: dateOf(nowMs - report.days * DAY_MS), endDate: dateOf(nowMs) }
  const probe = await report.send({ ...whole, limit: report.limit, offset: 0 })
  if (probe.status !== 400) return readPages(report, whole, probe)
  if (report.days <= NARROW_DAYS) throw new DsrError('VENDOR_REFUSED', 'the vendor refuses the dates of a report')
  const found = new Map<string, JsonObject>()
  for (let endMs = nowMs; endMs > nowMs - report.days * DAY_MS; endMs -= (NARROW_DAYS - 1) * DAY_MS) {
    const period = { startDate: dateOf(endMs - (NARROW_DAYS - 1) * DAY_MS), endDate: dateOf(endMs) }
    // Windows share a day, so that none is missed: what both show is one.
    for (const entry of await readPages(report, period)) found.set(JSON.stringify(entry), entry)
  }
  return [...found.values()]
}

function readPages(report: Report, period: Period, first?: HttpReply): Promise<readonly JsonObject[]> {
  return allOf(
    byOffset({
      limit: report.limit,
      fetch: async (window) => {
        const isFirst = first !== undefined && window.offset === 0
        const reply = isFirst ? first : await report.send({ ...period, ...window })
        return listIn(readObject(reply), report.name)
      },
    }),
  )
}
