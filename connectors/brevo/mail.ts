import { DAY_MS, textAt } from '../../src/connector/index.ts'
import type { FoundRecord, JsonObject, Search } from '../../src/connector/index.ts'
import { allOf, byOffset, listIn, readObject } from './answers.ts'
import type { Brevo } from './client.ts'
import { Judge, createdAt, emailOf, unusedRef, valuesOf } from './mapping.ts'
import { monthsBack, readReport } from './periods.ts'
import type { Period } from './periods.ts'

type Found = AsyncGenerator<FoundRecord, void, undefined>

const MAILS_PER_PAGE = 1_000
const EVENTS_PER_PAGE = 5_000
const BLOCKED_PER_PAGE = 100
const INBOUND_PER_PAGE = 500
export const RECENT_DAYS = 90

/** Transactional mail to each address, what became of it, and the blocks against it. */
export async function* findMail(api: Brevo, search: Search, judge: Judge): Found {
  const { notInUse } = api.options
  const emails = valuesOf(search.identifiers, 'email')
  for (const email of emails) {
    const attribution = judge.address(email)
    const mails = notInUse.has('transactional_emails') ? [] : await mailsTo(api, email, monthsBack(api))
    for (const mail of mails)
      yield { part: 'transactional_emails', ref: textAt(mail, 'uuid'), attribution, ...told(mail) }
    const seen = new Set<string>()
    const events = notInUse.has('transactional_events') ? [] : await eventsOf(api, email, mails)
    for (const event of events) {
      const ref = unusedRef(seen, `${textAt(event, 'messageId')}/${textAt(event, 'event')}/${textAt(event, 'date')}`)
      yield { part: 'transactional_events', ref, attribution, ...told(event) }
    }
  }
  if (!notInUse.has('transactional_blocklist'))
    for (const entry of await blockedAmong(api, emails))
      yield {
        part: 'transactional_blocklist',
        ref: blockRef(entry),
        attribution: judge.address(textAt(entry, 'email').toLowerCase()),
        ...told(entry),
      }
}

/** Mail that inbound parsing took in from each address. */
export async function* findInbound(api: Brevo, search: Search, judge: Judge): Found {
  if (api.options.notInUse.has('inbound_emails')) return
  for (const email of valuesOf(search.identifiers, 'email'))
    for (const mail of await inboundFrom(api, email))
      yield { part: 'inbound_emails', ref: textAt(mail, 'uuid'), attribution: judge.address(email), ...told(mail) }
}

function told(record: JsonObject) {
  return { content: record, ...createdAt(record, 'date'), learned: [] }
}

/** The log of the mail to one address, over some windows of a month; each mail once. */
export async function mailsTo(
  api: Brevo,
  email: string,
  periods: readonly (Period | undefined)[],
): Promise<readonly JsonObject[]> {
  const found = new Map<string, JsonObject>()
  for (const period of periods) {
    const mails = byOffset({
      limit: MAILS_PER_PAGE,
      fetch: async (window) => {
        const query = { email, ...period, ...window }
        const reply = await api.send((client) => client.transactionalEmails.getTransacEmailsList(query))
        return listIn(readObject(reply), 'transactionalEmails')
      },
    })
    for await (const mail of mails) if (isOf(mail, email)) found.set(textAt(mail, 'uuid'), mail)
  }
  return [...found.values()]
}

/** Events hang on mails: so far back as the oldest mail, and 90 days at least. */
export async function eventsOf(
  api: Brevo,
  email: string,
  mails: readonly JsonObject[],
): Promise<readonly JsonObject[]> {
  const nowMs = api.context.clock.nowMs()
  const oldestMs = Math.min(nowMs, ...mails.map((mail) => createdAt(mail, 'date').createdAtMs ?? nowMs))
  const ageDays = Math.ceil((nowMs - oldestMs) / DAY_MS) + 1
  const events = await (ageDays > RECENT_DAYS ? eventsBack(api, email, ageDays) : recentEvents(api, email))
  return events.filter((event) => isOf(event, email))
}

async function recentEvents(api: Brevo, email: string): Promise<readonly JsonObject[]> {
  return allOf(
    byOffset({
      limit: EVENTS_PER_PAGE,
      fetch: async (window) => {
        const query = { email, days: RECENT_DAYS, ...window }
        const reply = await api.send((client) => client.transactionalEmails.getEmailEventReport(query))
        return listIn(readObject(reply), 'events')
      },
    }),
  )
}

function eventsBack(api: Brevo, email: string, days: number): Promise<readonly JsonObject[]> {
  return readReport(api, {
    limit: EVENTS_PER_PAGE,
    name: 'events',
    days,
    send: (query) => api.send((client) => client.transactionalEmails.getEmailEventReport({ email, ...query })),
  })
}

function isOf(record: JsonObject, email: string): boolean {
  return emailOf(textAt(record, 'email')) === email
}

/** The list has no filter by address: it is read whole and compared. Its group of calls is the fastest that Brevo has. */
export async function blockedAmong(api: Brevo, emails: readonly string[]): Promise<readonly JsonObject[]> {
  if (emails.length === 0) return []
  const all = byOffset({
    limit: BLOCKED_PER_PAGE,
    fetch: async (window) => {
      const reply = await api.send((client) => client.transactionalEmails.getTransacBlockedContacts(window))
      return listIn(readObject(reply), 'contacts')
    },
  })
  return (await allOf(all)).filter((entry) => emails.includes(emailOf(textAt(entry, 'email')) ?? ''))
}

export function blockRef(entry: JsonObject): string {
  return `${textAt(entry, 'email').toLowerCase()}/${textAt(entry, 'senderEmail')}`
}

/** What inbound parsing took in from the address: 30 days at most, so no dates are named. */
async function inboundFrom(api: Brevo, email: string): Promise<readonly JsonObject[]> {
  const events = byOffset({
    limit: INBOUND_PER_PAGE,
    fetch: async (window) => {
      const query = { sender: email, ...window }
      const reply = await api.send((client) => client.inboundParsing.getInboundEmailEvents(query))
      return listIn(readObject(reply), 'events')
    },
  })
  return (await allOf(events)).filter((event) => emailOf(textAt(event, 'sender')) === email)
}
