import { startDiscovery } from './common/discovery.ts'
import { writeJournal } from './common/journal.ts'
import { instantText } from '../ledger/shape.ts'
import { logEvent } from './common/leaf.ts'
import { codeOf, RULE_SET } from './common/rule-set.ts'
import { moveRequest } from './common/moves.ts'
import { announceNotice } from './common/outbox.ts'
import { sealIntake } from './common/sealed.ts'
import type { SignedBy } from './common/signed-by.ts'
import { jcsBytes } from '../crypto/canonical.ts'
import { sha256Hex } from '../crypto/digest.ts'
import { dueAt } from '../domain/deadline.ts'
import { DsrError } from '../domain/errors.ts'
import { identifierKey, normaliseIdentifier, type Identifier, type IdentifierKind } from '../domain/identifier.ts'
import { requestId, type ControllerId, type RequestId } from '../domain/ids.ts'
import type { JsonValue } from '../domain/json.ts'
import type { Right } from '../domain/right.ts'
import type { Correction, Purpose, Wish } from '../domain/wish.ts'
import type { Actor, IdempotencyRow, RequestRow } from '../ports/rows.ts'
import type { Policy, Ports, RequestVault } from '../ports/runtime.ts'
import type { Tx } from '../ports/store.ts'

// A clock that runs a little fast on the caller's side is not a lie.
const SUBMITTED_SKEW_MS = 5 * 60_000
const MOST_IDENTIFIERS = 50
const IDEMPOTENCY_KEPT_MS = 400 * 24 * 3600_000

/** What the portal hands in, already parsed: shapes are right, meanings are checked here. */
export interface IntakeForm {
  readonly controllerId: ControllerId
  readonly right: Right
  readonly mode: 'full' | 'plan'
  readonly capacity: 'controller' | 'processor'
  readonly instructionId: string | null
  readonly identities: readonly { readonly kind: IdentifierKind; readonly value: string }[]
  /** Names the person goes by; they only help to weigh matches. */
  readonly names: readonly string[]
  /** For rectification: what is right. */
  readonly corrections?: readonly Correction[]
  /** For objection: what to. */
  readonly purposes?: readonly Purpose[]
  readonly submittedAtMs: number | null
  readonly language: 'nl' | 'fr' | 'en'
  readonly channel: string
  readonly externalReference: string | null
  readonly callbackUrl: string | null
  /** How the caller says that it knows the person; null when it does not. */
  readonly identityCheck: { readonly method: string; readonly level: number } | null
  readonly actor: Actor
  readonly idempotencyKey: string | null
  /** The parsed body, only to see whether a repeated key carries the same one. */
  readonly body: JsonValue
}

export interface Receipt {
  readonly request: RequestRow
  /** True when the Idempotency-Key had been used with the same body: nothing was created. */
  readonly isRepeat: boolean
}

/**
 * Takes a request in: validates, recognises a repeated call, starts the clock of the law, and starts discovery when the identity
 * check is one that the policy accepts. When it returns, the request cannot be lost.
 *
 * @throws DsrError `RIGHT_UNSUPPORTED`, `IDENTIFIER_MISSING`, `IDENTIFIER_INVALID`, `SUBMITTED_IN_FUTURE`,
 *   `IDEMPOTENCY_CONFLICT` (same key, other body), `NOT_FOUND` (controller).
 */
export async function receiveRequest(ports: Ports, form: IntakeForm): Promise<Receipt> {
  const policy = ports.policies.of(form.controllerId)
  const identifiers = validIdentifiers(form)
  const now = ports.clock.nowMs()
  if (form.submittedAtMs !== null && form.submittedAtMs > now + SUBMITTED_SKEW_MS) {
    throw new DsrError('SUBMITTED_IN_FUTURE', 'submitted_time lies in the future', { field: 'submitted_time' })
  }
  requireSupport(ports, form)
  requireWish(form)
  const draft = draftRequest(ports, policy, form)
  const vault = ports.vault.open(draft)
  return ports.store.transact(async (tx) => {
    const earlier = await findRepeat(ports, tx, { form, newId: draft.id })
    if (earlier) return { request: earlier, isRepeat: true }
    const duplicateOf = await findDuplicate(ports, tx, { form, identifiers })
    const sealedIntake = sealIntake(vault, { names: form.names, ...wishOf(form) })
    const row = { ...draft, duplicateOf, sealedIntake }
    await tx.request.insert(row)
    await insertIdentifiers(ports, tx, { request: row, vault, identifiers })
    await writeJournal(ports, tx, {
      requestId: row.id,
      actor: form.actor,
      kind: 'request.received',
      detail: { right: row.right, due_date: row.dueDate, channel: row.channel, duplicate_of: duplicateOf },
    })
    await logReceived(ports, tx, { request: row, commitments: identifiers.map((one) => vault.commitment(one)) })
    return { request: await openTheGate(ports, tx, { row, policy, form }), isRepeat: false }
  })
}

