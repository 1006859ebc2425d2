import { textAt } from '../../../src/connector/index.ts'
import type { JsonObject } from '../../../src/connector/index.ts'
import type { SandboxReply, SandboxRequest, SandboxRoute } from '../../../src/connector/testing.ts'
import { DONE, eventsIn, isRefusal, ok, refuse, reportOf, spanOf, windowOf } from './replies.ts'
import { isoOf, nextId, removeLog } from './state.ts'
import type { Desk, StoredMail } from './state.ts'

const LOG_DELAY_MS = 30 * 60 * 60 * 1000

/** Transactional mail: log, texts, events, blocks. */
export function mailRoutes(desk: Desk): readonly SandboxRoute[] {
  return [
    { method: 'GET', path: '/v3/smtp/emails', handle: (request) => log(desk, request) },
    { method: 'GET', path: '/v3/smtp/emails/:uuid', handle: ({ params }) => text(desk, params.uuid ?? '') },
    { method: 'GET', path: '/v3/smtp/statistics/events', handle: (request) => events(desk, request) },
    { method: 'DELETE', path: '/v3/smtp/log/:identifier', handle: (request) => deleteLog(desk, request) },
    { method: 'GET', path: '/v3/smtp/blockedContacts', handle: (request) => blocked(desk, request) },
    {
      method: 'DELETE',
      path: '/v3/smtp/blockedContacts/:email',
      handle: ({ params }) => {
        desk.vendor.blocked = desk.vendor.blocked.filter(({ email }) => email !== params.email)
        return DONE
      },
    },
  ]
}

function log(desk: Desk, request: SandboxRequest): SandboxReply {
  const window = windowOf(request, 500, 1_000)
  if (isRefusal(window)) return window
  const email = request.query.get('email')?.toLowerCase() ?? ''
  if (email === '') return refuse(400, 'missing_parameter', 'email, templateId or messageId is required')
  const span = spanOf(desk, request, { most: 31, usual: 30 })
  if (isRefusal(span)) return span
  const mails = [...desk.vendor.mails.values()]
    .filter((mail) => mail.email === email && mail.atMs >= span.fromMs && mail.atMs <= span.toMs)
    .toSorted((one, other) => other.atMs - one.atMs)
  if (mails.length === 0 && desk.switches.is('empty_log', 'bare_object')) return ok({})
  const page = mails.slice(window.offset, window.offset + window.limit)
  return ok({ count: mails.length, transactionalEmails: page.map(shown) })
}

function shown({ uuid, email, messageId, subject, from, atMs }: StoredMail): JsonObject {
  return { email, subject, templateId: 2, messageId, uuid, date: isoOf(atMs), from, tags: ['invoice'] }
}

function text(desk: Desk, uuid: string): SandboxReply {
  const mail = desk.vendor.mails.get(uuid)
  if (mail === undefined) return refuse(404, 'document_not_found', 'Email does not exist')
  return ok({
    email: mail.email,
    subject: mail.subject,
    templateId: 2,
    date: isoOf(mail.atMs),
    events: [{ name: 'sent', time: isoOf(mail.atMs) }],
    body: mail.body,
    attachmentCount: 0,
  })
}

function events(desk: Desk, request: SandboxRequest): SandboxReply {
  const window = windowOf(request, 2_500, 5_000)
  if (isRefusal(window)) return window
  const days = request.query.get('days')
  if (days !== null && Number(days) > 90) return refuse(400, 'out_of_range', 'Days exceed 90')
  const span = spanOf(desk, request, { most: spanMax(desk), usual: 30 })
  if (isRefusal(span)) return span
  const email = request.query.get('email')?.toLowerCase() ?? ''
  const all = desk.vendor.mailEvents.filter(({ shown: event }) => textAt(event, 'email') === email)
  return reportOf('events', eventsIn(all, span), window)
}

/** How long a report may be; not documented for all. */
export function spanMax(desk: Desk): number {
  return desk.switches.is('report_dates', 'any') ? 100_000 : 90
}

function deleteLog(desk: Desk, { params }: SandboxRequest): SandboxReply {
  const email = (params.identifier ?? '').toLowerCase()
  if (!email.includes('@')) return refuse(400, 'invalid_parameter', 'identifier is not valid')
  const { vendor, switches } = desk
  const isKnown = [...vendor.mails.values()].some((mail) => mail.email === email)
  const hasEvents = vendor.mailEvents.some(({ shown: event }) => textAt(event, 'email') === email)
  if (!isKnown && !(hasEvents && switches.is('events_after_log', 'gone')))
    return switches.is('second_log_delete', '204') ? DONE : refuse(404, 'document_not_found', 'No logs found')
  if (switches.is('log_delete', 'at_once')) {
    removeLog(desk, email, desk.nowMs())
    return DONE
  }
  const id = nextId(vendor)
  vendor.processes.set(id, { dueAtMs: desk.nowMs() + LOG_DELAY_MS / desk.speed, email })
  return switches.is('log_delete', 'process') ? { status: 202, json: { process_id: id } } : DONE
}

function blocked(desk: Desk, request: SandboxRequest): SandboxReply {
  const window = windowOf(request, 50, 100)
  if (isRefusal(window)) return window
  const all = desk.vendor.blocked.toSorted((one, other) =>
    textAt(other, 'blockedAt').localeCompare(textAt(one, 'blockedAt')),
  )
  return ok({ count: all.length, contacts: all.slice(window.offset, window.offset + window.limit) })
}
