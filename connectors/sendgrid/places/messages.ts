import { DsrError, expectObject, isJsonObject } from '../../../src/connector/index.ts'
import type { FoundRecord, JsonObject } from '../../../src/connector/index.ts'
import type { SendGrid } from '../client.ts'
import { NO_ACTIVITY, read, readIfThere } from '../desk.ts'
import type { Desk } from '../desk.ts'
import { attributionByAddress, isSameAddress } from '../mapping.ts'
import type { Wanted } from '../mapping.ts'
import { refOf } from '../refs.ts'
import { isoToMs, objectsOf, requiredText, text } from '../shape.ts'

/** Email Logs, message by message with all events, and the categories and arguments that hang on them. */
export async function* readLogs(desk: Desk, { emails }: Wanted): AsyncGenerator<FoundRecord> {
  for (const email of emails) {
    const attribution = attributionByAddress(desk.context, email)
    for (const row of await loggedMessages(desk, email)) {
      const id = requiredText(row, 'sg_message_id')
      const ref = refOf({ subuser: desk.subuser, id })
      const details = (await loggedMessage(desk, id)) ?? row
      yield {
        part: 'email_logs',
        ref,
        attribution,
        content: details,
        ...isoToMs(text(row, 'sg_message_id_created_at')),
        learned: [],
      }
      const tags = tagsOf(details)
      if (tags !== undefined)
        yield { part: 'message_tags', ref, parentRef: ref, attribution, content: tags, learned: [] }
    }
  }
}

/** A page of Email Logs holds at most so many rows, and there is no next page: a longer span is halved. */
const PAGE_MAX = 1_000
const RETENTION_MS = 400 * 24 * 3_600_000
const SHORTEST_SPAN_MS = 60_000

/** Every logged message to the address. @throws DsrError `LIMIT_REACHED` when one minute holds more than a page. */
export async function loggedMessages(sendGrid: SendGrid, email: string): Promise<readonly JsonObject[]> {
  const nowMs = sendGrid.context.clock.nowMs()
  const whole = await logPage(sendGrid, email)
  if (whole.length < PAGE_MAX) return whole
  return await spanOf({ fromMs: nowMs - RETENTION_MS, toMs: nowMs + SHORTEST_SPAN_MS }, (span) =>
    logPage(sendGrid, email, span),
  )
}

async function logPage(sendGrid: SendGrid, email: string, span?: Span): Promise<readonly JsonObject[]> {
  // Single quotes here; the published example writes instants in double quotes.
  const time =
    span === undefined
      ? ''
      : ` AND sg_message_id_created_at >= TIMESTAMP "${iso(span.fromMs)}" AND sg_message_id_created_at < TIMESTAMP "${iso(span.toMs)}"`
  const { json } = await read(sendGrid, {
    method: 'POST',
    path: '/v3/logs',
    body: { query: `to_email = '${quotable(email)}'${time}`, limit: PAGE_MAX },
    bucket: 'logs',
  })
  return objectsOf(expectObject(json).messages).filter((row) => isSameAddress(text(row, 'to_email'), email))
}

/** One logged message with its events; undefined when it is past the retention. */
export async function loggedMessage(sendGrid: SendGrid, id: string): Promise<JsonObject | undefined> {
  const reply = await readIfThere(sendGrid, {
    method: 'GET',
    path: `/v3/logs/${encodeURIComponent(id)}`,
    bucket: 'logs',
  })
  if (reply === undefined) return undefined
  const message = expectObject(reply.json)
  requiredText(message, 'sg_message_id')
  return message
}

function tagsOf(details: JsonObject): JsonObject | undefined {
  const { category = [], custom_args: customArguments = {} } = details
  const isEmpty =
    (!Array.isArray(category) || category.length === 0) &&
    (!isJsonObject(customArguments) || Object.keys(customArguments).length === 0)
  return isEmpty ? undefined : { category, custom_args: customArguments }
}

