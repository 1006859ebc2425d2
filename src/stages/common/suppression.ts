import { identifierKey, type Identifier } from '../../domain/identifier.ts'
import type { ControllerId } from '../../domain/ids.ts'
import type { Purpose } from '../../domain/wish.ts'
import type { IdentifierRow, LegRow, RequestRow } from '../../ports/rows.ts'
import type { SuppressionRow } from '../../ports/suppression-row.ts'
import type { Ports } from '../../ports/runtime.ts'
import type { Tx } from '../../ports/store.ts'
import { writeJournal } from './journal.ts'
import { openIdentifier, openIntake } from './sealed.ts'

/** After this long somebody looks whether a suppression is still needed. */
export const SUPPRESSION_REVIEW_MS = 3 * 365 * 24 * 3600_000

export interface SuppressedEnding {
  readonly request: RequestRow
  readonly legs: readonly LegRow[]
  /** Certain ones. */
  readonly identifiers: readonly IdentifierRow[]
}

/**
 * Remembers addresses and numbers of a person whom a vendor was made to suppress, so that imports can ask before they bring the person
 * back. Where nothing was suppressed nothing is remembered. An earlier one is renewed, also when it had been lifted.
 */
export async function keepSuppressions(ports: Ports, tx: Tx, ending: SuppressedEnding): Promise<void> {
  const { request, legs, identifiers } = ending
  const ground = groundOf(request)
  const accounts = legs.filter(hasSuppressed).map((leg) => leg.accountId)
  if (ground === undefined || accounts.length === 0) return
  const vault = ports.vault.open(request)
  const reached = identifiers.map((row) => openIdentifier(vault, row)).filter((one) => one.kind !== 'external_id')
  const { purposes } = openIntake(vault, request)
  const wanted: readonly Purpose[] = ground === 'objection' && purposes.length > 0 ? purposes : ['direct_marketing']
  const now = ports.clock.nowMs()
  for (const identifier of reached) {
    for (const purpose of wanted) {
      const digest = suppressionDigest(ports, request.controllerId, identifier)
      const fresh = {
        ...{ ground, accounts, requestId: request.id, createdAtMs: now, reviewAtMs: now + SUPPRESSION_REVIEW_MS },
        ...{ isReviewAnnounced: false, liftedAtMs: null },
      }
      const row = { id: ports.random.uuid(), controllerId: request.controllerId, digest, purpose, ...fresh }
      if (await tx.suppression.insertNew(row)) continue
      const [known] = await tx.suppression.find({ controllerId: request.controllerId, digest, purpose })
      if (known) await tx.suppression.update(known.id, fresh)
    }
  }
  await writeJournal(ports, tx, {
    requestId: request.id,
    kind: 'suppression.kept',
    detail: { identifiers: reached.length, purposes: [...wanted], accounts: [...accounts] },
  })
}

/** Purposes never mix with those of other look-ups: a duplicate's digest finds no suppression. */
export function suppressionDigest({ vault }: Ports, controllerId: ControllerId, identifier: Identifier): string {
  return vault.lookupDigest(controllerId, 'suppression', identifierKey(identifier))
}

function groundOf({ right }: RequestRow): SuppressionRow['ground'] | undefined {
  return right === 'objection' || right === 'erasure' || right === 'restriction' ? right : undefined
}

function hasSuppressed(leg: LegRow): boolean {
  return leg.parts.some(({ outcome }) => outcome.kind === 'suppressed')
}
