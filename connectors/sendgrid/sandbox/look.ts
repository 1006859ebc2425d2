import type { PlantedPerson } from '../../../src/connector/testing.ts'
import { placeOf } from '../refs.ts'
import { text } from '../shape.ts'
import { addressesOf } from './plant.ts'
import { KINDS } from './state.ts'
import type { SandboxContact, Tenant, World } from './state.ts'

/** Everything that the vendor stores on a person, in all subusers, in a fixed order. */
export function pictureOf(world: World, person: PlantedPerson): string {
  const tenants = [...world.vendor.tenants].map(([name, tenant]) => [name, storedOn(tenant, person)])
  return JSON.stringify(tenants, undefined, 1)
}

function storedOn(tenant: Tenant, { person }: PlantedPerson) {
  const addresses = addressesOf(person)
  const has = (text: string) => addresses.includes(text)
  return {
    contacts: contactsOf(tenant, addresses),
    suppressions: KINDS.map((kind) => addresses.map((email) => tenant.suppressions[kind].get(email) ?? null)),
    global: addresses.map((email) => tenant.global.get(email) ?? null),
    groups: [...tenant.groups].map(([id, members]) => [id, addresses.filter((email) => members.has(email))]),
    activity: [...tenant.activity.values()].filter(({ to }) => has(to)),
    logs: [...tenant.logs.values()].filter(({ to }) => has(to)),
    allowList: tenant.allowList.filter(has),
    legacy: [...tenant.legacy.values()].filter((one) => has(text(one, 'email'))),
    teammates: [...tenant.teammates.values()].filter((seat) => has(text(seat, 'email'))),
    alerts: [...tenant.alerts.values()].filter((alert) => has(text(alert, 'email_to'))),
  }
}

function contactsOf(tenant: Tenant, addresses: readonly string[]): readonly SandboxContact[] {
  return [...tenant.contacts.values()].filter(
    ({ email, alternates }) => addresses.includes(email) || alternates.some((one) => addresses.includes(one)),
  )
}

/** How many records of the person each part of the account still holds, as the vendor would show them. */
export function remainingOf(world: World, planted: PlantedPerson): Readonly<Record<string, number>> {
  const tenant = world.vendor.tenants.get('')
  if (tenant === undefined) throw new Error('the sandbox has an account')
  const stored = storedOn(tenant, planted)
  const own = stored.contacts.filter(({ id }) => isPlanted(planted, 'contact', id) || hasEmail(planted, id, tenant))
  const [bounces = 0, blocks = 0, invalid = 0, spam = 0] = stored.suppressions.map(countOf)
  const ids = [...tenant.logs.values()].filter(({ id }) => isPlanted(planted, 'email_logs', id))
  return {
    ...(world.switches.is('region', 'eu') ? {} : marketing(own, stored.contacts.length - own.length)),
    bounces,
    blocks,
    invalid_emails: invalid,
    spam_reports: spam,
    global_unsubscribe: countOf(stored.global),
    unsubscribe_groups: stored.groups.reduce(
      (sum, [, members]) => sum + (Array.isArray(members) ? members.length : 0),
      0,
    ),
    email_activity: world.switches.is('region', 'eu') ? 0 : stored.activity.length,
    email_logs: stored.logs.length,
    message_tags: ids.filter(({ categories }) => categories.length > 0).length,
    address_allow_list: stored.allowList.length,
    legacy_recipient:
      world.switches.is('legacy_contactdb', 'absent') || world.switches.is('region', 'eu') ? 0 : stored.legacy.length,
    teammates: stored.teammates.length,
    alerts: stored.alerts.length,
  }
}

function marketing(own: readonly SandboxContact[], alternates: number) {
  return {
    contact: own.length,
    contact_alternate: alternates,
    lists: own.reduce((sum, { listIds }) => sum + listIds.length, 0),
    segments: own.reduce((sum, { segmentIds }) => sum + segmentIds.length, 0),
  }
}

function hasEmail({ person }: PlantedPerson, id: string, tenant: Tenant): boolean {
  return tenant.contacts.get(id)?.email === person.email
}

function isPlanted({ refs }: PlantedPerson, part: string, id: string): boolean {
  return (refs[part] ?? []).some((ref) => placeOf(ref).id === id)
}

function countOf(entries: readonly unknown[]): number {
  return entries.filter((entry) => entry !== null).length
}
