import { countRefs } from '../../../src/connector/testing.ts'
import { objectsAt, textAt } from '../../../src/connector/index.ts'
import type { JsonObject } from '../../../src/connector/index.ts'
import type { Planted } from './plant.ts'
import { live } from './state.ts'
import type { Desk, Kind } from './state.ts'

/** How many records of a planted person each part still shows. */
export function countRemaining(desk: Desk, planted: Planted): Readonly<Record<string, number>> {
  return countRefs(planted.planted, (part, ref) => isThere(desk, planted, { part, ref }))
}

interface Place {
  readonly part: string
  readonly ref: string
}

/** Places whose records are there or not. */
const PLAIN: Readonly<Record<string, Kind>> = {
  person: 'persons',
  marketing_status: 'persons',
  followers: 'persons',
  organisation: 'organizations',
  picture: 'pictures',
  notes: 'notes',
  mentions: 'notes',
  files: 'files',
  leads: 'leads',
  archived_leads: 'leads',
  calls: 'calls',
  mail: 'threads',
  mail_of_others: 'threads',
}

function isThere(desk: Desk, planted: Planted, { part, ref }: Place): boolean {
  const plain = PLAIN[part]
  if (plain !== undefined) return live(desk, plain, ref) !== undefined
  const own = ref.split('/').at(-1) ?? ''
  switch (part) {
    case 'changelog':
      return (desk.vendor.changelog.get(ref)?.length ?? 0) > 0
    case 'note_comments':
      return live(desk, 'comments', own) !== undefined
    case 'call_recordings':
      return live(desk, 'calls', own) !== undefined
    case 'activities':
      return isNamedIn(live(desk, 'activities', ref)?.fields, planted)
    case 'deals':
    case 'archived_deals':
    case 'deal_participations':
      return isInDeal(desk, planted, ref)
    case 'projects':
    case 'archived_projects':
      return isNamedIn(live(desk, 'projects', ref)?.fields, planted)
    default:
      // What only the flow shows nobody can delete.
      return true
  }
}

function isInDeal(desk: Desk, planted: Planted, ref: string): boolean {
  const takesPart = [...desk.vendor.records.participants.values()].some(
    ({ fields }) => textAt(fields, 'deal_id') === ref && textAt(fields, 'person_id') === planted.id,
  )
  const deal = live(desk, 'deals', ref)?.fields
  return isNamedIn(deal, planted) || (takesPart && textAt(deal, 'person_id') !== '' && !isOwnDeal(planted, ref))
}

/** Whoever a deal belongs to takes part in it as well; that says nothing more. */
function isOwnDeal({ planted }: Planted, ref: string): boolean {
  return planted.refs.deals?.includes(ref) === true
}

/** A record that others share is the person's while it names the person or is linked with it. */
function isNamedIn(fields: JsonObject | undefined, { planted: { person }, id, emails }: Planted): boolean {
  if (fields === undefined) return false
  const own = Number(id)
  const isLinked =
    fields.person_id === own ||
    objectsAt(fields.participants).some((one) => one.person_id === own) ||
    objectsAt(fields.attendees).some((one) => one.person_id === own || emails.includes(textAt(one, 'email'))) ||
    (Array.isArray(fields.person_ids) && fields.person_ids.includes(own))
  const text = JSON.stringify(fields)
  return (
    isLinked || [`${person.firstName} ${person.lastName}`, ...emails, person.phone].some((word) => text.includes(word))
  )
}

/** Everything stored on a planted person, the colleague's records included, as canonical text. */
export function takePicture(desk: Desk, { keys, id }: Planted): string {
  const { vendor } = desk
  return JSON.stringify({
    records: keys.map(([kind, key]) => vendor.records[kind].get(key) ?? null),
    changelogs: [id, ...keys.map((key) => key.join('/'))].map((key) => vendor.changelog.get(key) ?? null),
    followers: vendor.followers.get(id) ?? null,
    flow: vendor.flow.filter(({ personId }) => personId === id),
  })
}
