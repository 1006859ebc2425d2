import type { AccountId, RequestId } from '../../domain/ids.ts'
import type { RecheckRow } from '../../ports/rows.ts'
import type { Ports } from '../../ports/runtime.ts'
import type { Tx } from '../../ports/store.ts'

export interface RecheckOrder {
  readonly requestId: RequestId
  readonly accountId: AccountId
  readonly why: RecheckRow['why']
  readonly dueAtMs: number
}

/**
 * Promises another look at an account. One that is due there already is brought forward instead: what it finds makes its own
 * promises again. The generation is given when it starts, so that a generation is complete from its first moment.
 */
export async function promiseRecheck(ports: Ports, tx: Tx, order: RecheckOrder): Promise<void> {
  const { requestId, accountId, why, dueAtMs } = order
  const rows = await tx.recheck.find({ requestId, accountId }, { orderBy: ['-generation'] })
  const due = rows.find((row) => row.state === 'due')
  if (due) {
    if (dueAtMs < due.dueAtMs) await tx.recheck.update(due.id, { dueAtMs, why })
    return
  }
  const request = await tx.request.get(requestId)
  const generation = Math.max(request?.generation ?? 0, rows[0]?.generation ?? 0) + 1
  await tx.recheck.insertNew({ id: ports.random.uuid(), requestId, accountId, generation, why, dueAtMs, state: 'due' })
}
