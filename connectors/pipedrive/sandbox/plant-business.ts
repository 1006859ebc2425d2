import { note } from '../../../src/connector/testing.ts'
import { DAY_MS } from '../../../src/connector/index.ts'
import type { JsonObject } from '../../../src/connector/index.ts'
import { store, storeIn } from './garden.ts'
import type { Garden, Parties } from './garden.ts'
import { instant, MET_FIELD, newId } from './state.ts'

/** Deals, leads, projects, and what only the flow shows. */
export function plantBusiness(garden: Garden, parties: Parties): void {
  plantDeals(garden, parties)
  plantLeads(garden, parties)
  plantProjects(garden, parties)
  plantFlow(garden, parties)
}

function plantDeals(garden: Garden, { own, colleague }: Parties): void {
  const { person, name } = garden
  const deal = (part: string, fields: JsonObject): number => {
    const title = `Crane for ${name}`
    const base = { title, value: 12_000, currency: 'EUR', status: 'open', is_archived: false, person_id: own }
    const stored = storeIn(garden, part, { ...base, custom_fields: {}, ...fields })
    // Its changelog names the person even where it does not any more.
    if (part === 'archived_deals') plantChangelog(garden, 'deal', stored.id)
    return Number(stored.id)
  }
  const takesPart = (deal_id: number, person_id: number): void =>
    void store(garden, 'participants', { deal_id, person_id })
  const first = deal('deals', { custom_fields: { [MET_FIELD]: `wants ${person.email} on the invoice` } })
  // Whoever a deal belongs to takes part in it as well.
  takesPart(first, own)
  deal('deals', { status: 'won' })
  deal('deals', { status: 'lost', lost_reason: `${name} chose another` })
  deal('archived_deals', { is_archived: true, status: 'won' })
  const others = deal('deal_participations', { title: `Noor with ${name}`, person_id: colleague })
  takesPart(others, colleague)
  takesPart(others, own)
}

function plantChangelog(garden: Garden, kind: 'deal' | 'project', id: string): void {
  const { desk, person, name } = garden
  const time = instant(desk.nowMs() - 60 * DAY_MS)
  const changes = [`First offer to ${name}`, `Second offer to ${person.secondEmail}`, 'Third offer'].map(
    (old_value) => ({
      field_key: 'title',
      old_value,
      new_value: 'Offer',
      time,
    }),
  )
  desk.vendor.changelog.set(`${kind}s/${id}`, changes)
  note(garden, 'business_changelogs', `${kind}/${id}`)
}

function plantLeads(garden: Garden, { own }: Parties): void {
  const lead = (part: string, is_archived: boolean): void =>
    void storeIn(garden, part, { title: `${garden.name} crane hire`, person_id: own, is_archived })
  for (const isArchived of [false, false, false]) lead('leads', isArchived)
  lead('archived_leads', true)
}

function plantProjects(garden: Garden, { own, colleague }: Parties): void {
  const project = (part: string, archive_time: string | null): void => {
    const stored = storeIn(garden, part, {
      title: `Tower of ${garden.name}`,
      description: `Contact ${garden.person.phone}`,
      person_ids: [own, colleague],
      archive_time,
      custom_fields: {},
    })
    if (archive_time !== null) plantChangelog(garden, 'project', stored.id)
  }
  project('projects', null)
  project('archived_projects', '2026-01-01T00:00:00.000Z')
}

function plantFlow(garden: Garden, { own }: Parties): void {
  const { desk, person } = garden
  const timestamp = instant(desk.nowMs() - 30 * DAY_MS)
  const shown = (part: string, object: string, data: JsonObject): void => {
    const id = Number(newId(desk.vendor))
    desk.vendor.flow.push({ personId: String(own), object, timestamp, data: { id, ...data } })
    note(garden, part, part === 'campaigns' ? `${object}/${id}` : String(id))
  }
  shown('documents', 'document', { title: `Offer for ${person.city}` })
  shown('invoices', 'invoice', { title: `INV-${person.key}` })
  shown('campaigns', 'marketing_campaign_stat', { title: 'Spring mailing', opened: 2 })
  shown('campaigns', 'marketing_status_change', { old_value: 'no_consent', new_value: 'subscribed' })
}
