import { DAY_MS, findingOf, isAt } from '../../src/connector/index.ts'
import type { Left, Look, PlannedRecord, VerifySubject } from '../../src/connector/index.ts'
import type { HubSpot } from './client.ts'
import { behaviouralEvents, enrolments, memberships, participations } from './contact-places.ts'
import type { Found } from './contact-places.ts'
import { purgeDays } from './depth.ts'
import { addressesOf, msOf, propertiesAt } from './mapping.ts'
import { readLinks, readObjects } from './objects.ts'
import type { CrmObject } from './objects.ts'
import { contactIdsOf } from './traces.ts'

const PLACES: Readonly<Record<string, (api: HubSpot, contactId: string) => AsyncIterable<Found>>> = {
  list_memberships: memberships,
  marketing_events: participations,
  sequences: enrolments,
  behavioural_events: behaviouralEvents,
}

/** The contact and all that goes with it. */
export async function lookAtContacts(api: HubSpot, subject: VerifySubject): Promise<Look> {
  const sighting = await sight(api, subject)
  const records = subject.records
  const findings = [findingOf('contact', countOf(records, 'contact'), sighting.left)]
  const seen = [...sighting.seen]
  const history = countOf(records, 'property_history')
  if (history > 0) findings.push(findingOf('property_history', history, sighting.left))
  const ids = contactIdsOf(records)
  const links = records.filter(({ part }) => part === 'company_links')
  if (links.length > 0) {
    const companies = await readLinks(api, { from: 'contacts', to: 'companies', ids })
    // An id that was merged into another answers for it too: each company counts once.
    const live = new Set([...companies.values()].flat()).size
    findings.push(findingOf('company_links', links.length, { ...sighting.left, live, purgeByMs: [] }))
    seen.push(['company_links_by_contact', live])
  }
  for (const [part, find] of Object.entries(PLACES)) {
    if (countOf(records, part) === 0) continue
    let live = 0
    for (const id of ids) for await (const found of find(api, id)) live += found.ref === '' ? 0 : 1
    findings.push(findingOf(part, countOf(records, part), { ...sighting.left, live, purgeByMs: [] }))
    seen.push([`${part}_by_contact`, live])
  }
  return { findings, seen }
}

function countOf(records: readonly PlannedRecord[], part: string): number {
  return records.filter((record) => record.part === part).length
}

interface Sighting extends Pick<Look, 'seen'> {
  readonly left: Left
}

async function sight(api: HubSpot, { records, identifiers, others = [] }: VerifySubject): Promise<Sighting> {
  const contacts = records.filter(({ part }) => part === 'contact')
  const emails = new Set([
    ...identifiers.filter(({ kind }) => kind === 'email').map(({ value }) => value),
    ...contacts.flatMap(({ content }) => addressesOf(propertiesAt(content))),
  ])
  const byId = { type: 'contacts', ids: contactIdsOf(records), properties: ['email', 'hs_additional_emails'] }
  const byAddress = { ...byId, ids: [...emails], idProperty: 'email' }
  const live = await readObjects(api, byId)
  const archived = await readObjects(api, { ...byId, isArchived: true })
  const notTheirs = new Set(others.filter(({ part }) => part === 'contact').map(({ ref }) => ref))
  const isTheirs = ({ id }: CrmObject) => !notTheirs.has(id)
  const liveByAddress = (await readObjects(api, byAddress)).filter(isTheirs)
  const archivedByAddress = (await readObjects(api, { ...byAddress, isArchived: true })).filter(isTheirs)
  const inBin = unique([...archived, ...archivedByAddress])
  const binnedBefore = new Set(contacts.filter(({ content }) => isAt(content, 'archived')).map(({ ref }) => ref))
  // What lay in the bin before we acted and still lies there was not purged by our call.
  const notPurged = inBin.filter(({ id }) => binnedBefore.has(id))
  return {
    left: {
      live: unique([...live, ...liveByAddress, ...notPurged]).length,
      purgeByMs: inBin.map((object) => purgeBy(api, object)),
      nowMs: api.context.clock.nowMs(),
    },
    seen: [
      ['contact_by_id', live.length],
      ['contact_by_id_in_recycle_bin', archived.length],
      ['contact_by_address', liveByAddress.length],
      ['contact_by_address_in_recycle_bin', archivedByAddress.length],
    ],
  }
}

function unique(objects: readonly CrmObject[]): readonly CrmObject[] {
  return [...new Map(objects.map((object) => [object.id, object])).values()]
}

function purgeBy(api: HubSpot, { archivedAt }: CrmObject): number {
  return (msOf(archivedAt) ?? api.context.clock.nowMs()) + purgeDays('contact') * DAY_MS
}
