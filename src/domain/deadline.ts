import Holidays from 'date-holidays'
import { Temporal } from 'temporal-polyfill'
import { DsrError } from './errors.ts'

export interface DeadlineRules {
  /** IANA zone of the controller, for example `Europe/Brussels`. */
  readonly timeZone: string
  /** ISO 3166-1 code of the member state whose public holidays count, for example `BE`. */
  readonly country: string
  /** 1 by law, 3 after an extension: one period from receipt, never "the due date plus two" (Art. 12(3) GDPR). */
  readonly months?: number
  /** Whole days between asking for what was missing and receiving it; 0 when the clock never stood still. */
  readonly pausedDays?: number
}

export interface Deadline {
  /** Local date on which the answer is due, as `YYYY-MM-DD`. */
  readonly dueDate: string
  /** The last millisecond of that day in the zone. */
  readonly dueAtMs: number
  /** The date before it rolled over a day that is not a working day; alarms go by this one. */
  readonly nominalDate: string
}

const FIRST_YEAR = 2000
const LAST_YEAR = 2099
const MOST_MONTHS = 12
const MOST_DAYS = 366
const MOST_DAYS_IN_A_ROW_OFF = 31

/**
 * When the controller must answer, by Art. 12(3) GDPR and Regulation (EEC, Euratom) 1182/71 art. 3.
 *
 * @param receivedAtMs - instant the request reached us through an official channel, not the instant we read it.
 * @returns the day with the same number as the day of receipt, or the last day of a shorter month, plus the paused
 *   days; a Saturday, Sunday or public holiday moves forward to the next working day, once and at the end.
 * @throws DsrError `UNKNOWN_TIME_ZONE`, `CONFIG_INVALID` (a country without a known calendar), `DEADLINE_RANGE`.
 */
export function dueAt(receivedAtMs: number, rules: DeadlineRules): Deadline {
  const months = whole(rules.months ?? 1, { from: 1, to: MOST_MONTHS, field: 'months' })
  const pausedDays = whole(rules.pausedDays ?? 0, { from: 0, to: MOST_DAYS, field: 'pausedDays' })
  // The day of the event is not counted (art. 3(1)), but it is the day whose number ends the period (C-171/03 Toeters).
  // `add` clamps 31 to the end of a shorter month, which is art. 3(2)(c).
  const nominal = localDate(receivedAtMs, rules.timeZone).add({ months }).add({ days: pausedDays })
  const due = nextWorkingDay(nominal, rules.country)
  return {
    dueDate: due.toString(),
    dueAtMs: startOfDayMs(due.add({ days: 1 }), rules.timeZone) - 1,
    nominalDate: nominal.toString(),
  }
}

/**
 * When to remind: the first millisecond of the local day that lies `days` calendar days before the due day.
 *
 * @param dueAtMs - as `dueAt` returned it.
 * @throws DsrError `UNKNOWN_TIME_ZONE`, `DEADLINE_RANGE`.
 */
export function daysBefore(dueAtMs: number, days: number, rules: Pick<DeadlineRules, 'timeZone'>): number {
  const back = whole(days, { from: 0, to: MOST_DAYS, field: 'days' })
  return startOfDayMs(localDate(dueAtMs, rules.timeZone).subtract({ days: back }), rules.timeZone)
}

/** Art. 2(2) and 3(4): only the last day rolls; weekends and holidays inside the period count as they are. */
function nextWorkingDay(nominal: Temporal.PlainDate, country: string): Temporal.PlainDate {
  for (let rolled = 0; rolled <= MOST_DAYS_IN_A_ROW_OFF; rolled += 1) {
    const day = nominal.add({ days: rolled })
    if (day.dayOfWeek <= 5 && !publicHolidays(country, day.year).has(day.toString())) return day
  }
  throw new DsrError('DEADLINE_RANGE', 'no working day was found within a month of the nominal date')
}

const holidaysByYear = new Map<string, ReadonlySet<string>>()

/** Statutory holidays only: bank, school and bridge days are working days for the Regulation (art. 2(1)). */
function publicHolidays(country: string, year: number): ReadonlySet<string> {
  const key = `${country}-${year}`
  const known = holidaysByYear.get(key)
  if (known !== undefined) return known
  const found = new Holidays(country).getHolidays(year).filter((holiday) => holiday.type === 'public')
  if (found.length === 0)
    throw new DsrError('CONFIG_INVALID', 'the country has no known calendar', { field: 'country' })
  const days = new Set(found.map((holiday) => holiday.date.slice(0, 10)))
  holidaysByYear.set(key, days)
  return days
}

function localDate(atMs: number, timeZone: string): Temporal.PlainDate {
  if (!Number.isSafeInteger(atMs)) throw new DsrError('DEADLINE_RANGE', 'the instant is not a whole millisecond')
  const earliest = Date.UTC(FIRST_YEAR, 0, 1)
  const latest = Date.UTC(LAST_YEAR, 0, 1)
  if (atMs < earliest || atMs > latest) throw new DsrError('DEADLINE_RANGE', 'the instant is outside 2000 to 2099')
  try {
    return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone).toPlainDate()
  } catch (cause) {
    throw new DsrError('UNKNOWN_TIME_ZONE', 'the time zone is not in the IANA database', { field: 'timeZone', cause })
  }
}

/** Midnight, or the first moment of the day in zones whose summer time starts at midnight. */
function startOfDayMs(day: Temporal.PlainDate, timeZone: string): number {
  return day.toZonedDateTime(timeZone).epochMilliseconds
}

interface Bounds {
  readonly from: number
  readonly to: number
  readonly field: string
}

function whole(value: number, { from, to, field }: Bounds): number {
  if (Number.isInteger(value) && value >= from && value <= to) return value
  throw new DsrError('DEADLINE_RANGE', `${field} is not a whole number from ${from} to ${to}`, { field })
}
