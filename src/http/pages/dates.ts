import type { Words } from './words.ts'

/** Instants as people of a controller read them: in their language and its time zone. */
export interface Dates {
  day(atMs: number): string
  time(atMs: number): string
}

export function datesOf(words: Words, timeZone: string): Dates {
  const locale = words.language === 'en' ? 'en-GB' : `${words.language}-BE`
  const day = new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'medium' })
  const time = new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'medium', timeStyle: 'short' })
  return { day: (atMs) => day.format(atMs), time: (atMs) => time.format(atMs) }
}
