import type { JsonObject } from '../../../src/connector/index.ts'
import type { SandboxReply, SandboxRequest } from '../../../src/connector/testing.ts'
import { startEraseJob } from './jobs.ts'
import { FORBIDDEN, NOT_FOUND, bodyOf, param, refusal, subuserOf, tenantOf, textsIn } from './replies.ts'
import type { Routes } from './replies.ts'
import type { SandboxMessage, World } from './state.ts'

export const activityRoutes: Routes = (world) => [
  { method: 'GET', path: '/v3/messages', handle: (request) => activity(world, request) },
  { method: 'GET', path: '/v3/messages/:id', handle: (request) => activityDetail(world, request) },
]

export const logRoutes: Routes = (world) => [
  { method: 'POST', path: '/v3/logs', isChange: false, handle: (request) => logs(world, request) },
  { method: 'GET', path: '/v3/logs/:id', handle: (request) => logDetail(world, request) },
  { method: 'POST', path: '/v3/recipients/erasejob', handle: (request) => erasejob(world, request) },
]

const MOST = 1_000

function activity(world: World, request: SandboxRequest): SandboxReply {
  if (world.switches.is('email_activity', 'forbidden')) return FORBIDDEN
  if (world.switches.is('email_activity', 'refused')) return refusal(400, 'email activity history is not enabled')
  const query = request.query.get('query') ?? ''
  const one = /^to_email="([^"]+)"/.exec(query)
  const several = /^to_email IN \(([^)]+)\)/.exec(query)
  if (one === null && several === null) return refusal(400, "invalid syntax: 'query' is not a known field")
  const addresses = one === null ? quoted(several?.[1] ?? '') : [one[1] ?? '']
  const between = /AND last_event_time BETWEEN TIMESTAMP "([^"]+)" AND TIMESTAMP "([^"]+)"$/.exec(query)
  const limit = Number(request.query.get('limit') ?? 10)
  const rows = [...tenantOf(world, request).activity.values()]
    .filter(({ to }) => addresses.includes(to))
    .filter(({ atMs }) => between === null || isWithin(atMs, between[1], between[2]))
    .slice(0, Math.min(MOST, limit))
  return { status: 200, json: { messages: rows.map(activityRow) } }
}

function quoted(list: string): readonly string[] {
  return [...list.matchAll(/"([^"]+)"/g)].map(([, value]) => value ?? '')
}

/** Both ends count, by the second. */
function isWithin(atMs: number, from = '', to = ''): boolean {
  const second = Math.floor(atMs / 1_000) * 1_000
  return second >= Date.parse(from) && second <= Date.parse(to)
}

function activityRow(message: SandboxMessage): JsonObject {
  return {
    from_email: message.from,
    msg_id: message.id,
    subject: message.subject,
    to_email: message.to,
    status: message.status,
    opens_count: 1,
    clicks_count: 0,
    last_event_time: new Date(message.atMs).toISOString(),
  }
}

function activityDetail(world: World, request: SandboxRequest): SandboxReply {
  if (!world.switches.is('email_activity', 'present')) return FORBIDDEN
  const message = tenantOf(world, request).activity.get(param(request, 'id'))
  if (message === undefined) return NOT_FOUND
  return {
    status: 200,
    json: {
      ...activityRow(message),
      template_id: 'd-sandbox',
      asm_group_id: 101,
      teammate: '',
      api_key_id: 'sandboxkey',
      events: [
        {
          event_name: 'opened',
          processed: new Date(message.atMs).toISOString(),
          bounce_type: 'soft',
          http_user_agent: 'Mozilla/5.0',
          mx_server: '',
        },
      ],
      categories: message.categories,
      unique_args: JSON.stringify(message.customArguments),
      originating_ip: message.ip === '' ? '0.0.0.0' : message.ip,
      outbound_ip: '192.0.2.1',
      outbound_ip_type: 'shared',
    },
  }
}

function logs(world: World, request: SandboxRequest): SandboxReply {
  const { query, limit } = bodyOf(request)
  const parsed = /^to_email = '([^']+)'/.exec(typeof query === 'string' ? query : '')
  if (parsed === null || typeof query !== 'string') return refusal(400, 'invalid query', 'query')
  const from = /sg_message_id_created_at >= TIMESTAMP "([^"]+)"/.exec(query)?.[1]
  const before = /sg_message_id_created_at < TIMESTAMP "([^"]+)"/.exec(query)?.[1]
  const rows = [...tenantOf(world, request).logs.values()]
    .filter(({ to }) => to === parsed[1])
    .filter(({ atMs }) => from === undefined || atMs >= Date.parse(from))
    .filter(({ atMs }) => before === undefined || atMs < Date.parse(before))
    .slice(0, Math.min(MOST, typeof limit === 'number' ? limit : 10))
  return {
    status: 200,
    json: {
      messages: rows.map((message) => ({
        from_email: message.from,
        sg_message_id: message.id,
        subject: message.subject,
        to_email: message.to,
        status: message.status,
        sg_message_id_created_at: new Date(message.atMs).toISOString(),
      })),
    },
  }
}

function logDetail(world: World, request: SandboxRequest): SandboxReply {
  const message = tenantOf(world, request).logs.get(param(request, 'id'))
  if (message === undefined) return NOT_FOUND
  return {
    status: 200,
    json: {
      from_email: message.from,
      sg_message_id: message.id,
      subject: message.subject,
      to_email: message.to,
      status: message.status,
      api_key_id: 'sandbox-key',
      client_ip: '203.0.113.9',
      category: message.categories,
      custom_args: message.customArguments,
      events: [
        {
          event: 'delivered',
          email: message.to,
          sg_message_id: message.id,
          sg_event_id: `event-${message.id}`,
          timestamp: Math.floor(message.atMs / 1_000),
          'smtp-id': `<${message.id}@example.net>`,
          ip: message.ip,
          response: '250 OK',
          category: message.categories,
          custom_args: message.customArguments,
        },
      ],
    },
  }
}

const ADDRESS = /^[^@\s]+@[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}$/i
const MAX_BYTES = 256 * 1024

function erasejob(world: World, request: SandboxRequest): SandboxReply {
  if (world.switches.is('erasejob', 'forbidden')) return FORBIDDEN
  const field = 'email_addresses'
  const emails = textsIn(request, field)
  if (emails === undefined || emails.length === 0 || emails.length > 5_000 || request.body.length > MAX_BYTES)
    return refusal(400, 'email_addresses is invalid', field)
  const bad = emails.find((email) => !ADDRESS.test(email))
  if (bad !== undefined) return refusal(400, `Email_address ${bad} is not valid`, field)
  return { status: 202, json: { job_id: startEraseJob(world, subuserOf(request), { emails, atMs: request.atMs }) } }
}
