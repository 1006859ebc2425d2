import { nextLegState, type LegEvent, type ParkReason, type ReturnState } from '../../domain/leg.ts'
import { nextRequestState, type RequestEvent } from '../../domain/request.ts'
import { DsrError, type ErrorCode } from '../../domain/errors.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { Actor, LegRow, RequestRow } from '../../ports/rows.ts'
import type { Ports } from '../../ports/runtime.ts'
import type { Tx } from '../../ports/store.ts'
import { writeJournal } from './journal.ts'
import { announceEvent, announceNotice } from './outbox.ts'
import type { SignedBy } from './signed-by.ts'

type RequestPatch = Partial<Omit<RequestRow, 'id' | 'state'>>
type LegPatch = Partial<Omit<LegRow, 'id' | 'state'>>

export interface RequestMove {
  readonly event: RequestEvent
  readonly patch?: RequestPatch
  readonly actor?: Actor
  readonly detail?: JsonObject
  readonly sealedReason?: Uint8Array
}

/**
 * The only way a request changes its state: by its table, with a journal line and an event for the outside, in one transaction.
 *
 * @param request - the row as locked in this transaction.
 * @throws DsrError `ILLEGAL_TRANSITION`.
 */
export async function moveRequest(
  ports: Ports,
  tx: Tx,
  { request, ...move }: RequestMove & { request: RequestRow },
): Promise<RequestRow> {
  const state = nextRequestState(request.state, move.event)
  const patch = { ...move.patch, state }
  await tx.request.update(request.id, patch)
  await writeJournal(ports, tx, {
    requestId: request.id,
    kind: `request.${move.event}`,
    detail: { from: request.state, to: state, ...move.detail },
    ...(move.actor && { actor: move.actor }),
    ...(move.sealedReason && { sealedReason: move.sealedReason }),
  })
  const moved = { ...request, ...patch }
  if (request.callbackUrl !== null) await announceEvent(ports, tx, { request: moved, name: 'request.state_changed' })
  return moved
}

/** A settled leg is nobody's, in no queue, and has nothing to do. */
const AT_REST = {
  stage: null,
  nextActionAtMs: null,
  issuedAtDbMs: null,
  admittedAtDbMs: null,
  leaseUntilDbMs: null,
  parkedReason: null,
  returnTo: null,
} as const

export interface LegMove {
  readonly event: LegEvent
  readonly patch?: LegPatch
  readonly detail?: JsonObject
  readonly actor?: Actor
  readonly sealedReason?: Uint8Array
}

/** The only way a leg changes its state, like `moveRequest`. */
export async function moveLeg(ports: Ports, tx: Tx, { leg, ...move }: LegMove & { leg: LegRow }): Promise<LegRow> {
  const state = nextLegState(leg.state, move.event)
  const patch = { ...move.patch, ...(state === 'settled' && AT_REST), state }
  await tx.leg.update(leg.id, patch)
  await writeJournal(ports, tx, {
    requestId: leg.requestId,
    legId: leg.id,
    kind: `leg.${move.event}`,
    detail: { account: leg.accountId, from: leg.state, to: state, ...move.detail },
    ...(move.actor && { actor: move.actor }),
    ...(move.sealedReason && { sealedReason: move.sealedReason }),
  })
  return { ...leg, ...patch }
}

export interface Parking {
  readonly leg: LegRow
  readonly reason: ParkReason
  readonly returnTo: ReturnState
  readonly errorCode?: ErrorCode
}

/** Hands a leg to a person: it keeps where it would go on, and its owner is told. */
export async function parkLeg(ports: Ports, tx: Tx, { leg, reason, returnTo, errorCode }: Parking): Promise<LegRow> {
  const parked = await moveLeg(ports, tx, {
    leg,
    event: 'park',
    patch: {
      parkedReason: reason,
      returnTo,
      errorCode: errorCode ?? null,
      nextActionAtMs: null,
      issuedAtDbMs: null,
      admittedAtDbMs: null,
      leaseUntilDbMs: null,
    },
    detail: { reason, ...(errorCode && { code: errorCode }) },
  })
  await announceNotice(ports, tx, { request: leg, about: 'leg_parked', detail: { account: leg.accountId, reason } })
  return parked
}

/** Leads a parked leg back to where it stood, on a person's order. */
export async function resumeLeg(
  ports: Ports,
  tx: Tx,
  { leg, by, patch }: { leg: LegRow; by: SignedBy; patch?: LegPatch },
): Promise<LegRow> {
  if (leg.state !== 'parked' || leg.returnTo === null) throw new DsrError('ILLEGAL_TRANSITION', 'the leg is not parked')
  const back = {
    ...patch,
    state: leg.returnTo,
    parkedReason: null,
    returnTo: null,
    errorCode: null,
    tries: 0,
    failingSinceMs: null,
  }
  await tx.leg.update(leg.id, back)
  await writeJournal(ports, tx, {
    requestId: leg.requestId,
    legId: leg.id,
    kind: 'leg.resumed',
    ...by,
    detail: { account: leg.accountId, reason: leg.parkedReason, to: leg.returnTo },
  })
  return { ...leg, ...back }
}
