/**
 * The same rule worked out the long way, without a calendar library: whole days since 1970, month lengths from a
 * table, Belgium's ten statutory holidays by hand and Brussels time by the EU's own rule. For tests only.
 */
import type { Deadline } from '../../src/domain/deadline.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

export function oracleDue(receivedAtMs: number, months: number, pausedDays: number): Deadline {
  const local = new Date(receivedAtMs + brusselsOffsetMs(receivedAtMs))
  const monthIndex = local.getUTCFullYear() * 12 + local.getUTCMonth() + months
  const year = Math.floor(monthIndex / 12)
  const month = monthIndex % 12
  const day = Math.min(local.getUTCDate(), monthLength(year, month))
  const nominalDay = Date.UTC(year, month, day) / DAY_MS + pausedDays
  let dueDay = nominalDay
  while (isDayOff(dueDay)) dueDay += 1
  const localEnd = (dueDay + 1) * DAY_MS
  // The clocks change at 1 h UTC, so the offset an hour before local midnight is the one at local midnight.
  const dueAtMs = localEnd - brusselsOffsetMs(localEnd - 3 * HOUR_MS) - 1
  return { dueDate: isoDate(dueDay), dueAtMs, nominalDate: isoDate(nominalDay) }
}

function monthLength(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month]!
}

function isDayOff(day: number): boolean {
  // 1 January 1970, day 0, was a Thursday.
  const weekday = (day + 4) % 7
  return weekday === 0 || weekday === 6 || belgianHolidays(yearOf(day)).includes(day)
}

function belgianHolidays(year: number): number[] {
  const easter = easterSunday(year)
  const fixed = ['01-01', '05-01', '07-21', '08-15', '11-01', '11-11', '12-25']
  const moving = [easter + 1, easter + 39, easter + 50]
  return [...fixed.map((monthAndDay) => Date.parse(`${year}-${monthAndDay}T00:00:00Z`) / DAY_MS), ...moving]
}

/** Gauss's computus in the form that holds for 1900 to 2099. */
function easterSunday(year: number): number {
  const moon = (19 * (year % 19) + 24) % 30
  const sunday = (2 * (year % 4) + 4 * (year % 7) + 6 * moon + 5) % 7
  const daysAfterMarch22 = moon + sunday
  const isLate = (moon === 29 && sunday === 6) || (moon === 28 && sunday === 6 && year % 19 > 10)
  return Date.UTC(year, 2, 22) / DAY_MS + (isLate ? daysAfterMarch22 - 7 : daysAfterMarch22)
}

/** Directive 2000/84/EC: summer time from the last Sunday of March to the last Sunday of October, at 1 h UTC. */
function brusselsOffsetMs(atMs: number): number {
  const year = new Date(atMs).getUTCFullYear()
  const isSummer = atMs >= lastSundayMs(year, 2) + HOUR_MS && atMs < lastSundayMs(year, 9) + HOUR_MS
  return (isSummer ? 2 : 1) * HOUR_MS
}

function lastSundayMs(year: number, month: number): number {
  const lastDay = Date.UTC(year, month, 31) / DAY_MS
  return (lastDay - ((lastDay + 4) % 7)) * DAY_MS
}

function yearOf(day: number): number {
  return new Date(day * DAY_MS).getUTCFullYear()
}

function isoDate(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}
