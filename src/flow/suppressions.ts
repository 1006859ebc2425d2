import { DsrError } from '../domain/errors.ts'
import type { Identifier } from '../domain/identifier.ts'
import type { ControllerId } from '../domain/ids.ts'
import type { Purpose } from '../domain/wish.ts'
import type { LiftOrder, SuppressionAnswer, Suppressions } from '../ports/suppressions.ts'
import type { SuppressionRow } from '../ports/suppression-row.ts'
import type { Ports } from '../ports/runtime.ts'
import { writeJournal } from '../stages/common/journal.ts'
import { suppressionDigest } from '../stages/common/suppression.ts'

/** The register of suppressions, as imports and portals ask it. */
export function createSuppressions(ports: Ports): Suppressions {
  return {
    check: async (controllerId, identifiers, purpose) => check(ports, { controllerId, identifiers, purpose }),
    lift: async (order) => lift(ports, order),
  }
}

interface Question {
  readonly controllerId: ControllerId
  readonly identifiers: readonly Identifier[]
  readonly purpose: Purpose
}

async function check(
  ports: Ports,
  { controllerId, identifiers, purpose }: Question,
): Promise<readonly (SuppressionAnswer | undefined)[]> {
  const digests = identifiers.map((one) => suppressionDigest(ports, controllerId, one))
  const rows = await ports.store.transact(async (tx) =>
    tx.suppression.find(
      { controllerId, digest: { in: [...new Set(digests)] }, purpose: { in: covering(purpose) }, liftedAtMs: null },
      { limit: 10_000 },
    ),
  )
  const byDigest = new Map(rows.map((row) => [row.digest, row]))
  return digests.map((digest) => byDigest.get(digest)).map((row) => row && answerOf(row))
}

/** Who objected to everything objected to this. */
function covering(purpose: Purpose): readonly Purpose[] {
  return purpose === 'all' ? ['all'] : [purpose, 'all']
}

function answerOf({ purpose, ground, createdAtMs, reviewAtMs, requestId }: SuppressionRow): SuppressionAnswer {
  return { purpose, ground, requestId, sinceMs: createdAtMs, reviewAtMs }
}

async function lift(ports: Ports, order: LiftOrder): Promise<{ readonly accounts: readonly string[] }> {
  const { controllerId, identifier, purpose, optedInAtMs, actor } = order
  const digest = suppressionDigest(ports, controllerId, identifier)
  const now = ports.clock.nowMs()
  if (optedInAtMs > now) throw new DsrError('SUBMITTED_IN_FUTURE', 'nobody opted in yet', { field: 'opted_in_time' })
  return ports.store.transact(async (tx) => {
    const [found] = await tx.suppression.find({ controllerId, digest, purpose, liftedAtMs: null })
    const row = found && (await tx.suppression.lock(found.id))
    if (row?.liftedAtMs !== null) throw new DsrError('NOT_FOUND', 'no such suppression')
    // An opt-in of before is what the person took back.
    if (optedInAtMs <= row.createdAtMs)
      throw new DsrError('FIELD_INVALID', 'the person opted in before they objected', { field: 'opted_in_time' })
    await tx.suppression.update(row.id, { liftedAtMs: now })
    await writeJournal(ports, tx, {
      requestId: row.requestId,
      kind: 'suppression.lifted',
      actor,
      detail: { purpose, opted_in_at: new Date(optedInAtMs).toISOString(), evidence: order.evidence },
    })
    return { accounts: row.accounts }
  })
}
