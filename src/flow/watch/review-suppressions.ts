import type { Ports } from '../../ports/runtime.ts'
import { announceNotice } from '../../stages/common/outbox.ts'

const ROWS_A_TURN = 200

/** Tells owners of suppressions whose review date has come, each once: whether one is still needed is for a person to say. */
export async function reviewSuppressions(ports: Ports): Promise<number> {
  return ports.store.transact(async (tx) => {
    const due = await tx.suppression.claim(
      { reviewAtMs: { atMost: ports.clock.nowMs() }, isReviewAnnounced: false, liftedAtMs: null },
      { orderBy: ['reviewAtMs'], limit: ROWS_A_TURN },
    )
    for (const row of due) {
      await tx.suppression.update(row.id, { isReviewAnnounced: true })
      const request = { controllerId: row.controllerId, requestId: row.requestId }
      await announceNotice(ports, tx, { request, about: 'suppression_review', detail: { purpose: row.purpose } })
    }
    return due.length
  })
}
