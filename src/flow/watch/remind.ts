import { isFinal, type RequestState } from '../../domain/request.ts'
import { statesOf } from '../../domain/state-table.ts'
import { REQUEST_TABLE } from '../../domain/request.ts'
import type { RequestRow } from '../../ports/rows.ts'
import type { Ports } from '../../ports/runtime.ts'
import { announceNotice } from '../../stages/common/outbox.ts'

const DAY_MS = 24 * 3600_000
/** Days before due on which the owner is told, and 0: once it is late. The latest that applies is told, not all before it. */
const STEPS = [0, 1, 5, 10] as const
const ROWS_A_TURN = 200

const UNANSWERED: readonly RequestState[] = statesOf(REQUEST_TABLE).filter(
  (state) => !isFinal(state) && state !== 'answered',
)

/** Tells owners what is due in ten, five and one days, and what is late; each step once. */
export async function remindOwners(ports: Ports): Promise<number> {
  let told = 0
  for (const days of STEPS) told += await remind(ports, days)
  return told
}

async function remind(ports: Ports, days: number): Promise<number> {
  return ports.store.transact(async (tx) => {
    const near = await tx.request.claim(
      {
        dueAtMs: { atMost: ports.clock.nowMs() + days * DAY_MS },
        state: { in: UNANSWERED },
        remindedDays: stepsBefore(days),
      },
      { orderBy: ['dueAtMs'], limit: ROWS_A_TURN },
    )
    for (const request of near) {
      await tx.request.update(request.id, { remindedDays: days })
      await announceNotice(ports, tx, {
        request,
        about: days === 0 ? 'overdue' : 'due_soon',
        detail: { days, due_date: request.dueDate },
      })
    }
    return near.length
  })
}

function stepsBefore(days: number): { readonly in: readonly RequestRow['remindedDays'][] } {
  return { in: [null, ...STEPS.filter((step) => step > days)] }
}
