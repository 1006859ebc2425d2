import { DsrError } from './errors.ts'

/** What a person can be looked up by. `external_id` is the controller's own customer number (OpenDSR: controller_customer_id). */
export const IDENTIFIER_KINDS = ['email', 'phone', 'external_id'] as const
export type IdentifierKind = (typeof IDENTIFIER_KINDS)[number]

/** `value` is normalised: lower-case trimmed address, E.164 number, trimmed id. Personal data: vault only. */
export interface Identifier {
  readonly kind: IdentifierKind
  readonly value: string
}

/** How sure a connector is that a record or identifier is the subject's. Only `certain` acts; a candidate parks for a person. */
export type Attribution =
  { readonly kind: 'certain' } | { readonly kind: 'candidate'; readonly reason: CandidateReason }

/** Why a match is only a candidate (design §3, discover). */
export type CandidateReason =
  | 'same_phone'
  | 'same_name'
  | 'address_on_two_records'
  | 'differing_names'
  | 'role_mailbox'
  | 'recycled_id'
  | 'own_domain'
  | 'vendor_seat'
  | 'alternate_address_of_another'
  | 'business_record'
  | 'shared_record'

/** An identifier that a vendor's record revealed, and how sure it is the subject's. */
export interface LearnedIdentifier extends Identifier {
  readonly attribution: Attribution
}

// One @, no spaces, control characters, quotes, backslashes or angle brackets: what every vendor's query language can carry.
const EMAIL = /^[^\s@"'\\<>(),;:[\]\p{Cc}]{1,64}@[^\s@"'\\<>(),;:[\]\p{Cc}]{1,255}$/u
const DOMAIN = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
const PHONE = /^\+[1-9]\d{6,14}$/

/**
 * Brings an identifier into the one form that is compared, hashed and sent to vendors.
 *
 * @returns lower-case e-mail with an ASCII (punycode) domain, E.164 phone without separators, or a trimmed external id.
 * @throws DsrError `IDENTIFIER_INVALID`; the text never holds the value.
 */
export function normaliseIdentifier(kind: IdentifierKind, raw: string): Identifier {
  const text = raw.normalize('NFC').trim()
  switch (kind) {
    case 'email':
      return { kind, value: normaliseEmail(text) }
    case 'phone':
      return { kind, value: normalisePhone(text) }
    case 'external_id':
      if (text === '' || text.length > 200 || /\p{Cc}/u.test(text)) throw invalid(kind)
      return { kind, value: text }
  }
}

function normaliseEmail(text: string): string {
  if (text.length > 254 || !EMAIL.test(text)) throw invalid('email')
  const at = text.lastIndexOf('@')
  const local = text.slice(0, at).toLowerCase()
  const domain = asciiDomain(text.slice(at + 1))
  if (!DOMAIN.test(domain) || local.startsWith('.') || local.endsWith('.') || local.includes('..'))
    throw invalid('email')
  return `${local}@${domain}`
}

function asciiDomain(domain: string): string {
  // The URL parser applies UTS #46, the mapping that mail and browsers share.
  return URL.canParse(`http://${domain}`) ? new URL(`http://${domain}`).hostname : ''
}

function normalisePhone(text: string): string {
  const digits = text.replace(/[\s().\-/]/g, '').replace(/^00/, '+')
  if (!PHONE.test(digits)) throw invalid('phone')
  return digits
}

function invalid(kind: IdentifierKind): DsrError {
  return new DsrError('IDENTIFIER_INVALID', `not a usable ${kind}`, { field: 'subject_identities' })
}

/** The key under which two identifiers are the same one. */
export function identifierKey(identifier: Identifier): string {
  return `${identifier.kind}:${identifier.value}`
}

const ROLE_MAILBOXES = new Set(
  'abuse accounting accounts admin billing boekhouding compta comptabilite contact facturation finance help hello hr info jobs legal mail marketing noreply no-reply office postmaster press privacy reception sales secretariat security service support team webmaster'.split(
    ' ',
  ),
)

/** Whether an address names a function rather than a person (info@, sales@ …): several people read it. */
export function isRoleMailbox(email: string): boolean {
  return ROLE_MAILBOXES.has(email.split('@')[0]?.split('+')[0] ?? '')
}
