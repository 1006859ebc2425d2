import { listAt, textAt } from '../../../src/connector/index.ts'
import type { JsonObject, JsonValue } from '../../../src/connector/index.ts'
import type { SandboxReply, SandboxRequest, SandboxRoute } from '../../../src/connector/testing.ts'
import { NOTHING, ok, pageOf, pageSize, refuse, userSeen } from './replies.ts'
import { accountOf, BOT } from './state.ts'
import type { Desk, StoredUser } from './state.ts'

type Handle = (user: StoredUser, request: SandboxRequest) => SandboxReply

/** Accounts, groups, what users own, and the audit log. */
export function peopleRoutes(desk: Desk): readonly SandboxRoute[] {
  const on =
    (handle: Handle) =>
    (request: SandboxRequest): SandboxReply => {
      const user = desk.vendor.users.get(request.query.get('accountId') ?? '')
      return user === undefined ? refuse(404, 'The user does not exist.') : handle(user, request)
    }
  return [
    { method: 'GET', path: '/rest/api/3/myself', handle: () => ok(userSeen(desk, known(desk, BOT))) },
    { method: 'GET', path: '/rest/api/3/mypermissions', handle: ({ query }) => ok(permissions(query)) },
    { method: 'GET', path: '/rest/api/3/user', handle: on((user) => ok(userSeen(desk, user))) },
    { method: 'DELETE', path: '/rest/api/3/user', handle: on((user) => removeUser(desk, user)) },
    { method: 'GET', path: '/rest/api/3/user/search', handle: (request) => search(desk, request) },
    { method: 'GET', path: '/rest/api/3/groupuserpicker', handle: (request) => pick(desk, request) },
    { method: 'GET', path: '/rest/api/3/user/groups', handle: on(({ groups }) => ok(groups)) },
    {
      method: 'DELETE',
      path: '/rest/api/3/group/user',
      handle: on((user, { query }) => {
        const groupId = query.get('groupId')
        if (!user.groups.some((group) => textAt(group, 'groupId') === groupId))
          return refuse(400, 'The user is not a member of the group.')
        user.groups = user.groups.filter((group) => textAt(group, 'groupId') !== groupId)
        return { status: 200 }
      }),
    },
    {
      method: 'GET',
      path: '/rest/api/3/user/properties',
      handle: on(({ properties }) => ok({ keys: Object.keys(properties).map((key) => ({ key })) })),
    },
    {
      method: 'GET',
      path: '/rest/api/3/user/properties/:key',
      handle: on(({ properties }, { params }) => {
        const value: JsonValue | undefined = properties[params.key ?? '']
        return value === undefined ? refuse(404, 'No such property.') : ok({ key: params.key ?? '', value })
      }),
    },
    {
      method: 'DELETE',
      path: '/rest/api/3/user/properties/:key',
      handle: on((user, { params }) => {
        const { [params.key ?? '']: gone, ...rest } = user.properties
        if (gone === undefined) return refuse(404, 'No such property.')
        user.properties = rest
        return NOTHING
      }),
    },
    ...ownedRoutes(desk),
    { method: 'GET', path: '/rest/api/3/auditing/record', handle: (request) => audit(desk, request) },
  ]
}

function known({ vendor }: Desk, accountId: string): StoredUser {
  const user = vendor.users.get(accountId)
  if (user === undefined) throw new Error('the sandbox lost an account of its own')
  return user
}

function permissions(query: URLSearchParams): JsonObject {
  const asked = (query.get('permissions') ?? '').split(',')
  return {
    permissions: Object.fromEntries(
      asked.map((key, at) => [key, { id: String(at), key, name: key, type: 'PROJECT', havePermission: true }]),
    ),
  }
}

function removeUser(desk: Desk, user: StoredUser): SandboxReply {
  if (desk.switches.is('delete_user', 'refused')) return refuse(400, 'The user cannot be removed.')
  if (desk.switches.is('delete_user', 'forbidden')) return refuse(403, 'Site administration is needed.')
  if (!user.active) return refuse(404, 'The user does not exist.')
  if (desk.switches.is('user_after_delete', 'not_found')) {
    desk.vendor.users.delete(user.accountId)
    return NOTHING
  }
  Object.assign(user, {
    displayName: 'Former user (Deactivated)',
    email: '',
    active: false,
    deskIds: [],
    organisationIds: [],
    groups: [],
  })
  return NOTHING
}

