import { randomUUID } from 'node:crypto'
import { accountId, connectorId, controllerId, effectId, legId, requestId } from '../../src/domain/ids.ts'
import type { EffectRow, IdentifierRow, JournalRow, LegRow, OutboxRow, RequestRow } from '../../src/ports/rows.ts'

/** Rows with something in every kind of column; a test names only what it is about. */
export function requestRow(patch: Partial<RequestRow> = {}): RequestRow {
  return {
    id: requestId(randomUUID()),
    controllerId: controllerId('cooperlink'),
    right: 'erasure',
    mode: 'full',
    state: 'received',
    capacity: 'controller',
    instructionId: null,
    language: 'nl',
    channel: 'portal',
    externalReference: null,
    duplicateOf: null,
    callbackUrl: null,
    createdBy: { role: 'portal', id: 'key-1' },
    submittedAtMs: null,
    receivedAtMs: 1_790_000_000_000,
    dueAtMs: 1_792_000_000_000,
    dueDate: '2026-10-15',
    identityCheck: null,
    round: 0,
    generation: 0,
    wave: 0,
    planVersion: 0,
    planHash: null,
    approval: null,
    nextApproval: null,
    heldBy: null,
    result: null,
    sealedIntake: null,
    wrappedKey: Uint8Array.of(0, 1, 254, 255),
    masterKeyId: 'master-1',
    nextActionAtMs: null,
    issuedAtDbMs: null,
    issue: 0,
    remindedDays: null,
    delivery: null,
    answeredAtMs: null,
    closedAtMs: null,
    ...patch,
  }
}

export function legRow(patch: Partial<LegRow> = {}): LegRow {
  return {
    id: legId(randomUUID()),
    requestId: requestId(randomUUID()),
    controllerId: controllerId('cooperlink'),
    accountId: accountId('hubspot-main'),
    connectorId: connectorId('hubspot'),
    generation: 0,
    wave: 0,
    state: 'open',
    parkedReason: null,
    returnTo: null,
    stage: 'discover',
    round: 1,
    epoch: 0,
    leaseUntilDbMs: null,
    nextActionAtMs: null,
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
    ...patch,
  }
}

export function effectRow(patch: Partial<EffectRow> = {}): EffectRow {
  return {
    id: effectId(randomUUID()),
    requestId: requestId(randomUUID()),
    legId: legId(randomUUID()),
    accountId: accountId('hubspot-main'),
    connectorId: connectorId('hubspot'),
    right: 'erasure',
    generation: 0,
    step: 'delete-contact',
    part: 'contact',
    targetDigest: randomUUID(),
    sealedTarget: Uint8Array.of(7),
    after: ['export-contact'],
    isReleased: true,
    state: 'ready',
    wasAlready: false,
    batchCap: null,
    callId: null,
    sealedJobRef: null,
    finishesByMs: null,
    tries: 0,
    errorCode: null,
    readyAtMs: 1_790_000_000_000,
    nextActionAtMs: null,
    settledAtMs: null,
    ...patch,
  }
}

export function journalRow(patch: Partial<JournalRow> = {}): JournalRow {
  return {
    id: randomUUID(),
    seq: 0,
    requestId: requestId(randomUUID()),
    legId: null,
    atMs: 1_790_000_000_000,
    actor: { role: 'system', id: 'system' },
    kind: 'request.received',
    detail: { right: 'erasure' },
    sealedReason: null,
    ...patch,
  }
}

export function identifierRow(patch: Partial<IdentifierRow> = {}): IdentifierRow {
  return {
    id: randomUUID(),
    requestId: requestId(randomUUID()),
    kind: 'email',
    digest: randomUUID(),
    lookupDigest: null,
    sealedValue: Uint8Array.of(9),
    source: 'intake',
    legId: null,
    isCertain: true,
    reason: null,
    round: 1,
    planVersion: null,
    ...patch,
  }
}

export function outboxRow(patch: Partial<OutboxRow> = {}): OutboxRow {
  return {
    id: randomUUID(),
    kind: 'leg',
    controllerId: controllerId('cooperlink'),
    requestId: null,
    accountId: null,
    body: { legId: 'leg-1' },
    createdAtDbMs: 1_790_000_000_000,
    publishedAtDbMs: null,
    tries: 0,
    notBeforeMs: null,
    ...patch,
  }
}
