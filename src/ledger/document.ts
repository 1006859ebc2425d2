import { hexOf } from '../crypto/bytes.ts'
import { sha256 } from '../crypto/platform.ts'
import { checkEvent, EVENT_TYPE, type LedgerEvent } from './event.ts'
import { Fault, type Invalid, orInvalid } from './fault.ts'
import type { Leaf, LeafKind } from './leaf.ts'
import { brokenInvariant } from './record-invariants.ts'
import { openSignedFile, type SignedFileForm } from './signed-file.ts'
import { checkStatement } from './statement-check.ts'
import { PAYLOAD_TYPE, type Statement } from './statement.ts'
import type { RecordKey } from './trust.ts'

/** What an entry of the log stands for: a completion record, or the event of something smaller. */
export type LedgerDocument =
  { readonly kind: 'record'; readonly statement: Statement } | { readonly kind: 'event'; readonly event: LedgerEvent }

/** Where the log keeps the document of an entry. */
export function documentPath(recordSha256: string): string {
  return `records/${recordSha256.slice(0, 2)}/${recordSha256}.dsse.json`
}

/** The kind under which a document is logged. */
export function leafKindOf(document: LedgerDocument): LeafKind {
  if (document.kind === 'event') return document.event.kind
  const { result, sequence } = document.statement.predicate
  if (result === 'refused' || result === 'withdrawn') return result
  return sequence > 1 ? 'sequel' : 'completed'
}

/** The entry that a document's file must have in the log. */
export function leafOf(file: Uint8Array, document: LedgerDocument): Leaf {
  return { kind: leafKindOf(document), record_sha256: hexOf(sha256(file)) }
}

/** The request that a document speaks of; undefined for what concerns the controller alone. */
export function requestOf(document: LedgerDocument): string | undefined {
  return document.kind === 'event' ? document.event.request : document.statement.predicate.request
}

/** The commitments that a document states. */
export function commitmentsOf(document: LedgerDocument): readonly string[] {
  if (document.kind === 'record') return document.statement.predicate.subject_commitments
  const { event } = document
  switch (event.kind) {
    case 'received':
      return event.subject_commitments
    case 'answered':
      return event.letter_commitment === undefined ? [] : [event.letter_commitment]
    case 'export_sealed':
      return [event.archive_commitment]
    default:
      return []
  }
}

/** When a document says that it was made. */
export function madeAt(document: LedgerDocument): string {
  return document.kind === 'event' ? document.event.at : document.statement.predicate.sealed_at
}

export interface OpenedDocument {
  readonly kind: 'valid'
  readonly document: LedgerDocument
  readonly keyId: string
}

const FORMS: readonly SignedFileForm<LedgerDocument>[] = [
  { payloadType: EVENT_TYPE, check: (value, path) => ({ kind: 'event', event: checkEvent(value, path) }) },
  { payloadType: PAYLOAD_TYPE, check: (value, path) => ({ kind: 'record', statement: checkStatement(value, path) }) },
]

/** Judges the file of a document: signature, form, what every record must keep, and whether its key was in force. */
export function openDocument(file: Uint8Array, keys: readonly RecordKey[]): OpenedDocument | Invalid {
  return orInvalid(() => {
    const { document, keyIds } = openSignedFile(
      file,
      FORMS,
      keys.map((one) => one.key),
    )
    const keyId = keyIds.join()
    const key = keys.find((one) => one.key.keyId === keyId)
    const at = madeAt(document)
    // All instants have one form, so their text sorts as they do.
    if (at < (key?.from ?? at) || at >= (key?.until ?? `${at}~`))
      throw new Fault('KEY_NOT_IN_FORCE', 'signed by a record key at a time when it did not count')
    requireInvariants(document)
    return { kind: 'valid', document, keyId }
  })
}

function requireInvariants(document: LedgerDocument): void {
  const broken = document.kind === 'record' ? brokenInvariant(document.statement) : undefined
  if (broken !== undefined) throw new Fault('INVARIANT_BROKEN', `${broken.invariant} at ${broken.where}`)
}