/** Beginnings of names and of addresses that are not hidden. */
function search(desk: Desk, request: SandboxRequest): SandboxReply {
  const query = (request.query.get('query') ?? '').toLowerCase()
  const startAt = Number(request.query.get('startAt') ?? '0')
  const hits = activeUsers(desk).filter((user) => {
    const { emailAddress, displayName } = userSeen(desk, user)
    return [emailAddress, displayName].some((text) => typeof text === 'string' && text.toLowerCase().startsWith(query))
  })
  return ok(hits.slice(startAt, startAt + pageSize(desk)).map((user) => userSeen(desk, user)))
}

function activeUsers({ vendor }: Desk): readonly StoredUser[] {
  return [...vendor.users.values()].filter(({ active }) => active)
}

/** As the search, and people who hide their address by exactly this address. */
function pick(desk: Desk, { query }: SandboxRequest): SandboxReply {
  const words = (query.get('query') ?? '').toLowerCase()
  const hits = activeUsers(desk).filter((user) => {
    const isExact = user.email.toLowerCase() === words
    const { emailAddress } = userSeen(desk, user)
    const isPart = typeof emailAddress === 'string' && emailAddress.toLowerCase().includes(words)
    return isExact || isPart || user.displayName.toLowerCase().includes(words)
  })
  const users = hits.map(({ accountId, accountType, displayName }) => ({
    accountId,
    accountType,
    displayName,
    html: `<strong>${displayName}</strong>`,
  }))
  const header = `Showing ${users.length} of ${users.length} matching`
  return ok({ users: { users, total: users.length, header }, groups: { groups: [], total: 0, header } })
}

function ownedRoutes(desk: Desk): readonly SandboxRoute[] {
  const ownedBy = (all: ReadonlyMap<string, JsonObject>, { query }: SandboxRequest): readonly JsonObject[] =>
    [...all.values()].filter(({ owner }) => accountOf(owner) === query.get('accountId'))
  const filterAt = (id: string | undefined): JsonObject | undefined => desk.vendor.filters.get(id ?? '')
  return [
    {
      method: 'GET',
      path: '/rest/api/3/filter/search',
      handle: (request) => {
        // Filters that are not shared show to an administrator only on demand.
        const isAll = request.query.get('overrideSharePermissions') === 'true'
        const all = ownedBy(desk.vendor.filters, request)
        const shown = all.filter((one) => isAll || listAt(one, 'sharePermissions').length > 0)
        return ok(pageOf(desk, request, ['values', shown]))
      },
    },
    {
      method: 'GET',
      path: '/rest/api/3/filter/:id',
      handle: ({ params }) => {
        const filter = filterAt(params.id)
        return filter === undefined ? refuse(400, 'The filter does not exist.') : ok(filter)
      },
    },
    {
      method: 'DELETE',
      path: '/rest/api/3/filter/:id',
      handle: ({ params }) =>
        desk.vendor.filters.delete(params.id ?? '') ? NOTHING : refuse(400, 'The filter does not exist.'),
    },
    {
      method: 'GET',
      path: '/rest/api/3/dashboard/search',
      handle: (request) => ok(pageOf(desk, request, ['values', ownedBy(desk.vendor.dashboards, request)])),
    },
  ]
}

/** Words anywhere in an entry. */
function audit(desk: Desk, { query }: SandboxRequest): SandboxReply {
  if (desk.switches.is('audit_log', 'forbidden')) return refuse(403, 'Only administrators of a paid plan may do this.')
  const words = (query.get('filter') ?? '').toLowerCase().split(/\s+/)
  const hits = desk.vendor.audit.filter((entry) => {
    const text = JSON.stringify(entry).toLowerCase()
    return words.every((word) => text.includes(word))
  })
  const offset = Number(query.get('offset') ?? '0')
  const limit = Math.min(pageSize(desk), Number(query.get('limit') ?? '1000'))
  return ok({ offset, limit, total: hits.length, records: hits.slice(offset, offset + limit) })
}