/** Email Activity: the message list; details cost six calls a minute and come with export. */
export async function* readActivity(desk: Desk, { emails }: Wanted): AsyncGenerator<FoundRecord> {
  for (const row of await activityMessages(desk, emails)) {
    const id = requiredText(row, 'msg_id')
    yield {
      part: 'email_activity',
      ref: refOf({ subuser: desk.subuser, id }),
      attribution: attributionByAddress(desk.context, text(row, 'to_email').toLowerCase()),
      content: row,
      ...isoToMs(text(row, 'last_event_time')),
      learned: [],
    }
  }
}

const ADDRESSES_A_QUERY = 20

/**
 * Every message to the addresses, several in one call since six calls a minute are all there is. Without the paid add-on
 * the vendor refuses in a way that it does not document: any refusal is noted as a gap, never as "nothing".
 */
export async function activityMessages(desk: Desk, emails: readonly string[]): Promise<readonly JsonObject[]> {
  const found: JsonObject[] = []
  for (let at = 0; at < emails.length && !desk.gaps.has('email_activity'); at += ADDRESSES_A_QUERY) {
    found.push(...(await activityOf(desk, emails.slice(at, at + ADDRESSES_A_QUERY))))
  }
  return found
}

async function activityOf(desk: Desk, emails: readonly string[]): Promise<readonly JsonObject[]> {
  const whole = await activityPage(desk, emails)
  if (whole.length < PAGE_MAX) return whole
  const nowMs = desk.context.clock.nowMs()
  return await spanOf({ fromMs: nowMs - RETENTION_MS, toMs: nowMs + SHORTEST_SPAN_MS }, (span) =>
    activityPage(desk, emails, span),
  )
}

async function activityPage(desk: Desk, emails: readonly string[], span?: Span): Promise<readonly JsonObject[]> {
  const [first] = emails
  const names = emails.map((email) => `"${quotable(email)}"`).join(',')
  const who = emails.length === 1 ? `to_email="${quotable(first ?? '')}"` : `to_email IN (${names})`
  // BETWEEN takes both ends.
  const time =
    span === undefined
      ? ''
      : ` AND last_event_time BETWEEN TIMESTAMP "${iso(span.fromMs)}" AND TIMESTAMP "${iso(span.toMs - 1_000)}"`
  const reply = await desk.ask({
    method: 'GET',
    path: '/v3/messages',
    query: { limit: String(PAGE_MAX), query: who + time },
    bucket: 'email_activity',
  })
  if (reply.status >= 400) {
    desk.gaps.set('email_activity', NO_ACTIVITY)
    return []
  }
  return objectsOf(expectObject(reply.json).messages).filter((row) =>
    emails.some((email) => isSameAddress(text(row, 'to_email'), email)),
  )
}

/** One message of Email Activity with its events; undefined when the vendor no longer shows it. */
export async function activityMessage(sendGrid: SendGrid, id: string): Promise<JsonObject | undefined> {
  const reply = await readIfThere(sendGrid, {
    method: 'GET',
    path: `/v3/messages/${encodeURIComponent(id)}`,
    bucket: 'email_activity',
  })
  return reply === undefined ? undefined : expectObject(reply.json)
}

interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** Reads a span of time; a span with a full page is read as two halves. */
async function spanOf(
  span: Span,
  page: (span: Span) => Promise<readonly JsonObject[]>,
): Promise<readonly JsonObject[]> {
  const rows = await page(span)
  if (rows.length < PAGE_MAX) return rows
  if (span.toMs - span.fromMs <= SHORTEST_SPAN_MS)
    throw new DsrError('LIMIT_REACHED', 'one minute holds more messages to an address than a page')
  const middleMs = Math.floor((span.fromMs + span.toMs) / 2_000) * 1_000
  return [
    ...(await spanOf({ fromMs: span.fromMs, toMs: middleMs }, page)),
    ...(await spanOf({ fromMs: middleMs, toMs: span.toMs }, page)),
  ]
}

function iso(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`
}

/** Both query languages break on quotes and backslashes: such an address never gets into one. */
function quotable(email: string): string {
  if (/["'\\]/.test(email)) throw new DsrError('IDENTIFIER_INVALID', 'an address cannot be written in a query')
  return email
}
