import { identifierOf, listAt, neverPolled, objectsAt, textAt } from '../../src/connector/index.ts'
import type {
  Correction,
  JsonValue,
  LegSubject,
  Look,
  PartFinding,
  PlannedEffect,
  VerifySubject,
  WritingVerb,
} from '../../src/connector/index.ts'
import { openClient } from './client.ts'
import type { HubSpot } from './client.ts'
import { changeContacts, contactsInUse, lookAtChanges, readContacts } from './contact-change.ts'
import type { ContactChange, Properties } from './contact-change.ts'
import { askControl } from './control.ts'
import { addressesOf, propertiesAt } from './mapping.ts'

const PROPERTY: Readonly<Record<Correction['field'], string>> = {
  first_name: 'firstname',
  last_name: 'lastname',
  email: 'email',
  phone: 'phone',
  street_address: 'address',
  postal_code: 'zip',
  locality: 'city',
  country: 'country',
  job_title: 'jobtitle',
  organisation: 'company',
}

const ADDITIONAL = 'hs_additional_emails'

const correcting: ContactChange = {
  reads: () => [...Object.values(PROPERTY), ADDITIONAL],
  changeOf: (now, details) =>
    Object.fromEntries(
      correctionsIn(details).flatMap((one) => (isRight(now, one) ? [] : [[PROPERTY[one.field], one.value.trim()]])),
    ),
}

/** HubSpot may keep a former primary address as a secondary one, under which mail goes on and the contact is found. */
const dropping: ContactChange = {
  reads: () => ['email', ADDITIONAL],
  changeOf: (now, details) => {
    const additional = (now[ADDITIONAL] ?? '').split(';').filter((text) => text.trim() !== '')
    const wrong = wrongAddress(details)
    const kept = additional.filter((text) => identifierOf('email', text)?.value !== wrong)
    return kept.length === additional.length ? {} : { [ADDITIONAL]: kept.join(';') }
  },
}

function changeOf(step: string): ContactChange {
  return step === 'drop_old_address' ? dropping : correcting
}

/** Corrects properties of every contact that is in use, and takes a corrected address off the secondary ones. */
export const rectify: WritingVerb = {
  plan: (_, subject) => Promise.resolve(planCorrections(subject)),
  perform: (context, { step, members }) => changeContacts(openClient(context), changeOf(step), members),
  readBack: async (context, { step, members }) => {
    const api = openClient(context)
    await askControl(api)
    return lookAtChanges(api, changeOf(step), members)
  },
  poll: neverPolled,
}

function planCorrections({ records, wish }: LegSubject): readonly PlannedEffect[] {
  const corrections = wish?.corrections ?? []
  if (corrections.length === 0) return []
  const email = corrections.find(({ field }) => field === 'email')
  const right = email === undefined ? undefined : identifierOf('email', email.value)?.value
  return contactsInUse(records).flatMap(({ ref, content }): readonly PlannedEffect[] => {
    const details = { corrections: corrections.map((one) => ({ ...one })) }
    const wrong = identifierOf('email', propertiesAt(content).email)?.value
    const correct = { step: 'correct_contact', target: ref, part: 'contact', after: [], details }
    if (right === undefined || wrong === undefined || wrong === right) return [correct]
    const drop = { step: 'drop_old_address', target: ref, part: 'contact', after: ['correct_contact'] }
    return [correct, { ...drop, details: { wrong } }]
  })
}

function correctionsIn(details: JsonValue): readonly Correction[] {
  return objectsAt(listAt(details, 'corrections')).map((one) => ({
    // Written by `planCorrections`.
    field: textAt(one, 'field') as Correction['field'],
    value: textAt(one, 'value'),
  }))
}

function wrongAddress(details: JsonValue): string {
  return textAt(details, 'wrong')
}

/** Addresses and numbers are compared in their one form: HubSpot stores them as they were typed. */
function isRight(now: Properties, { field, value }: Correction): boolean {
  const stored = (now[PROPERTY[field]] ?? '').trim()
  if (field !== 'email' && field !== 'phone') return stored === value.trim()
  return (identifierOf(field, stored)?.value ?? stored) === (identifierOf(field, value)?.value ?? value.trim())
}

/** Whether every contact that is in use shows the right values, and a corrected address nowhere. */
export async function lookAtCorrections(api: HubSpot, { records, wish }: VerifySubject): Promise<Look> {
  const corrections = wish?.corrections ?? []
  const contacts = contactsInUse(records)
  if (corrections.length === 0 || contacts.length === 0) return { findings: [], seen: [] }
  const details: JsonValue = { corrections: corrections.map((one) => ({ ...one })) }
  const ids = contacts.map(({ ref }) => ref)
  const now = await readContacts(api, { ids, properties: correcting.reads(details) })
  const right = contacts.filter(({ ref, content }) => {
    const properties = now.get(ref)
    if (properties === undefined || Object.keys(correcting.changeOf(properties, details)).length > 0) return false
    return !isWrongAddressKept(properties, { corrections, before: propertiesAt(content) })
  }).length
  const base = { part: 'contact', looked: contacts.length, remaining: contacts.length - right }
  const kind = now.size === 0 ? 'absent' : base.remaining === 0 ? 'in_place' : 'present'
  const finding: PartFinding = { ...base, verdict: { kind } }
  return { findings: [finding], seen: [['contact_by_id', now.size]] }
}

function isWrongAddressKept(
  now: Properties,
  { corrections, before }: { readonly corrections: readonly Correction[]; readonly before: Properties },
): boolean {
  const email = corrections.find(({ field }) => field === 'email')
  const right = email === undefined ? undefined : identifierOf('email', email.value)?.value
  const wrong = identifierOf('email', before.email)?.value
  if (right === undefined || wrong === undefined || wrong === right) return false
  return addressesOf(now).includes(wrong)
}
