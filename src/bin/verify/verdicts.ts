import { type LedgerDocument, leafKindOf, requestOf } from '../../ledger/document.ts'
import type { Invalid } from '../../ledger/fault.ts'
import { NOT_PROVEN, type NotProven } from '../../ledger/not-proven.ts'
import { REQUEST_STANDINGS } from '../../ledger/completeness.ts'
import type { JsonObject } from '../../domain/json.ts'
import { hexOf } from '../../crypto/bytes.ts'
import type { LogAudit } from '../../ledger/verify-log.ts'
import type { ProvenEntry } from '../../ledger/verify-proof.ts'

/** Exit codes of `habeas verify`; `unreadable`, a check that could not be made, shares its code with `notAnchored`. */
export const VERIFY_EXIT = { valid: 0, invalid: 1, notAnchored: 2, unreadable: 2 } as const

/** What a check came to: lines for people, one object for programs. */
export interface Verdict {
  readonly exit: number
  readonly lines: readonly string[]
  readonly json: JsonObject
}

export function invalidVerdict({ code, reason }: Invalid): Verdict {
  return {
    exit: VERIFY_EXIT.invalid,
    lines: [`INVALID  ${reason} (${code})`],
    json: { valid: false, verdict: 'invalid', code, reason },
  }
}

export function uncheckedVerdict(reason: string): Verdict {
  return { exit: VERIFY_EXIT.unreadable, lines: [reason], json: { verdict: 'not_checked', reason } }
}

/** A document on its own: its signature and form hold; that it was logged, its proof file would show. */
export function documentVerdict(
  document: LedgerDocument,
  { keyId, notProven }: { readonly keyId: string; readonly notProven: readonly NotProven[] },
): Verdict {
  return {
    exit: VERIFY_EXIT.valid,
    lines: [
      `VALID    ${titleOf(document)}`,
      `         signed by key ${keyId.slice(0, 16)}… at ${atOf(document)}`,
      ...openLines(notProven),
    ],
    json: { valid: true, verdict: 'valid', ...factsOf(document), key_id: keyId, not_proven: notProven },
  }
}

export function proofVerdict(proven: ProvenEntry): Verdict {
  const { document, checkpoint, index, isAnchored } = proven
  return {
    exit: isAnchored ? VERIFY_EXIT.valid : VERIFY_EXIT.notAnchored,
    lines: [
      `VALID    ${titleOf(document)}`,
      `         signed by key ${proven.recordKeyId.slice(0, 16)}… at ${atOf(document)}`,
      `         entry ${index} of ${checkpoint.size} in the log ${checkpoint.origin}`,
      ...witnessLines(proven.cosignatures),
      ...anchorLines(isAnchored),
      ...openLines(proven.notProven),
    ],
    json: {
      valid: true,
      verdict: isAnchored ? 'valid' : 'valid_not_anchored',
      ...factsOf(document),
      key_id: proven.recordKeyId,
      entry: { index, kind: proven.leaf.kind, record_sha256: proven.leaf.record_sha256 },
      checkpoint: { origin: checkpoint.origin, size: checkpoint.size, root: hexOf(checkpoint.root) },
      log_key_ids: proven.logKeyIds,
      cosignatures: proven.cosignatures.map(({ witness, timeMs }) => ({ witness, time_ms: timeMs })),
      not_proven: proven.notProven,
    },
  }
}

export function logVerdict(audit: LogAudit): Verdict {
  const { head, isAnchored, documents, requests } = audit
  const standings = Object.fromEntries(
    REQUEST_STANDINGS.map((one) => [one, requests.filter(({ standing }) => standing === one).length]),
  )
  const late = requests.filter(({ standing }) => standing === 'answered_late' || standing === 'overdue')
  return {
    exit: isAnchored ? VERIFY_EXIT.valid : VERIFY_EXIT.notAnchored,
    lines: [
      `VALID    log ${audit.origin}: ${head.size} entries, ${audit.checkpoints} checkpoints`,
      `         documents: ${documents.checked} read, ${documents.missing} no longer kept`,
      `         requests: ${requests.length} received; ${countsOf(standings)}`,
      ...late.map((one) => `         late: ${one.request}, due ${one.dueAt}, answered ${one.answeredAt ?? 'not yet'}`),
      ...witnessLines(audit.cosignatures),
      ...anchorLines(isAnchored),
      ...openLines(audit.notProven),
    ],
    json: {
      valid: true,
      verdict: isAnchored ? 'valid' : 'valid_not_anchored',
      origin: audit.origin,
      size: head.size,
      root: hexOf(head.root),
      checkpoints: audit.checkpoints,
      entries: audit.kinds,
      documents,
      standings,
      late: late.map(({ request, dueAt, answeredAt }) => ({ request, due_at: dueAt, answered_at: answeredAt ?? null })),
      not_proven: audit.notProven,
    },
  }
}

function titleOf(document: LedgerDocument): string {
  if (document.kind === 'record') {
    const { sequence, request, action, result } = document.statement.predicate
    return `record ${sequence} of request ${request}: ${action}, ${result.replaceAll('_', ' ')}`
  }
  return `event ${leafKindOf(document)} of ${requestOf(document) ?? document.event.controller}`
}

function atOf(document: LedgerDocument): string {
  return document.kind === 'record' ? document.statement.predicate.sealed_at : document.event.at
}

function factsOf(document: LedgerDocument): JsonObject {
  const request = requestOf(document)
  const known = { kind: leafKindOf(document), ...(request !== undefined && { request }) }
  return document.kind === 'record' ? { ...known, result: document.statement.predicate.result } : known
}

function countsOf(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${count} ${name.replaceAll('_', ' ')}`)
    .join(', ')
}

function witnessLines(cosignatures: ProvenEntry['cosignatures']): string[] {
  return cosignatures.map(({ witness, timeMs }) => `         seen by ${witness} at ${new Date(timeMs).toISOString()}`)
}

function anchorLines(isAnchored: boolean): string[] {
  return isAnchored ? [] : ['         NOT ANCHORED: nothing outside the log dates this checkpoint (exit code 2)']
}

function openLines(notProven: readonly NotProven[]): string[] {
  return ['         This does not prove:', ...notProven.map((code) => `         - ${NOT_PROVEN[code]}`)]
}
