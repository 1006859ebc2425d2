import { isAt, isJsonObject, recordsIn, textAt, tracesOf } from '../../src/connector/index.ts'
import type {
  Context,
  JsonObject,
  LegSubject,
  PlannedEffect,
  PlannedRecord,
  Traces,
} from '../../src/connector/index.ts'
import { addressOfContact } from './contact-steps.ts'
import { isBlocked } from './contacts.ts'
import { COMPANIES, DEALS, NOTES, TASKS, isOnBusiness, othersIn } from './crm.ts'
import type { CrmPlace } from './crm.ts'
import { redactedAttributes } from './crm-steps.ts'
import type { StepName } from './manifest.ts'
import { addressDoubt, emailOf, identifiersIn, namesIn, valuesOf } from './mapping.ts'
import { optionsOf } from './options.ts'

type Unordered = Omit<PlannedEffect, 'after' | 'step'> & { readonly step: StepName }

/** The CRM's ids lead nowhere once the contact is gone, so it waits for all of these. */
const CRM_STEPS = [
  'delete_file',
  'redact_note',
  'delete_note',
  'redact_task',
  'delete_task',
  'redact_deal',
  'unlink_deal',
  'redact_company',
  'unlink_company',
  'delete_objects',
] as const satisfies readonly StepName[]

const BEFORE: Readonly<Partial<Record<StepName, readonly StepName[]>>> = {
  ...Object.fromEntries(CRM_STEPS.map((step) => [step, ['block_contact']])),
  unlink_deal: ['block_contact', 'redact_deal'],
  unlink_company: ['block_contact', 'redact_company'],
  delete_mail_log: ['block_contact'],
  delete_contact: ['block_contact', ...CRM_STEPS],
  keep_blocklist: ['delete_contact'],
}

/** Blocks first, so that no campaign runs on; the CRM before the contact; a bare blocked contact after it. */
export function planErasure(context: Context, subject: LegSubject): readonly PlannedEffect[] {
  const effects = [
    ...planBlocks(subject),
    ...planCrm(context, subject),
    ...planMailLogs(context, subject),
    ...planContacts(context, subject),
  ]
  const planned = new Set(effects.map(({ step }) => step))
  return effects.map((effect) => ({
    ...effect,
    after: (BEFORE[effect.step] ?? []).filter((step) => planned.has(step)),
  }))
}

function planBlocks({ records }: LegSubject): readonly Unordered[] {
  return recordsIn(records, 'contact')
    .filter(({ content }) => !isBlocked(content))
    .map(({ ref }) => ({ step: 'block_contact', target: ref, part: 'marketing_blocklist' }))
}

function planCrm(context: Context, subject: LegSubject): readonly Unordered[] {
  const ownIds = ownContactIds(subject)
  const traces = tracesOfSubject(context, subject)
  const details = { own_contact_ids: ownIds, traces: { ...traces } }
  const file = recordsIn(subject.records, 'files').filter(({ content }) => textAt(content, 'id') !== '')
  return [
    ...file.map(({ ref, part }): Unordered => ({ step: 'delete_file', target: ref, part })),
    ...planWords(subject, { place: NOTES, steps: ['delete_note', 'redact_note'], details, ownIds }),
    ...planWords(subject, { place: TASKS, steps: ['delete_task', 'redact_task'], details, ownIds }),
    ...planBusiness(subject, { place: DEALS, steps: ['redact_deal', 'unlink_deal'], details, traces }),
    ...planBusiness(subject, { place: COMPANIES, steps: ['redact_company', 'unlink_company'], details, traces }),
    ...recordsIn(subject.records, 'custom_objects').map(({ ref, part }): Unordered => ({
      step: 'delete_objects',
      target: ref,
      part,
    })),
  ]
}

interface Words {
  readonly place: CrmPlace
  readonly steps: readonly [whole: StepName, shared: StepName]
  readonly details: JsonObject
  readonly ownIds: readonly string[]
}

/** A note or task that others or a business record share is not destroyed: the subject's traces leave it. */
function planWords({ records }: LegSubject, { place, steps, details, ownIds }: Words): readonly Unordered[] {
  return recordsIn(records, place.part).map(({ ref, part, content }) => {
    const [whole, shared] = steps
    return isShared(place, content, ownIds)
      ? { step: shared, target: ref, part, details }
      : { step: whole, target: ref, part }
  })
}

export function isShared(place: CrmPlace, content: PlannedRecord['content'], ownIds: readonly string[]): boolean {
  return isJsonObject(content) && (othersIn(place, content, ownIds).length > 0 || isOnBusiness(place, content))
}

interface Business {
  readonly place: CrmPlace
  readonly steps: readonly [redact: StepName, unlink: StepName]
  readonly details: JsonObject
  readonly traces: Traces
}

