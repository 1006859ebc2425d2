import type { JsonObject } from '../../../src/connector/index.ts'
import type { SandboxReply, SandboxRequest } from '../../../src/connector/testing.ts'
import { FORBIDDEN, NOT_FOUND, bodyOf, param, refusal, tenantOf, textsIn } from './replies.ts'
import type { Routes } from './replies.ts'
import type { World } from './state.ts'

const SCOPES = [
  'marketing.read',
  'marketing_campaigns.read',
  'marketing_campaigns.delete',
  'marketing_campaigns.update',
  'suppression.read',
  'suppression.delete',
  'asm.groups.read',
  'asm.groups.suppressions.read',
  'asm.groups.suppressions.create',
  'asm.groups.suppressions.delete',
  'asm.suppressions.global.read',
  'asm.suppressions.global.create',
  'mail_settings.address_whitelist.read',
  'mail_settings.address_whitelist.update',
  'teammates.read',
  'teammates.delete',
  'alerts.read',
  'alerts.delete',
]

export const settingsRoutes: Routes = (world) => [
  { method: 'GET', path: '/v3/scopes', handle: () => scopes(world) },
  { method: 'GET', path: '/v3/mail_settings/address_whitelist', handle: (request) => allowList(world, request) },
  { method: 'PATCH', path: '/v3/mail_settings/address_whitelist', handle: (request) => setAllowList(world, request) },
  { method: 'GET', path: '/v3/teammates', handle: (request) => teammates(world, request) },
  { method: 'DELETE', path: '/v3/teammates/:username', handle: (request) => removeTeammate(world, request) },
  {
    method: 'GET',
    path: '/v3/alerts',
    handle: (request) => ({ status: 200, json: [...tenantOf(world, request).alerts.values()] }),
  },
  { method: 'DELETE', path: '/v3/alerts/:id', handle: (request) => removeAlert(world, request) },
]

export const legacyRoutes: Routes = (world) => {
  const guarded = (handle: (request: SandboxRequest) => SandboxReply) => (request: SandboxRequest) =>
    world.switches.is('legacy_contactdb', 'absent') ? FORBIDDEN : handle(request)
  const recipients = (request: SandboxRequest) => tenantOf(world, request).legacy
  const path = '/v3/contactdb/recipients'
  return [
    {
      method: 'GET',
      path: `${path}/count`,
      handle: guarded((request) => ({ status: 200, json: { recipient_count: recipients(request).size } })),
    },
    {
      method: 'GET',
      path: `${path}/search`,
      handle: guarded((request) => {
        const email = request.query.get('email')?.toLowerCase()
        const found = [...recipients(request).values()].filter((one) => one.email === email)
        return { status: 200, json: { recipients: found } }
      }),
    },
    {
      method: 'GET',
      path: `${path}/:id`,
      handle: guarded((request) => {
        const recipient = recipients(request).get(param(request, 'id'))
        return recipient === undefined ? { status: 404, json: {} } : { status: 200, json: recipient }
      }),
    },
    {
      method: 'DELETE',
      path,
      handle: guarded((request) => {
        const ids = request.json()
        if (!Array.isArray(ids)) return refusal(400, 'ids are required')
        for (const id of ids) recipients(request).delete(String(id))
        return { status: 200, json: {} }
      }),
    },
  ]
}

function scopes(world: World): SandboxReply {
  const granted = [
    ...SCOPES,
    ...(world.switches.is('email_activity', 'forbidden') ? [] : ['messages.read']),
    ...(world.switches.is('erasejob', 'granted') ? ['recipients.erasejob.create', 'recipients.erasejob.read'] : []),
  ]
  return { status: 200, json: { scopes: granted } }
}

function allowList(world: World, request: SandboxRequest): SandboxReply {
  const { isAllowListOn, allowList: list } = tenantOf(world, request)
  return { status: 200, json: { enabled: isAllowListOn, list } }
}

/** The list given replaces the whole list. */
function setAllowList(world: World, request: SandboxRequest): SandboxReply {
  const tenant = tenantOf(world, request)
  const list = textsIn(request, 'list')
  if (list !== undefined) tenant.allowList = [...list]
  const { enabled } = bodyOf(request)
  if (typeof enabled === 'boolean') tenant.isAllowListOn = enabled
  return allowList(world, request)
}

function teammates(world: World, request: SandboxRequest): SandboxReply {
  const most = world.switches.is('pages', 'tiny') ? 2 : 500
  const from = Number(request.query.get('offset') ?? 0)
  const page = [...tenantOf(world, request).teammates.values()]
  const seats = page.slice(from, from + Math.min(most, Number(request.query.get('limit') ?? 500)))
  const reply: JsonObject = { [world.switches.get('teammates_field')]: seats }
  return { status: 200, json: reply }
}

function removeTeammate(world: World, request: SandboxRequest): SandboxReply {
  return tenantOf(world, request).teammates.delete(param(request, 'username'))
    ? { status: 204 }
    : refusal(404, 'username not found', 'username')
}

function removeAlert(world: World, request: SandboxRequest): SandboxReply {
  return tenantOf(world, request).alerts.delete(Number(param(request, 'id'))) ? { status: 204 } : NOT_FOUND
}
