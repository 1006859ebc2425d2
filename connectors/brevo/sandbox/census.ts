import { textAt, tracesOf, holdsTrace } from '../../../src/connector/index.ts'
import type { JsonObject } from '../../../src/connector/index.ts'
import { countRefs } from '../../../src/connector/testing.ts'
import { byEmail, visible } from './contact-routes.ts'
import type { Planted } from './plant.ts'
import { numbersIn } from './state.ts'
import type { CrmName, Desk, StoredEvent } from './state.ts'

/** How many of the person's records each part still shows. */
export function countRemaining(desk: Desk, planted: Planted): Readonly<Record<string, number>> {
  return countRefs(planted.planted, (part, ref) => isLeft(desk, planted, { part, ref }))
}

function isLeft(desk: Desk, one: Planted, { part, ref }: { readonly part: string; readonly ref: string }): boolean {
  const { vendor } = desk
  const contact = visible(desk).find(({ id }) => String(id) === ref.split('/')[0])
  const has = (events: readonly StoredEvent[]) => events.some(({ key }) => key === ref)
  switch (part) {
    case 'contact':
    case 'lists':
      return contact !== undefined
    case 'campaign_statistics':
      return contact !== undefined || (byEmail(desk, addressOf(one, ref))?.campaigns.length ?? 0) > 0
    case 'marketing_blocklist': {
      const holder = byEmail(desk, addressOf(one, ref))
      return holder?.emailBlacklisted === true && holder.smsBlacklisted
    }
    case 'transactional_emails':
      return vendor.mails.has(ref)
    case 'transactional_events':
      return has(vendor.mailEvents)
    case 'transactional_blocklist':
      return vendor.blocked.some((entry) => `${textAt(entry, 'email')}/${textAt(entry, 'senderEmail')}` === ref)
    case 'custom_objects':
      return vendor.objects.has(ref)
    case 'sms_events':
      return has(vendor.sms)
    case 'whatsapp_events':
      return has(vendor.whatsApp)
    case 'custom_events':
      return has(vendor.customEvents)
    case 'orders':
      return vendor.orders.some(({ id }) => id === ref)
    case 'inbound_emails':
      return vendor.inbound.some(({ uuid }) => uuid === ref)
    case 'notes':
    case 'tasks':
    case 'files':
    case 'deals':
    case 'companies':
      return isInCrm(desk, one, { part, ref })
    default:
      throw new Error('the sandbox does not know this part')
  }
}

function addressOf({ planted: { person, refs } }: Planted, contactId: string): string {
  return refs.contact?.[0] === contactId ? person.email : person.secondEmail
}

const LINKS = {
  notes: 'contactIds',
  tasks: 'contactsIds',
  files: 'contactId',
  deals: 'linkedContactsIds',
  companies: 'linkedContactsIds',
} as const

/** What others share is the person's as long as it shows their name, address or contact; the rest as long as it is there. */
function isInCrm(
  { vendor }: Desk,
  { ownIds, planted: { person } }: Planted,
  { part, ref }: { readonly part: CrmName; readonly ref: string },
): boolean {
  const doc = vendor.crm[part].get(ref)
  if (doc === undefined) return false
  const linked = numbersIn(doc[LINKS[part]])
  const isShared = linked.some((id) => !ownIds.includes(id)) || (part === 'notes' && numbersOrTexts(doc) > 0)
  const isWhole = part === 'files' || ((part === 'notes' || part === 'tasks') && !isShared)
  if (isWhole || linked.some((id) => ownIds.includes(id))) return true
  const traces = tracesOf({
    emails: [person.email, person.secondEmail],
    phones: [person.phone],
    names: [`${person.firstName} ${person.lastName}`, person.firstName, person.lastName],
  })
  return holdsTrace(JSON.stringify(doc), traces)
}

function numbersOrTexts({ dealIds = [] }: JsonObject): number {
  return Array.isArray(dealIds) ? dealIds.length : 0
}

/** Everything the vendor stores on the person as canonical text. */
export function takePicture(desk: Desk, { planted, ownIds }: Planted): string {
  const { vendor } = desk
  const { person, refs } = planted
  const emails = [person.email, person.secondEmail]
  const isOwn = (event: StoredEvent): boolean => Object.values(refs).some((all) => all.includes(event.key))
  const crm = (name: CrmName) => (refs[name] ?? []).map((id) => vendor.crm[name].get(id) ?? null)
  return JSON.stringify({
    contacts: [...vendor.contacts.values()].filter(({ id, email }) => ownIds.includes(id) || emails.includes(email)),
    mails: [...vendor.mails.values()].filter(({ email }) => emails.includes(email)),
    events: [vendor.mailEvents, vendor.sms, vendor.whatsApp, vendor.customEvents].map((all) => all.filter(isOwn)),
    blocked: vendor.blocked.filter((entry) => emails.includes(textAt(entry, 'email'))),
    crm: (['notes', 'tasks', 'files', 'deals', 'companies'] as const).map(crm),
    objects: (refs.custom_objects ?? []).map((key) => vendor.objects.get(key) ?? null),
    orders: vendor.orders.filter(({ id }) => (refs.orders ?? []).includes(textAt({ id: id ?? '' }, 'id'))),
    inbound: vendor.inbound.filter(({ sender }) => emails.includes(textAt({ sender: sender ?? '' }, 'sender'))),
  })
}