function planBusiness({ records }: LegSubject, { place, steps, details, traces }: Business): readonly Unordered[] {
  const [redact, unlink] = steps
  return recordsIn(records, place.part).flatMap(({ ref, part, content }) => {
    const isNamed = isJsonObject(content) && Object.keys(redactedAttributes(content, traces)).length > 0
    const leave: Unordered = { step: unlink, target: ref, part, details }
    return isNamed ? [{ step: redact, target: ref, part, details }, leave] : [leave]
  })
}

/** Parents of what was found, too: a contact that somebody keeps is the subject's all the same. */
export function ownContactIds({ records }: Pick<LegSubject, 'records'>): readonly string[] {
  const onContacts = records.filter(({ part }) => part !== 'contact').flatMap(({ parentRef = [] }) => parentRef)
  return [...new Set([...recordsIn(records, 'contact').map(({ ref }) => ref), ...onContacts])].sort()
}

/** Addresses, numbers and names of the subject, as the contacts and the request give them. */
export function tracesOfSubject(
  context: Context,
  { records, identifiers }: Pick<LegSubject, 'records' | 'identifiers'>,
): Traces {
  const options = optionsOf(context)
  const contacts = recordsIn(records, 'contact').map(({ content }) => content)
  const all = [...identifiers, ...contacts.flatMap(identifiersIn)]
  const names = contacts.map((contact) => namesIn(contact, options))
  return tracesOf({
    emails: valuesOf(all, 'email'),
    phones: valuesOf(all, 'phone'),
    names: names.flatMap((own) => [own.join(' '), ...own]),
  })
}

function planMailLogs(context: Context, subject: LegSubject): readonly Unordered[] {
  const { records, kept } = subject
  const keptEmails = kept.filter(({ part }) => MAIL_PARTS.includes(part)).flatMap(emailIn)
  return mailAddresses(context, subject)
    .filter((email) => !keptEmails.includes(email))
    .map((email) => ({
      step: 'delete_mail_log',
      target: email,
      part: 'transactional_emails',
      details: { days: daysOf(records, email) },
    }))
}

const MAIL_PARTS = ['transactional_emails', 'transactional_events']

/** Addresses that records name, and the request's own unless others may read them, too: none for somebody unknown here. */
export function mailAddresses(
  context: Context,
  { records, identifiers }: Pick<LegSubject, 'records' | 'identifiers'>,
): readonly string[] {
  const named = records.filter(({ part }) => ['contact', ...MAIL_PARTS].includes(part)).flatMap(emailIn)
  const asked = valuesOf(identifiers, 'email').filter(
    (email) => addressDoubt(email, context.account.ownDomains) === undefined,
  )
  return records.length === 0 ? [] : [...new Set([...named, ...asked])]
}

function emailIn({ content }: PlannedRecord): readonly string[] {
  const email = emailOf(textAt(content, 'email'))
  return email === undefined ? [] : [email]
}

export function daysOf(records: readonly PlannedRecord[], email: string): readonly string[] {
  const mails = recordsIn(records, 'transactional_emails').filter((record) => emailIn(record).includes(email))
  return [...new Set(mails.map(({ content }) => textAt(content, 'date').slice(0, 10)))].sort()
}

function planContacts(context: Context, subject: LegSubject): readonly Unordered[] {
  return recordsIn(subject.records, 'contact')
    .filter(({ ref }) => !holdsKept(subject, ref))
    .flatMap((contact) => [
      { step: 'delete_contact', target: contact.ref, part: 'contact' },
      ...planStub(context, contact),
    ])
}

/** Business records outlive their contact; whether notes, tasks and files do is not documented. */
function holdsKept({ kept }: LegSubject, contactId: string): boolean {
  return kept.some(
    ({ part, parentRef }) =>
      parentRef === contactId && !['deals', 'companies', 'orders', 'custom_events'].includes(part),
  )
}

function planStub(context: Context, { content }: PlannedRecord): readonly Unordered[] {
  const blocked = blockToKeep(context, content)
  if (blocked === undefined) return []
  const { address, isNumber } = blocked
  const details = isNumber ? { is_number: true } : undefined
  return [
    {
      step: 'keep_blocklist',
      target: address,
      part: 'marketing_blocklist',
      ...(details === undefined ? {} : { details }),
    },
  ]
}

/** The address whose blocks must outlive the contact by the account's policy, if any. */
export function blockToKeep(context: Context, content: PlannedRecord['content']): ReturnType<typeof addressOfContact> {
  const wasBlocked = isAt(content, 'emailBlacklisted') || isAt(content, 'smsBlacklisted')
  const { stub } = optionsOf(context)
  if (stub === 'never' || (stub === 'if_blocklisted' && !wasBlocked)) return undefined
  return isJsonObject(content) ? addressOfContact(content) : undefined
}
