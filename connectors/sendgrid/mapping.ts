import { isRoleMailbox, normaliseIdentifier } from '../../src/connector/index.ts'
import type {
  Attribution,
  Context,
  Identifier,
  IdentifierKind,
  JsonObject,
  LearnedIdentifier,
  Search,
} from '../../src/connector/index.ts'
import { isOtherName } from './names.ts'
import { requiredText, text, texts } from './shape.ts'

export const CERTAIN: Attribution = { kind: 'certain' }

/** A search by kind of identifier. */
export interface Wanted {
  readonly emails: readonly string[]
  readonly phones: readonly string[]
  readonly externalIds: readonly string[]
  readonly names: readonly string[]
}

export function wantedOf(search: Pick<Search, 'identifiers' | 'names'>): Wanted {
  const valuesOf = (kind: IdentifierKind) => [
    ...new Set(search.identifiers.filter((one) => one.kind === kind).map(({ value }) => value)),
  ]
  return {
    emails: valuesOf('email'),
    phones: valuesOf('phone'),
    externalIds: valuesOf('external_id'),
    names: search.names,
  }
}

/** How sure a record is the subject's that was found by this address alone. */
export function attributionByAddress(context: Context, email: string): Attribution {
  if (context.account.ownDomains.includes(domainOf(email))) return { kind: 'candidate', reason: 'own_domain' }
  if (isRoleMailbox(email)) return { kind: 'candidate', reason: 'role_mailbox' }
  return CERTAIN
}

/** A marketing contact, reduced to what matching needs. */
export interface Contact {
  readonly id: string
  readonly email: string
  readonly alternates: readonly string[]
  readonly phone: string
  readonly externalId: string
  readonly name: string
  readonly raw: JsonObject
}

export function contactOf(raw: JsonObject): Contact {
  return {
    id: requiredText(raw, 'id'),
    email: text(raw, 'email').toLowerCase(),
    alternates: texts(raw, 'alternate_emails').map((one) => one.toLowerCase()),
    phone: text(raw, 'phone_number_id'),
    externalId: text(raw, 'external_id'),
    name: `${text(raw, 'first_name')} ${text(raw, 'last_name')}`.trim(),
    raw,
  }
}

/** How a contact answers a search; undefined when the vendor gave one that does not hold any of the values asked for. */
export type Match =
  | { readonly by: 'contact'; readonly attribution: Attribution }
  | { readonly by: 'alternate'; readonly addresses: readonly string[] }

export function matchOf(
  context: Context,
  contact: Contact,
  { wanted, all }: { readonly wanted: Wanted; readonly all: readonly Contact[] },
): Match | undefined {
  const isPrimary = wanted.emails.includes(contact.email)
  const isExternal = wanted.externalIds.includes(contact.externalId)
  if (isPrimary || isExternal) {
    return { by: 'contact', attribution: weigh(context, contact, { wanted, all, isExternal }) }
  }
  const addresses = contact.alternates.filter((one) => wanted.emails.includes(one))
  if (addresses.length > 0) return { by: 'alternate', addresses }
  return wanted.phones.includes(contact.phone)
    ? { by: 'contact', attribution: { kind: 'candidate', reason: 'same_phone' } }
    : undefined
}

function weigh(
  context: Context,
  contact: Contact,
  {
    wanted,
    all,
    isExternal,
  }: { readonly wanted: Wanted; readonly all: readonly Contact[]; readonly isExternal: boolean },
): Attribution {
  if (isOtherName(contact.name, wanted.names)) return { kind: 'candidate', reason: 'differing_names' }
  if (isShared(contact, { wanted, all })) return { kind: 'candidate', reason: 'address_on_two_records' }
  return isExternal ? CERTAIN : attributionByAddress(context, contact.email)
}

/** Whether an address of the search stands on this contact and on another one. */
function isShared(
  contact: Contact,
  { wanted, all }: { readonly wanted: Wanted; readonly all: readonly Contact[] },
): boolean {
  return wanted.emails.some(
    (email) => holds(contact, email) && all.some((other) => other.id !== contact.id && holds(other, email)),
  )
}

function holds(contact: Contact, email: string): boolean {
  return contact.email === email || contact.alternates.includes(email)
}

/** What a contact says about the person besides what was asked: as sure as the contact itself. */
export function learnedFrom(
  context: Context,
  contact: Contact,
  attribution: Attribution,
): readonly LearnedIdentifier[] {
  const addresses = [contact.email, ...contact.alternates].flatMap((email) => identifierOf('email', email))
  const learned = [
    ...addresses.map((one) => ({ ...one, attribution: weaker(attribution, attributionByAddress(context, one.value)) })),
    ...identifierOf('phone', contact.phone).map((one) => ({ ...one, attribution })),
    ...identifierOf('external_id', contact.externalId).map((one) => ({ ...one, attribution })),
  ]
  return learned
}

function weaker(one: Attribution, other: Attribution): Attribution {
  return one.kind === 'candidate' ? one : other
}

/** The identifier, or none when the vendor's text is no usable one. */
function identifierOf(kind: IdentifierKind, raw: string): readonly Identifier[] {
  if (raw === '') return []
  try {
    return [normaliseIdentifier(kind, raw)]
  } catch {
    // The vendor takes any text; what cannot be compared is not learned, and stays visible in the record.
    return []
  }
}

/** A line by which a person can tell two contacts apart. */
export function labelOf(contact: Contact): string {
  const since = text(contact.raw, 'created_at').slice(0, 10)
  return [contact.name, text(contact.raw, 'city'), since === '' ? '' : `since ${since}`]
    .filter((one) => one !== '')
    .join(', ')
}

export function isSameAddress(given: string, email: string): boolean {
  return given.trim().toLowerCase() === email
}

function domainOf(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1)
}
