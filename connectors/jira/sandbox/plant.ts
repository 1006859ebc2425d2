import type { JsonObject } from '../../../src/connector/index.ts'
import { nextNumber, note } from '../../../src/connector/testing.ts'
import type { InventedPerson, PlantedPerson, PlantExtent } from '../../../src/connector/testing.ts'
import { plantIssues } from './plant-issues.ts'
import { AGENT, CLOUD_ID, DESKS, instant, newId } from './state.ts'
import type { Desk, StoredUser } from './state.ts'

/** What the sandbox remembers of a planted person. */
export interface Planted {
  readonly planted: PlantedPerson
  readonly own: readonly string[]
  readonly issueIds: readonly string[]
}

/** Where one person is being planted. */
export interface Garden {
  readonly desk: Desk
  readonly person: InventedPerson
  readonly refs: Record<string, string[]>
  readonly issueIds: string[]
  readonly customer: StoredUser
  readonly user: StoredUser
  /** Somebody else with whom the person shares requests. */
  readonly colleague: StoredUser
}

export function plantPerson(desk: Desk, person: InventedPerson, extent: PlantExtent): Planted {
  const garden = layOut(desk, person, extent)
  const { refs, customer, user, issueIds } = garden
  note(garden, 'account', customer.accountId)
  for (const deskId of customer.deskIds) note(garden, 'desks', `${deskId}/${customer.accountId}`)
  if (extent === 'everywhere') {
    plantMemberships(garden)
    plantIssues(garden)
    plantAudit(garden)
  }
  const identifiers: PlantedPerson['identifiers'] = [
    { kind: 'email', value: person.email },
    ...(extent === 'contact'
      ? []
      : [
          { kind: 'phone' as const, value: person.phone },
          { kind: 'external_id' as const, value: person.externalId },
        ]),
  ]
  const files = (refs.attachments ?? []).length
  return {
    planted: { person, identifiers, refs, ...(files > 0 ? { attachments: { attachments: files } } : {}) },
    own: extent === 'contact' ? [customer.accountId] : [customer.accountId, user.accountId],
    issueIds,
  }
}

function layOut(desk: Desk, person: InventedPerson, extent: PlantExtent): Garden {
  const { vendor } = desk
  const name = `${person.firstName} ${person.lastName}`
  const serial = (): string => nextNumber(vendor).toString(16).padStart(12, '0')
  const account = (accountType: StoredUser['accountType'], displayName: string, email: string): StoredUser => ({
    accountId: accountType === 'customer' ? `qm:${CLOUD_ID}:${serial()}` : `712020:7c1ab2f0-1d1d-4e5e-9a9a-${serial()}`,
    accountType,
    displayName,
    email,
    active: true,
    deskIds: accountType === 'customer' ? DESKS.map(({ id }) => id) : [],
    organisationIds: [],
    groups: [],
    properties: {},
  })
  const customer = account('customer', name, person.email)
  const user = account('atlassian', name, person.email)
  const colleague = account('customer', `Colleague of ${person.key}`, `colleague.${person.key}@example.net`)
  for (const one of extent === 'contact' ? [customer] : [customer, user, colleague])
    vendor.users.set(one.accountId, one)
  return { desk, person, refs: {}, issueIds: [], customer, user, colleague }
}

function plantMemberships(garden: Garden): void {
  const { desk, customer, user, person } = garden
  const { vendor } = desk
  for (const name of ['north', 'south', 'east']) {
    const id = newId(vendor)
    vendor.organisations.set(id, { id, name: `${name} of ${person.city}`, scimManaged: false })
    customer.organisationIds.push(id)
    note(garden, 'organisations', `${id}/${customer.accountId}`)
  }
  for (const name of ['jira-users', 'builders']) {
    const groupId = `group-${newId(vendor)}`
    user.groups.push({ groupId, name })
    note(garden, 'groups', `${groupId}/${user.accountId}`)
  }
  for (const key of ['onboarding', 'prefs/view']) {
    user.properties[key] = { note: `of ${person.key}` }
    note(garden, 'user_properties', `${user.accountId}/${key}`)
  }
  for (const [at, sharePermissions] of [[], [{ id: 10_049, type: 'loggedin' }], []].entries()) {
    const id = newId(vendor)
    const owner = ownerOf(user)
    vendor.filters.set(id, { id, name: `Filter ${at}`, jql: 'assignee = currentUser()', owner, sharePermissions })
    note(garden, 'filters', id)
  }
  const id = newId(vendor)
  vendor.dashboards.set(id, { id, name: 'Overview', owner: ownerOf(user), sharePermissions: [] })
  note(garden, 'dashboards', id)
}

function ownerOf({ accountId, displayName }: StoredUser): JsonObject {
  return { accountId, displayName, active: true }
}

function plantAudit(garden: Garden): void {
  const { desk, customer, user, person } = garden
  note(garden, 'atlassian_account', user.accountId)
  const entry = (item: JsonObject, more: JsonObject): void => {
    const id = Number(newId(desk.vendor))
    desk.vendor.audit.push({
      id,
      created: instant(desk.nowMs()),
      category: 'user management',
      ...more,
      objectItem: item,
    })
    note(garden, 'audit_log', String(id))
  }
  entry({ id: customer.accountId, name: person.email, typeName: 'USER' }, { summary: 'User created' })
  entry(
    { id: user.accountId, name: 'jira-users', typeName: 'USER' },
    { summary: 'User added to group', remoteAddress: '192.0.2.17' },
  )
  entry({ id: '10', name: person.email, typeName: 'USER' }, { summary: 'User invited', authorKey: AGENT })
}
