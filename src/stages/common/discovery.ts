import type { LegRow, RequestRow } from '../../ports/rows.ts'
import type { Ports } from '../../ports/runtime.ts'
import type { Tx } from '../../ports/store.ts'
import { connectorId, legId } from '../../domain/ids.ts'
import { issueFlow } from './outbox.ts'

/** How often newly learned identifiers may start another round (design §3). */
export const MOST_ROUNDS = 3

/** Creates a leg per account and announces the first discovery round. The request is already `discovering`. */
export async function startDiscovery(ports: Ports, tx: Tx, request: RequestRow): Promise<RequestRow> {
  const first = { ...request, round: 1 }
  await tx.request.update(request.id, { round: 1 })
  const legs: LegRow[] = []
  for (const account of ports.accounts.of(request.controllerId)) {
    const place = { accountId: account.id, connectorId: connectorId(account.connector.manifest.id), wave: account.wave }
    const leg = newLeg(ports, first, { ...place, generation: 0 })
    await tx.leg.insert(leg)
    legs.push(leg)
  }
  await issueFlow(ports, tx, { request: first, stage: 'discover', legs })
  return { ...first, issue: first.issue + 1 }
}

/** A fresh leg of a request at an account, waiting for its first search. */
export function newLeg(
  ports: Ports,
  request: RequestRow,
  of: Pick<LegRow, 'accountId' | 'connectorId' | 'wave' | 'generation'>,
): LegRow {
  return {
    id: legId(ports.random.uuid()),
    requestId: request.id,
    controllerId: request.controllerId,
    accountId: of.accountId,
    connectorId: of.connectorId,
    generation: of.generation,
    wave: of.wave,
    state: 'open',
    parkedReason: null,
    returnTo: null,
    stage: 'discover',
    round: request.round,
    epoch: 0,
    leaseUntilDbMs: null,
    nextActionAtMs: ports.clock.nowMs(),
    issuedAtDbMs: null,
    admittedAtDbMs: null,
    issue: 0,
    tries: 0,
    errorCode: null,
    failingSinceMs: null,
    looks: 0,
    absences: 0,
    attempts: 0,
    parts: [],
    readbacks: [],
    unavailable: [],
    searchedAtMs: null,
    firstAtMs: null,
    lastAtMs: null,
  }
}
