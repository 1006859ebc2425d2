import type { SandboxReply, SandboxRequest, SandboxRoute } from '../../../src/connector/testing.ts'
import { NOT_FOUND, bodyOf, param, refusal, tenantOf, textsIn } from './replies.ts'
import type { Routes } from './replies.ts'
import { GROUPS, KINDS } from './state.ts'
import type { Kind, World } from './state.ts'

export const suppressionRoutes: Routes = (world) => [
  ...KINDS.flatMap((kind) => kindRoutes(world, kind)),
  { method: 'GET', path: '/v3/asm/suppressions/global/:email', handle: (request) => globalEntry(world, request) },
  { method: 'POST', path: '/v3/asm/suppressions/global', handle: (request) => suppress(world, request) },
  { method: 'GET', path: '/v3/asm/suppressions/:email', handle: (request) => groupsOf(world, request) },
  { method: 'GET', path: '/v3/asm/groups', handle: (request) => groups(world, request) },
  {
    method: 'POST',
    path: '/v3/asm/groups/:id/suppressions',
    handle: (request) => joinGroup(world, request),
  },
  {
    method: 'DELETE',
    path: '/v3/asm/groups/:id/suppressions/:email',
    handle: (request) => leaveGroup(world, request),
  },
]

function kindRoutes(world: World, kind: Kind): readonly SandboxRoute[] {
  const entries = (request: SandboxRequest) => tenantOf(world, request).suppressions[kind]
  return [
    {
      method: 'GET',
      path: `/v3/suppression/${kind}/:email`,
      handle: (request) => {
        const entry = entries(request).get(param(request, 'email').toLowerCase())
        return { status: 200, json: entry === undefined ? [] : [entry] }
      },
    },
    {
      method: 'GET',
      path: `/v3/suppression/${kind}`,
      handle: (request) => ({
        status: 200,
        json: [...entries(request)].flatMap(([email, entry]) => (isListed(kind, request, email) ? [entry] : [])),
      }),
    },
    { method: 'DELETE', path: `/v3/suppression/${kind}`, handle: (request) => remove(world, request, kind) },
  ]
}

/** The list form's filter is a prefix, except for invalid addresses. */
function isListed(kind: Kind, request: SandboxRequest, email: string): boolean {
  const filter = request.query.get('email')
  if (filter === null) return true
  return kind === 'invalid_emails' ? email === filter : email.startsWith(filter.replace(/%$/, ''))
}

function remove(world: World, request: SandboxRequest, kind: Kind): SandboxReply {
  const { suppressions } = tenantOf(world, request)
  if (bodyOf(request).delete_all === true) {
    suppressions[kind].clear()
    return { status: 204 }
  }
  const emails = textsIn(request, 'emails')
  if (emails === undefined || emails.length === 0) return refusal(400, 'emails or delete_all is required')
  const known = emails.filter((email) => suppressions[kind].delete(email.toLowerCase()))
  return known.length === 0 && world.switches.is('second_delete', '404') ? NOT_FOUND : { status: 204 }
}

function globalEntry(world: World, request: SandboxRequest): SandboxReply {
  const email = param(request, 'email').toLowerCase()
  const isListed = tenantOf(world, request).global.has(email)
  return { status: 200, json: isListed ? { recipient_email: email } : {} }
}

function suppress(world: World, request: SandboxRequest): SandboxReply {
  const emails = textsIn(request, 'recipient_emails')
  if (emails === undefined || emails.length === 0) return refusal(400, 'recipient_emails is required')
  const { global } = tenantOf(world, request)
  for (const email of emails) {
    // An entry that is there keeps its first instant.
    if (!global.has(email.toLowerCase())) global.set(email.toLowerCase(), Math.floor(request.atMs / 1_000))
  }
  return { status: 201, json: { recipient_emails: emails } }
}

function groupsOf(world: World, request: SandboxRequest): SandboxReply {
  const email = param(request, 'email').toLowerCase()
  const { groups: members } = tenantOf(world, request)
  const suppressions = [...GROUPS].map(([id, name]) => ({
    id,
    name,
    description: `${name} of the sandbox`,
    is_default: id === 101,
    suppressed: members.get(id)?.has(email) === true,
  }))
  return { status: 200, json: { suppressions } }
}

function groups(world: World, request: SandboxRequest): SandboxReply {
  const { groups: members } = tenantOf(world, request)
  const all = [...GROUPS].map(([id, name]) => ({
    id,
    name,
    description: `${name} of the sandbox`,
    is_default: id === 101,
    unsubscribes: members.get(id)?.size ?? 0,
  }))
  return { status: 200, json: all }
}

/** A group that does not exist takes nobody: the addresses land on the global list, silently. */
function joinGroup(world: World, request: SandboxRequest): SandboxReply {
  const emails = textsIn(request, 'recipient_emails') ?? []
  const tenant = tenantOf(world, request)
  const group = tenant.groups.get(Number(param(request, 'id')))
  for (const email of emails) {
    if (group === undefined) tenant.global.set(email.toLowerCase(), Math.floor(request.atMs / 1_000))
    else group.add(email.toLowerCase())
  }
  return { status: 201, json: { recipient_emails: emails } }
}

function leaveGroup(world: World, request: SandboxRequest): SandboxReply {
  const group = tenantOf(world, request).groups.get(Number(param(request, 'id')))
  const wasThere = group?.delete(param(request, 'email').toLowerCase()) === true
  return wasThere || world.switches.is('second_delete', '204') ? { status: 204 } : NOT_FOUND
}
