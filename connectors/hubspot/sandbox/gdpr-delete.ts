import { bodyOf } from '../../../src/connector/testing.ts'
import type { SandboxReply, SandboxRequest } from '../../../src/connector/testing.ts'
import { ARCHIVED_TYPES } from '../object-types.ts'
import { invalid, notFound, textIn } from './replies.ts'
import { emailsOf, linkedIds, objectAt, unlink } from './state.ts'
import type { Desk, StoredObject } from './state.ts'

const MINUTE_MS = 60_000
// What spares an activity from going with the contact.
const HOLDERS = ['contacts', 'companies', 'deals', 'tickets']

/** `POST …/gdpr-delete`: by id, or by address - and then an address that nobody has is blocked all the same. */
export function gdprDelete(desk: Desk, request: SandboxRequest): SandboxReply {
  const body = bodyOf(request)
  const objectId = textIn(body, 'objectId')
  const idProperty = textIn(body, 'idProperty')
  if (objectId === undefined || (idProperty !== undefined && idProperty !== 'email'))
    return invalid('The request is not valid.')
  const contact = idProperty === 'email' ? byEmail(desk, objectId) : objectAt(desk.vendor, 'contacts', objectId)
  if (contact === undefined) return unknownContact(desk, idProperty === 'email' ? objectId : undefined)
  if (contact.archivedAtMs !== undefined && desk.switches.is('gdpr_delete_of_archived', '404')) return notFound()
  if (desk.switches.is('gdpr_delete', 'keeps')) return { status: 204 }
  eraseChildren(desk, contact)
  eraseContact(desk, contact)
  return { status: 204 }
}

function byEmail(desk: Desk, email: string): StoredObject | undefined {
  return [...desk.vendor.objects.values()].find(
    (object) => object.type === 'contacts' && emailsOf(object).includes(email.toLowerCase()),
  )
}

function unknownContact(desk: Desk, email: string | undefined): SandboxReply {
  if (email === undefined) return desk.switches.is('second_gdpr_delete', '404') ? notFound() : { status: 204 }
  desk.vendor.blocklist.push(email.toLowerCase())
  return { status: 204 }
}

function eraseContact(desk: Desk, contact: StoredObject): void {
  const { vendor } = desk
  vendor.blocklist.push(...emailsOf(contact))
  if (desk.switches.is('gone_after', 'a_minute')) contact.goneAtMs = desk.nowMs() + MINUTE_MS / desk.speed
  else if (desk.switches.is('erased_contact', 'in_recycle_bin')) {
    contact.archivedAtMs = desk.nowMs()
    contact.goneAtMs = desk.nowMs()
  } else vendor.objects.delete(`contacts/${contact.id}`)
  for (const [old, survivor] of vendor.aliases) if (survivor === contact.id) vendor.aliases.delete(old)
}

/** Activities that only this contact holds, conversations and places go; what another record holds survives. */
function eraseChildren(desk: Desk, contact: StoredObject): void {
  const { vendor } = desk
  const own = `contacts/${contact.id}`
  for (const { type } of ARCHIVED_TYPES)
    for (const id of linkedIds(vendor, own, type)) {
      unlink(vendor, own, `${type}/${id}`)
      const isHeld = HOLDERS.some((holder) => linkedIds(vendor, `${type}/${id}`, holder).length > 0)
      if (!isHeld) vendor.objects.delete(`${type}/${id}`)
    }
  for (const one of [...vendor.links])
    if (one.startsWith(`${own}|`) || one.endsWith(`|${own}`)) vendor.links.delete(one)
  for (const [id, thread] of vendor.threads) if (thread.contactId === contact.id) vendor.threads.delete(id)
  for (const place of [vendor.memberships, vendor.participations, vendor.enrolments, vendor.behaviour])
    place.delete(contact.id)
  scrub(desk, emailsOf(contact))
}

function scrub(desk: Desk, emails: readonly string[]): void {
  const { vendor } = desk
  const isTheirs = (text: string): boolean => emails.some((email) => text.includes(email))
  if (desk.switches.is('form_submissions', 'scrubbed'))
    for (const form of vendor.forms)
      form.submissions = form.submissions.filter((submission) => !isTheirs(JSON.stringify(submission)))
  if (desk.switches.is('email_events', 'scrubbed'))
    vendor.emailEvents = vendor.emailEvents.filter((event) => !isTheirs(JSON.stringify(event)))
}
