import type { FoundRecord, PlannedRecord } from '../../connector/contract.ts'
import { identifierKey, IDENTIFIER_KINDS, type Identifier } from '../../domain/identifier.ts'
import type { JsonObject, JsonValue } from '../../domain/json.ts'
import { NO_WISH, type Wish } from '../../domain/wish.ts'
import type { IdentifierRow, RecordRow, RequestRow } from '../../ports/rows.ts'
import type { RequestVault } from '../../ports/runtime.ts'

/** How found records, identifiers and the intake stand in the vault; sealing and opening side by side. */

export interface StoredRecord extends PlannedRecord {
  readonly label?: string
}

export function sealRecord(vault: RequestVault, record: FoundRecord): Uint8Array {
  const learned = record.learned.filter((one) => one.attribution.kind === 'certain')
  const stored: JsonObject = {
    part: record.part,
    ref: record.ref,
    content: record.content,
    learned: learned.map(({ kind, value }) => ({ kind, value })),
    ...(record.parentRef !== undefined && { parentRef: record.parentRef }),
    ...(record.label !== undefined && { label: record.label }),
  }
  return vault.seal(stored, 'record')
}

export function openRecord(vault: RequestVault, row: Pick<RecordRow, 'sealedRecord'>): StoredRecord {
  const stored = asObject(vault.open(row.sealedRecord, 'record'))
  const parentRef = stored.parentRef
  const label = stored.label
  return {
    part: asText(stored.part),
    ref: asText(stored.ref),
    content: stored.content ?? null,
    ...(typeof parentRef === 'string' && { parentRef }),
    ...(typeof label === 'string' && { label }),
  }
}

/** Identifiers that are the subject's if the record is. */
export function openLearned(vault: RequestVault, row: Pick<RecordRow, 'sealedRecord'>): readonly Identifier[] {
  const { learned } = asObject(vault.open(row.sealedRecord, 'record'))
  if (!Array.isArray(learned)) return []
  return learned.flatMap((one: JsonValue): readonly Identifier[] => {
    const stored = asObject(one)
    const kind = IDENTIFIER_KINDS.find((known) => known === stored.kind)
    return kind === undefined ? [] : [{ kind, value: asText(stored.value) }]
  })
}

export function refDigest(vault: RequestVault, record: { readonly part: string; readonly ref: string }): string {
  return vault.digest('ref', `${record.part}\0${record.ref}`)
}

/** By what a record that hangs on `ref` is found, in whatever part the two are. */
export function parentDigest(vault: RequestVault, ref: string): string {
  return vault.digest('parent', ref)
}

export function identifierDigest(vault: RequestVault, identifier: Identifier): string {
  return vault.digest('identifier', identifierKey(identifier))
}

export function openIdentifier(vault: RequestVault, row: Pick<IdentifierRow, 'kind' | 'sealedValue'>): Identifier {
  return { kind: row.kind, value: asText(vault.open(row.sealedValue, 'identifier')) }
}

/** What intake keeps sealed besides identifiers. */
export interface IntakeWords extends Wish {
  /** Names that the person goes by. */
  readonly names: readonly string[]
}

export function sealIntake(vault: RequestVault, words: IntakeWords): Uint8Array {
  const corrections = words.corrections.map(({ field, value }) => ({ field, value }))
  return vault.seal({ names: words.names, corrections, purposes: words.purposes }, 'intake')
}

export function openIntake(vault: RequestVault, request: Pick<RequestRow, 'sealedIntake'>): IntakeWords {
  if (request.sealedIntake === null) return { names: [], ...NO_WISH }
  // What was sealed here is opened here; anything else was refused by the cipher.
  return vault.open(request.sealedIntake, 'intake') as unknown as IntakeWords
}

function asObject(value: JsonValue): JsonObject {
  // What was sealed here is opened here; anything else was refused by the cipher.
  return value as JsonObject
}

function asText(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}