/** What the receipt says, and the log: that it came, when, what was asked, and until when it is to be answered. */
async function logReceived(
  ports: Ports,
  tx: Tx,
  { request, commitments }: { readonly request: RequestRow; readonly commitments: readonly string[] },
): Promise<void> {
  await logEvent(ports, tx, {
    request,
    kind: 'received',
    facts: {
      action: request.right,
      received_at: instantText(request.receivedAtMs, 'at'),
      due_at: instantText(request.dueAtMs, 'at'),
      rule_set: RULE_SET,
      channel: request.channel,
      subject_commitments: commitments,
    },
  })
  if (request.capacity === 'processor' && request.instructionId !== null) {
    const facts = { instruction: codeOf(request.instructionId), action: request.right }
    await logEvent(ports, tx, { request, kind: 'instruction', facts })
  }
}

function validIdentifiers(form: IntakeForm): readonly Identifier[] {
  if (form.identities.length === 0) {
    throw new DsrError('IDENTIFIER_MISSING', 'at least one identifier is needed', { field: 'subject_identities' })
  }
  if (form.identities.length > MOST_IDENTIFIERS) {
    throw new DsrError('LIMIT_REACHED', `at most ${MOST_IDENTIFIERS} identifiers`, { field: 'subject_identities' })
  }
  const byKey = new Map(
    form.identities.map((one) => normaliseIdentifier(one.kind, one.value)).map((one) => [identifierKey(one), one]),
  )
  return [...byKey.values()]
}

function requireSupport(ports: Ports, form: IntakeForm): void {
  const accounts = ports.accounts.of(form.controllerId)
  if (!accounts.some((account) => account.connector.manifest.rights.includes(form.right))) {
    throw new DsrError('RIGHT_UNSUPPORTED', 'no connected system supports this right yet', { field: 'right' })
  }
}

function wishOf({ corrections = [], purposes = [] }: IntakeForm): Wish {
  return { corrections, purposes }
}

/** A correction without a value and an objection without a purpose would end as a success that changed nothing. */
function requireWish(form: IntakeForm): void {
  const { corrections, purposes } = wishOf(form)
  if ((form.right === 'rectification') !== corrections.length > 0) {
    throw new DsrError('FIELD_INVALID', 'corrections belong to a rectification, and it needs one', {
      field: 'corrections',
    })
  }
  if ((form.right === 'objection') !== purposes.length > 0) {
    throw new DsrError('FIELD_INVALID', 'purposes belong to an objection, and it needs one', { field: 'purposes' })
  }
}

function draftRequest(ports: Ports, policy: Policy, form: IntakeForm): RequestRow {
  const now = ports.clock.nowMs()
  // The month runs from receipt through an official channel; the portal's submitted_time is that receipt (standards.md §3.1).
  const receivedAtMs = Math.min(form.submittedAtMs ?? now, now)
  const due = dueAt(receivedAtMs, { timeZone: policy.timeZone, country: policy.country })
  return {
    id: requestId(ports.random.uuid()),
    controllerId: form.controllerId,
    right: form.right,
    mode: form.mode,
    state: 'received',
    capacity: form.capacity,
    instructionId: form.instructionId,
    language: form.language,
    channel: form.channel,
    externalReference: form.externalReference,
    callbackUrl: form.callbackUrl,
    createdBy: form.actor,
    duplicateOf: null,
    submittedAtMs: form.submittedAtMs,
    receivedAtMs,
    dueAtMs: due.dueAtMs,
    dueDate: due.dueDate,
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
    ...ports.vault.createKey(),
    nextActionAtMs: null,
    issuedAtDbMs: null,
    issue: 0,
    remindedDays: null,
    delivery: null,
    answeredAtMs: null,
    closedAtMs: null,
  }
}

