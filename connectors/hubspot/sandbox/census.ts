import { countRefs } from '../../../src/connector/testing.ts'
import { ARCHIVED_TYPES, LINKED_TYPES, REDACTED_TYPES } from '../object-types.ts'
import type { Planted } from './plant.ts'
import { textIn } from './replies.ts'
import { linkedIds, objectAt } from './state.ts'
import type { Desk, StoredObject, Vendor } from './state.ts'

/** How many records of a planted person each part still shows. */
export function countRemaining(desk: Desk, planted: Planted): Readonly<Record<string, number>> {
  return countRefs(planted.planted, (part, ref) => isThere(desk.vendor, planted, { part, ref }))
}

interface Place {
  readonly part: string
  readonly ref: string
}

function isThere(vendor: Vendor, planted: Planted, place: Place): boolean {
  const { part, ref } = place
  if (LINKED_TYPES.some(({ type }) => type === part)) return isObjectThere(vendor, planted, place)
  const [owner = '', rest = ''] = ref.split('/')
  const perContact = (held: (contactId: string) => boolean): boolean => planted.contactIds.some(held)
  switch (part) {
    case 'contact':
    case 'property_history':
      return isLive(objectAt(vendor, 'contacts', ref))
    case 'company_links':
      return vendor.links.has(`contacts/${owner}|companies/${rest}`)
    case 'custom_objects':
      return isLive(objectAt(vendor, owner, rest))
    case 'mentions':
      return isLive(objectAt(vendor, 'notes', ref))
    case 'call_recordings':
    case 'call_transcripts':
      // A recording goes with its call; a transcript is the making app's.
      return part === 'call_transcripts' || hasCall(vendor, planted)
    case 'attachments':
      return vendor.files.has(ref)
    case 'threads':
    case 'thread_copies':
      return vendor.threads.has(ref) && vendor.threads.get(ref)?.archivedAtMs === undefined
    case 'list_memberships':
      return vendor.memberships.get(owner)?.some(({ listId }) => listId === rest) ?? false
    case 'marketing_events':
      return perContact((id) => vendor.participations.get(id)?.some((one) => one.id === ref) ?? false)
    case 'sequences':
      return perContact((id) => vendor.enrolments.get(id)?.id === ref)
    case 'behavioural_events':
      return vendor.behaviour.has(ref)
    default:
      return isAddressThere(vendor, place)
  }
}

function isAddressThere(vendor: Vendor, { part, ref }: Place): boolean {
  switch (part) {
    case 'form_submissions':
      return vendor.forms.some(({ id, submissions }) =>
        submissions.some((submission) => `${id}/${textIn(submission, 'conversionId') ?? ''}` === ref),
      )
    case 'email_events':
      return vendor.emailEvents.some(({ recipient }) => recipient === ref)
    case 'subscription_status':
      return vendor.choices.has(ref)
    default:
      throw new Error('a part without a census')
  }
}

function isLive(object: StoredObject | undefined): boolean {
  return object !== undefined && object.archivedAtMs === undefined
}

function hasCall(vendor: Vendor, { planted }: Planted): boolean {
  return (planted.refs.calls ?? []).some((id) => isLive(objectAt(vendor, 'calls', id)))
}

/** A shared record is theirs while it is linked or names them; a business record while it names them. */
function isObjectThere(vendor: Vendor, planted: Planted, { part, ref }: Place): boolean {
  const object = objectAt(vendor, part, ref)
  if (object === undefined || !isLive(object)) return false
  const isNamed = namesPerson(object, planted)
  if (REDACTED_TYPES.some(({ type }) => type === part)) return isNamed
  if (!ARCHIVED_TYPES.some(({ type }) => type === part)) return true
  const holders = linkedIds(vendor, `${part}/${ref}`, 'contacts')
  const isShared = holders.some((id) => !planted.contactIds.includes(id))
  return !isShared || isNamed || holders.some((id) => planted.contactIds.includes(id))
}

function namesPerson({ properties }: StoredObject, { planted: { person } }: Planted): boolean {
  const text = Object.values(properties).join('\n')
  return [`${person.firstName} ${person.lastName}`, person.email, person.secondEmail, person.phone].some((word) =>
    text.includes(word),
  )
}

/** Everything stored on a planted person, the colleague's records included, as canonical text. */
export function takePicture(desk: Desk, { keys, contactIds, emails, planted }: Planted): string {
  const { vendor } = desk
  const own = new Set(keys)
  const isOwn = (link: string): boolean => link.split('|').some((end) => own.has(end))
  const isTheirs = (email: unknown): boolean => typeof email === 'string' && emails.includes(email)
  return JSON.stringify({
    objects: keys.map((key) => vendor.objects.get(key) ?? null),
    links: [...vendor.links].filter(isOwn).sort(),
    aliases: [...vendor.aliases].filter(([, id]) => contactIds.includes(id)),
    files: (planted.refs.attachments ?? []).map((id) => vendor.files.get(id) ?? null),
    threads: [...(planted.refs.threads ?? []), ...(planted.refs.thread_copies ?? [])].map(
      (id) => vendor.threads.get(id) ?? null,
    ),
    places: contactIds.map((id) => [
      vendor.memberships.get(id) ?? null,
      vendor.participations.get(id) ?? null,
      vendor.enrolments.get(id) ?? null,
      vendor.behaviour.get(id) ?? null,
    ]),
    submissions: vendor.forms.flatMap(({ submissions }) =>
      submissions.filter((submission) => emails.some((email) => JSON.stringify(submission).includes(email))),
    ),
    events: vendor.emailEvents.filter(({ recipient }) => isTheirs(recipient)),
    choices: emails.map((email) => [vendor.choices.get(email) ?? null, vendor.optOuts.get(email) ?? null]),
    blocked: vendor.blocklist.filter(isTheirs),
  })
}
