import { CERTAIN, identifierOf, isJsonList, isJsonObject, isRoleMailbox, textAt } from '../../src/connector/index.ts'
import type {
  Attribution,
  Identifier,
  IdentifierKind,
  JsonObject,
  JsonValue,
  LearnedIdentifier,
  Search,
} from '../../src/connector/index.ts'

export type CandidateReason = Extract<Attribution, { kind: 'candidate' }>['reason']

export function candidate(reason: CandidateReason): Attribution {
  return { kind: 'candidate', reason }
}

export function isCertain({ attribution }: { readonly attribution: Attribution }): boolean {
  return attribution.kind === 'certain'
}

/** The identifiers that a contact carries. */
export function identifiersIn(contact: JsonObject): readonly Identifier[] {
  return [
    identifierOf('email', textAt(contact, 'email')),
    identifierOf('phone', textAt(contact, 'phone')),
    identifierOf('external_id', textAt(contact, 'external_id')),
  ].filter((identifier) => identifier !== undefined)
}

export function valuesOf(identifiers: readonly Identifier[], kind: IdentifierKind): readonly string[] {
  return [...new Set(identifiers.filter((one) => one.kind === kind).map(({ value }) => value))]
}

/**
 * Vendor JSON as it is exported: addresses that carry their own credential (signed links to files, recordings and
 * transcripts) are left out. The files themselves are exported.
 */
export function exported(value: JsonValue): JsonValue {
  if (isJsonList(value)) return value.map(exported)
  if (!isJsonObject(value)) return value
  const isFile = 'content_type' in value && 'filesize' in value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]) =>
      SIGNED.has(name) || (isFile && name === 'url') ? [] : [[name, exported(one)] as const],
    ),
  )
}

const SIGNED = new Set(['recording_url', 'transcription_url', 'fin_recording_url', 'fin_transcription_url'])

export function exportedObject(value: JsonObject): JsonObject {
  const content = exported(value)
  return isJsonObject(content) ? content : {}
}

/** Whether two names are the same words, in any order, whatever the case and accents. */
export function isSameName(one: string, other: string): boolean {
  return words(one) === words(other)
}

function words(name: string): string {
  return name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .sort()
    .join(' ')
}

interface Surroundings {
  /** Addresses of teammates. */
  readonly seats: ReadonlySet<string>
  readonly ownDomains: readonly string[]
}

/** A contact and the address by which it was reached besides its own attributes (author of a conversation, merged id). */
export interface Reached {
  readonly contact: JsonObject
  readonly byEmail?: string
  readonly byExternalId?: string
}

/** Decides what a match is worth. */
export class Judge {
  readonly #search: Pick<Search, 'identifiers' | 'names'>
  readonly #around: Surroundings
  readonly #users = new Map<string, number>()

  constructor(search: Pick<Search, 'identifiers' | 'names'>, contacts: readonly JsonObject[], around: Surroundings) {
    this.#search = search
    this.#around = around
    // Several leads beside one user are how Intercom keeps one person who wrote before logging in; two users are two people.
    for (const contact of contacts) {
      const email = identifierOf('email', textAt(contact, 'email'))?.value
      if (email !== undefined && textAt(contact, 'role') === 'user')
        this.#users.set(email, (this.#users.get(email) ?? 0) + 1)
    }
  }

  /** undefined = the record does not answer to any identifier after all. */
  contact({ contact, byEmail, byExternalId }: Reached): Attribution | undefined {
    const own = identifiersIn(contact)
    const doubts: (CandidateReason | undefined)[] = this.#search.identifiers.flatMap(({ kind, value }) => {
      const isHeld = own.some((one) => one.kind === kind && one.value === value)
      switch (kind) {
        case 'email':
          return isHeld || byEmail === value ? [this.#doubtOf(value)] : []
        case 'external_id':
          return isHeld || byExternalId === value ? [undefined] : []
        case 'phone':
          return isHeld ? ['same_phone' as const] : []
      }
    })
    if (doubts.length === 0) return undefined
    if (this.isOtherName(textAt(contact, 'name'))) return candidate('differing_names')
    const doubt = doubts.find((one) => one !== undefined)
    return doubts.includes(undefined) || doubt === undefined ? CERTAIN : candidate(doubt)
  }

  address(email: string): Attribution {
    const doubt = this.#doubtOf(email)
    return doubt === undefined ? CERTAIN : candidate(doubt)
  }

  isOtherName(name: string): boolean {
    const { names } = this.#search
    return name !== '' && names.length > 0 && !names.some((known) => isSameName(known, name))
  }

  /** What a contact says about the person besides what was asked: at most as sure as the contact itself. */
  learned(contact: JsonObject, attribution: Attribution): readonly LearnedIdentifier[] {
    return identifiersIn(contact).map((identifier) => {
      const own = identifier.kind === 'email' ? this.address(identifier.value) : CERTAIN
      return { ...identifier, attribution: attribution.kind === 'certain' ? own : attribution }
    })
  }

  #doubtOf(email: string): CandidateReason | undefined {
    const domain = email.slice(email.indexOf('@') + 1)
    if (isRoleMailbox(email)) return 'role_mailbox'
    if (this.#around.seats.has(email)) return 'vendor_seat'
    if (this.#around.ownDomains.some((own) => domain === own || domain.endsWith(`.${own}`))) return 'own_domain'
    return (this.#users.get(email) ?? 0) > 1 ? 'address_on_two_records' : undefined
  }
}