async function findRepeat(
  ports: Ports,
  tx: Tx,
  { form, newId }: { form: IntakeForm; newId: RequestId },
): Promise<RequestRow | undefined> {
  if (form.idempotencyKey === null) return undefined
  const row: IdempotencyRow = {
    id: ports.random.uuid(),
    controllerId: form.controllerId,
    keyDigest: ports.vault.lookupDigest(form.controllerId, 'idempotency', form.idempotencyKey),
    bodyDigest: ports.vault.lookupDigest(form.controllerId, 'body', sha256Hex(jcsBytes(form.body))),
    requestId: newId,
    expiresAtMs: ports.clock.nowMs() + IDEMPOTENCY_KEPT_MS,
  }
  if (await tx.idempotency.insertNew(row)) return undefined
  const [earlier] = await tx.idempotency.find({ controllerId: row.controllerId, keyDigest: row.keyDigest })
  if (earlier?.bodyDigest !== row.bodyDigest) {
    throw new DsrError('IDEMPOTENCY_CONFLICT', 'this Idempotency-Key was used with another body', {
      field: 'Idempotency-Key',
    })
  }
  return tx.request.get(earlier.requestId)
}

async function findDuplicate(
  ports: Ports,
  tx: Tx,
  { form, identifiers }: { form: IntakeForm; identifiers: readonly Identifier[] },
): Promise<RequestId | null> {
  const digests = identifiers.map((one) => lookupOf(ports, form.controllerId, one))
  const rows = await tx.identifier.find({ lookupDigest: { in: digests } })
  if (rows.length === 0) return null
  const requests = await tx.request.find({
    id: { in: rows.map((row) => row.requestId) },
    controllerId: form.controllerId,
    right: form.right,
    state: {
      in: [
        'received',
        'awaiting_identity',
        'discovering',
        'awaiting_decision',
        'awaiting_approval',
        'acting',
        'plan_expired',
      ],
    },
  })
  return requests[0]?.id ?? null
}

function lookupOf(ports: Ports, controllerId: ControllerId, identifier: Identifier): string {
  return ports.vault.lookupDigest(controllerId, 'duplicate', identifierKey(identifier))
}

async function insertIdentifiers(
  ports: Ports,
  tx: Tx,
  of: { request: RequestRow; vault: RequestVault; identifiers: readonly Identifier[] },
): Promise<void> {
  for (const identifier of of.identifiers) {
    await tx.identifier.insertNew({
      id: ports.random.uuid(),
      requestId: of.request.id,
      kind: identifier.kind,
      digest: of.vault.digest('identifier', identifierKey(identifier)),
      lookupDigest: lookupOf(ports, of.request.controllerId, identifier),
      sealedValue: of.vault.seal(identifier.value, 'identifier'),
      source: 'intake',
      legId: null,
      isCertain: true,
      reason: null,
      round: 1,
      planVersion: null,
    })
  }
}

async function openTheGate(
  ports: Ports,
  tx: Tx,
  { row, policy, form }: { row: RequestRow; policy: Policy; form: IntakeForm },
): Promise<RequestRow> {
  const check = form.identityCheck
  const accepted = policy.byRight[form.right].identity
  // A document is looked at by a person, with a reason: none came with the form.
  if (check === null || check.method === 'document' || !accepted.includes(check.method)) {
    const waiting = await moveRequest(ports, tx, { request: row, event: 'identity_needed' })
    await announceNotice(ports, tx, { request: row, about: 'needs_decision', detail: { what: 'identity' } })
    return waiting
  }
  return acceptIdentity(ports, tx, { request: row, check, by: { actor: form.actor } })
}

/** Records the identity check and starts discovery, in the caller's transaction. */
export async function acceptIdentity(
  ports: Ports,
  tx: Tx,
  of: { request: RequestRow; check: { method: string; level: number }; by: SignedBy },
): Promise<RequestRow> {
  const identityCheck = { ...of.check, assertedBy: of.by.actor, atMs: ports.clock.nowMs() }
  const moved = await moveRequest(ports, tx, {
    request: of.request,
    event: 'identity_accepted',
    patch: { identityCheck },
    ...of.by,
    detail: { method: of.check.method, level: of.check.level },
  })
  await logEvent(ports, tx, {
    request: moved,
    kind: 'identity_verified',
    facts: { method: of.check.method, level: String(of.check.level) },
  })
  return startDiscovery(ports, tx, moved)
}
