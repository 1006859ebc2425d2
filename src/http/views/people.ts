import type { JsonObject, JsonValue } from '../../domain/json.ts'
import type { IdentifierRow, JournalRow, RecordRow, RequestRow } from '../../ports/rows.ts'
import type { RequestVault, Vault } from '../../ports/runtime.ts'

/**
 * Opens what people may read who decide: labels of matches, their contents, reasons, plans. Each is opened under the label that it
 * was sealed under. Once a request was forgotten nothing can be opened any more.
 */
export interface People {
  /** Undefined for a request that was forgotten. */
  readonly vault: RequestVault | undefined
}

export function peopleOf(vault: Vault, request: RequestRow): People {
  return { vault: request.wrappedKey.byteLength === 0 ? undefined : vault.open(request) }
}

export interface OpenedMatch {
  readonly label: string | undefined
  readonly content: JsonValue
}

export function openMatch({ vault }: People, row: Pick<RecordRow, 'sealedRecord'>): OpenedMatch {
  const stored = asObject(vault?.open(row.sealedRecord, 'record'))
  return { label: typeof stored.label === 'string' ? stored.label : undefined, content: stored.content ?? null }
}

export function openReason({ vault }: People, row: Pick<JournalRow, 'sealedReason'>): string | undefined {
  const reason = row.sealedReason === null ? undefined : vault?.open(row.sealedReason, 'reason')
  return typeof reason === 'string' ? reason : undefined
}

export function openValue({ vault }: People, row: Pick<IdentifierRow, 'sealedValue'>): string {
  const value = vault?.open(row.sealedValue, 'identifier')
  return typeof value === 'string' ? value : ''
}

/** Names that the person goes by, as intake was told. */
export function openNames({ vault }: People, { sealedIntake }: Pick<RequestRow, 'sealedIntake'>): readonly string[] {
  const { names } = asObject(sealedIntake === null ? undefined : vault?.open(sealedIntake, 'intake'))
  return Array.isArray(names) ? names.filter((name): name is string => typeof name === 'string') : []
}

function asObject(value: JsonValue | undefined): JsonObject {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  // Only an object is left of the JSON types.
  return isObject ? (value as JsonObject) : {}
}
