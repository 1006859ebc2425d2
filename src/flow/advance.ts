import { isDsrError, type DsrError } from '../domain/errors.ts'
import type { RequestId } from '../domain/ids.ts'
import type { RequestRow } from '../ports/rows.ts'
import type { Ports } from '../ports/runtime.ts'
import { advanceActing } from '../stages/act.ts'
import { closeWhenOver, startAnswer } from '../stages/answer.ts'
import { advanceDiscovery } from '../stages/discover.ts'
import { advancePlan } from '../stages/plan.ts'
import { writeJournal } from '../stages/common/journal.ts'
import { announceNotice } from '../stages/common/outbox.ts'
import { finishRechecks, unsealedGenerations } from '../stages/recheck.ts'
import { sealGeneration } from '../stages/seal.ts'

// No request passes more stages in one go than there are.
const MOST_STEPS = 12

/**
 * Advances a request as far as it goes now. Gather parents, last legs and the watchdog all call it, in any order and any number of
 * times: it locks the request, counts legs in Postgres and takes the step that the state allows, or none.
 */
export async function advance(ports: Ports, id: RequestId): Promise<void> {
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const { request, isMoved } = await takeStep(ports, id)
    if (!request) return
    if (request.state === 'sealing') {
      await sealAndAnswer(ports, request)
      return
    }
    if (request.state === 'answered' || request.state === 'closed') {
      await sealSequels(ports, request)
      return
    }
    if (!isMoved) return
  }
}

async function takeStep(ports: Ports, id: RequestId): Promise<{ request: RequestRow | undefined; isMoved: boolean }> {
  return ports.store.transact(async (tx) => {
    const request = await tx.request.lock(id)
    if (!request) return { request: undefined, isMoved: false }
    await tx.request.update(id, { issuedAtDbMs: null })
    switch (request.state) {
      case 'discovering': {
        const step = await advanceDiscovery(ports, tx, request)
        if (step === 'over') await advancePlan(ports, tx, request)
        return { request: await tx.request.get(id), isMoved: step === 'over' }
      }
      case 'awaiting_approval':
      case 'acting': {
        const step = await advanceActing(ports, tx, request)
        return { request: await tx.request.get(id), isMoved: step === 'moved' }
      }
      case 'sealing':
      case 'answered':
      case 'closed':
        // Sealing takes its time: while it does, the watchdog sees a job that is out.
        await tx.request.update(id, { issuedAtDbMs: await tx.dbNowMs() })
        return { request, isMoved: false }
      case 'received':
      case 'awaiting_identity':
      case 'awaiting_decision':
      case 'awaiting_review':
      case 'plan_expired':
      case 'refused':
      case 'withdrawn':
        // These wait for a person or are over.
        await tx.request.update(id, { nextActionAtMs: null })
        return { request, isMoved: false }
    }
  })
}

async function sealAndAnswer(ports: Ports, request: RequestRow): Promise<void> {
  try {
    await sealGeneration(ports, request, 0)
  } catch (error) {
    if (isDsrError(error, 'FIELD_INVALID')) await tellUnsigned(ports, request, error)
    throw error
  }
  await ports.store.transact(async (tx) => {
    const row = await tx.request.lock(request.id)
    if (row?.state === 'sealing') await startAnswer(ports, tx, row)
    await tx.request.update(request.id, { issuedAtDbMs: null, nextActionAtMs: null })
  })
}

async function sealSequels(ports: Ports, request: RequestRow): Promise<void> {
  const generations = await ports.store.transact(async (tx) => unsealedGenerations(tx, request))
  for (const generation of generations) {
    await sealGeneration(ports, request, generation)
    await ports.store.transact(async (tx) => {
      const row = await tx.request.lock(request.id)
      if (!row) return
      await finishRechecks(tx, row, generation)
      if (row.state === 'answered') await closeWhenOver(ports, tx, row)
    })
  }
  await ports.store.transact(async (tx) => tx.request.update(request.id, { issuedAtDbMs: null }))
}

/** A record that may not be signed is no passing fault: the owner is told once, while the watchdog goes on trying. */
async function tellUnsigned(ports: Ports, request: RequestRow, { code, field }: DsrError): Promise<void> {
  await ports.store.transact(async (tx) => {
    const told = await tx.journal.count({ requestId: request.id, kind: 'record.refused' })
    if (told > 0) return
    await writeJournal(ports, tx, {
      requestId: request.id,
      kind: 'record.refused',
      detail: { code, field: field ?? null },
    })
    await announceNotice(ports, tx, { request, about: 'not_signed', detail: { code } })
  })
}
