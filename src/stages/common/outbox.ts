import type { AccountId, ConnectorId, ControllerId, RequestId } from '../../domain/ids.ts'
import type { JsonObject } from '../../domain/json.ts'
import { requestStatus } from '../../domain/request.ts'
import type { LegStage, RequestStage } from '../../ports/queue.ts'
import type { LegRow, OutboxRow, RequestRow } from '../../ports/rows.ts'
import type { Ports } from '../../ports/runtime.ts'
import type { Tx } from '../../ports/store.ts'

type Draft = Pick<OutboxRow, 'kind' | 'controllerId' | 'requestId' | 'body'> &
  Partial<Pick<OutboxRow, 'accountId' | 'notBeforeMs'>>

async function insert(ports: Ports, tx: Tx, draft: Draft): Promise<void> {
  await tx.outbox.insert({
    accountId: null,
    notBeforeMs: null,
    ...draft,
    id: ports.random.uuid(),
    createdAtDbMs: await tx.dbNowMs(),
    publishedAtDbMs: null,
    tries: 0,
  })
}

export interface FlowIssue {
  readonly request: RequestRow
  readonly stage: LegStage
  readonly legs: readonly LegRow[]
}

/**
 * Announces one stage of several legs: a gather parent for the coordinator and a child per leg. The legs are marked as issued in
 * the same transaction; the relay admits them by account.
 */
export async function issueFlow(ports: Ports, tx: Tx, { request, stage, legs }: FlowIssue): Promise<void> {
  const now = await tx.dbNowMs()
  for (const leg of legs) {
    await tx.leg.update(leg.id, { stage, issue: leg.issue + 1, issuedAtDbMs: now, nextActionAtMs: dueBy(ports, leg) })
  }
  await insert(ports, tx, {
    kind: 'flow',
    controllerId: request.controllerId,
    requestId: request.id,
    body: {
      stage,
      round: request.round,
      generation: request.generation,
      issue: request.issue + 1,
      legs: legs.map((leg) => leg.id),
    },
  })
  await tx.request.update(request.id, { issue: request.issue + 1 })
}

/** A re-issue never moves a due time: whoever announces again by a fast clock would keep it out of a slow clock's reach for ever. */
function dueBy(ports: Ports, leg: LegRow): number {
  const now = ports.clock.nowMs()
  return Math.min(leg.nextActionAtMs ?? now, now)
}

/** Announces one leg alone: a re-issue, a due look, a resumed leg. */
export async function issueLeg(ports: Ports, tx: Tx, { leg, stage }: { leg: LegRow; stage: LegStage }): Promise<void> {
  await tx.leg.update(leg.id, {
    stage,
    admittedAtDbMs: null,
    issue: leg.issue + 1,
    issuedAtDbMs: await tx.dbNowMs(),
    nextActionAtMs: dueBy(ports, leg),
  })
  await insert(ports, tx, {
    kind: 'leg',
    controllerId: leg.controllerId,
    requestId: leg.requestId,
    accountId: leg.accountId,
    body: { leg: leg.id },
  })
}

/** Asks the coordinator to look at a request. */
export async function issueRequest(
  ports: Ports,
  tx: Tx,
  { request, stage }: { request: RequestRow; stage: RequestStage },
): Promise<void> {
  await tx.request.update(request.id, { issue: request.issue + 1, issuedAtDbMs: await tx.dbNowMs() })
  await insert(ports, tx, {
    kind: 'request',
    controllerId: request.controllerId,
    requestId: request.id,
    body: { stage, round: request.round, generation: request.generation, issue: request.issue + 1 },
  })
}

/** Tells a connector worker that effects of one account and step want sending. */
export async function issueEffects(
  ports: Ports,
  tx: Tx,
  of: {
    leg: Pick<LegRow, 'controllerId' | 'requestId'>
    accountId: AccountId
    connectorId: ConnectorId
    step: string
    notBeforeMs?: number
  },
): Promise<void> {
  await insert(ports, tx, {
    kind: 'effects',
    controllerId: of.leg.controllerId,
    requestId: of.leg.requestId,
    notBeforeMs: of.notBeforeMs ?? null,
    body: { account: of.accountId, connector: of.connectorId, step: of.step },
  })
}

/** Why the owner of a controller is told something. Pages and mails speak users' words for each. */
export type NoticeAbout =
  | 'leg_parked'
  | 'needs_decision'
  | 'needs_approval'
  | 'needs_review'
  | 'plan_expired'
  | 'due_soon'
  | 'overdue'
  | 'not_delivered'
  | 'not_signed'
  | 'suppression_review'

export interface NoticeDraft {
  readonly request: { readonly controllerId: ControllerId; readonly requestId: RequestId } | RequestRow
  readonly about: NoticeAbout
  readonly detail?: JsonObject
}

/** Queues a message to the controller's owner, by mail or webhook; ids and codes only. */
export async function announceNotice(ports: Ports, tx: Tx, { request, about, detail }: NoticeDraft): Promise<void> {
  await insert(ports, tx, {
    kind: 'notice',
    controllerId: request.controllerId,
    requestId: 'requestId' in request ? request.requestId : request.id,
    body: { about, ...detail },
  })
}

/** Queues a signed event to the request's callback URL; ids and states only. */
export async function announceEvent(
  ports: Ports,
  tx: Tx,
  { request, name }: { request: RequestRow; name: string },
): Promise<void> {
  await insert(ports, tx, {
    kind: 'event',
    controllerId: request.controllerId,
    requestId: request.id,
    body: {
      event_id: ports.random.uuid(),
      name,
      state: request.state,
      request_status: requestStatus(request.state),
      result: request.result,
      at: new Date(ports.clock.nowMs()).toISOString(),
    },
  })
}
