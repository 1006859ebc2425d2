import { CERTAIN, identifierOf, isRoleMailbox, isSameName, objectAt, textAt } from '../../src/connector/index.ts'
import type {
  Attribution,
  Identifier,
  IdentifierKind,
  JsonObject,
  JsonValue,
  LearnedIdentifier,
  Search,
} from '../../src/connector/index.ts'
import type { AccountOptions } from './options.ts'

export type CandidateReason = Extract<Attribution, { kind: 'candidate' }>['reason']

export function candidate(reason: CandidateReason): Attribution {
  return { kind: 'candidate', reason }
}

export function isCertain({ attribution }: { readonly attribution: Attribution }): boolean {
  return attribution.kind === 'certain'
}

export function emailOf(text: string): string | undefined {
  return identifierOf('email', text)?.value
}

/** The attributes under which Brevo keeps telephone numbers, and by which a contact can be asked for. */
export const PHONE_ATTRIBUTES = {
  phone_id: 'SMS',
  whatsapp_id: 'WHATSAPP',
  landline_number_id: 'LANDLINE_NUMBER',
} as const

/** Brevo writes a number with its country code and without a plus. */
export function phoneOf(text: string): string | undefined {
  const digits = text.replaceAll(/\D/g, '').replace(/^00/, '')
  return digits === '' ? undefined : identifierOf('phone', `+${digits}`)?.value
}

export function digitsOf(phone: string): string {
  return phone.replaceAll(/\D/g, '')
}

export function attributeOf(contact: JsonValue, name: string): string {
  return textAt(contact, 'attributes', name)
}

/** The identifiers that a contact carries. */
export function identifiersIn(contact: JsonValue): readonly Identifier[] {
  const phones = Object.values(PHONE_ATTRIBUTES).flatMap((name) => phoneOf(attributeOf(contact, name)) ?? [])
  const all = [
    identifierOf('email', textAt(contact, 'email')),
    ...[...new Set(phones)].map((value) => ({ kind: 'phone' as const, value })),
    identifierOf('external_id', attributeOf(contact, 'EXT_ID')),
  ]
  return all.filter((identifier) => identifier !== undefined)
}

export function valuesOf(identifiers: readonly Identifier[], kind: IdentifierKind): readonly string[] {
  return [...new Set(identifiers.filter((one) => one.kind === kind).map(({ value }) => value))]
}

/** First and last name of a contact, as far as the account keeps them. */
export function namesIn(contact: JsonValue, { attributesOf }: AccountOptions): readonly string[] {
  return (['first_name', 'last_name'] as const).flatMap((field) => {
    const value = attributesOf(field)
      .map((name) => attributeOf(contact, name))
      .find((text) => text !== '')
    return value === undefined ? [] : [value]
  })
}

/** Content of a record with a second of the same making told apart by its order. */
export function unusedRef(seen: Set<string>, ref: string): string {
  let free = ref
  for (let count = 2; seen.has(free); count += 1) free = `${ref}/${count}`
  seen.add(free)
  return free
}

/** Epoch ms of an instant in Brevo's words; nothing when there is none. */
export function createdAt(record: JsonValue, name = 'createdAt'): { readonly createdAtMs?: number } {
  const ms = Date.parse(textAt(record, name))
  return Number.isNaN(ms) ? {} : { createdAtMs: ms }
}

export function hasAttributes(contact: JsonValue): boolean {
  const { SMS, ...rest } = objectAt(contact, 'attributes')
  const isSmsAlone = textAt(contact, 'email') === '' && SMS !== undefined
  const all = isSmsAlone || SMS === undefined ? rest : { ...rest, SMS }
  return Object.values(all).some((value) => value !== '' && value !== null)
}

/** Decides what a match is worth. */
export class Judge {
  readonly #search: Pick<Search, 'identifiers' | 'names'>
  readonly #options: AccountOptions
  readonly #ownDomains: readonly string[]
  /** Addresses of the account's own users. */
  readonly #seats: ReadonlySet<string>

  constructor(
    search: Pick<Search, 'identifiers' | 'names'>,
    options: AccountOptions,
    around: { readonly ownDomains: readonly string[]; readonly seats: ReadonlySet<string> },
  ) {
    this.#search = search
    this.#options = options
    this.#ownDomains = around.ownDomains
    this.#seats = around.seats
  }

  /** undefined = the contact does not answer to any identifier after all. */
  contact(contact: JsonObject): Attribution | undefined {
    const own = identifiersIn(contact)
    const doubts = this.#search.identifiers
      .filter(({ kind, value }) => own.some((one) => one.kind === kind && one.value === value))
      .map(({ kind, value }): CandidateReason | undefined => {
        if (kind === 'phone') return 'same_phone'
        return kind === 'email' ? this.#doubtOf(value) : undefined
      })
    if (doubts.length === 0) return undefined
    const name = namesIn(contact, this.#options).join(' ')
    const isOther = name !== '' && this.#search.names.length > 0
    if (isOther && !this.#search.names.some((known) => isSameName(known, name))) return candidate('differing_names')
    const doubt = doubts.find((one) => one !== undefined)
    return doubts.includes(undefined) || doubt === undefined ? CERTAIN : candidate(doubt)
  }

  address(email: string): Attribution {
    const doubt = this.#doubtOf(email)
    return doubt === undefined ? CERTAIN : candidate(doubt)
  }

  /** What a contact says about the person besides what was asked: at most as sure as the contact itself. */
  learned(contact: JsonObject, attribution: Attribution): readonly LearnedIdentifier[] {
    return identifiersIn(contact).map((identifier) => {
      const own = identifier.kind === 'email' ? this.address(identifier.value) : CERTAIN
      return { ...identifier, attribution: attribution.kind === 'certain' ? own : attribution }
    })
  }

  #doubtOf(email: string): CandidateReason | undefined {
    if (this.#seats.has(email)) return 'vendor_seat'
    return addressDoubt(email, this.#ownDomains)
  }
}

/** Why an address may not be one person's alone, if so. */
export function addressDoubt(email: string, ownDomains: readonly string[]): CandidateReason | undefined {
  if (isRoleMailbox(email)) return 'role_mailbox'
  const domain = email.slice(email.indexOf('@') + 1)
  return ownDomains.some((own) => domain === own || domain.endsWith(`.${own}`)) ? 'own_domain' : undefined
}

/** A record without one of its members. */
export function without(record: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(record).filter(([one]) => one !== name))
}
