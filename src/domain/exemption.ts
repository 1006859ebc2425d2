import { Temporal } from 'temporal-polyfill'

/**
 * Until when a record with a retention duty is kept: the period runs from 1 January after the record's year (Belgian Code of
 * Economic Law III.86 and VAT Code Art. 60; standards.md §4.4), so a 2024 invoice kept ten years is erasable from 1 January 2035.
 *
 * @param createdAtMs - instant of the record.
 * @returns the first instant at which it may be erased, in the zone.
 */
export function keptUntilMs(createdAtMs: number, keepYears: number, timeZone: string): number {
  const year = Temporal.Instant.fromEpochMilliseconds(createdAtMs).toZonedDateTimeISO(timeZone).year
  const erasable = Temporal.PlainDate.from({ year: year + keepYears + 1, month: 1, day: 1 })
  return erasable.toZonedDateTime(timeZone).epochMilliseconds
}
