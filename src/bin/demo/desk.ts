import type { RequestId } from '../../domain/ids.ts'
import type { Right } from '../../domain/right.ts'
import type { Actor, RecordRow, RequestRow } from '../../ports/rows.ts'
import { receiveRequest } from '../../stages/intake.ts'
import { openRecord, type StoredRecord } from '../../stages/common/sealed.ts'
import type { Role } from './cast.ts'
import type { Installation } from './installation.ts'
import { ANSWERED, see, untilState, type Seen } from './watch.ts'

const PORTAL: Actor = { role: 'portal', id: 'demo-portal' }
export const OPERATOR: Actor = { role: 'ops', id: 'demo-operator' }
const APPROVER: Actor = { role: 'approver', id: 'demo-approver' }

/** A record that somebody has to look at, opened as the pages open it. */
export interface Match {
  readonly row: RecordRow
  readonly record: StoredRecord
}

/** Hands a request in as the support portal does, for somebody who was signed in there. */
export async function ask(installation: Installation, role: Role, right: Right): Promise<RequestRow> {
  const { request } = await receiveRequest(installation.runtime.ports, {
    controllerId: installation.controllerId,
    right,
    mode: 'full',
    capacity: 'controller',
    instructionId: null,
    identities: [{ kind: 'email', value: role.person.email }],
    names: [role.name],
    submittedAtMs: null,
    language: 'en',
    channel: 'portal',
    externalReference: null,
    callbackUrl: null,
    identityCheck: { method: 'account_login', level: 2 },
    actor: PORTAL,
    idempotencyKey: null,
    body: {},
  })
  return request
}

/** The records that wait for somebody to say whose they are. */
export function openMatches(installation: Installation, seen: Seen): readonly Match[] {
  const vault = installation.runtime.ports.vault.open(seen.request)
  return seen.records
    .filter((row) => !row.isCertain && row.decision === null)
    .map((row) => ({ row, record: openRecord(vault, row) }))
}

/** Records of a person who did not ask, by their vendor's own reference. */
export function belongsTo(role: Role, seen: Seen, { row, record }: Match): boolean {
  const accountId = seen.legs.find((leg) => leg.id === row.legId)?.accountId ?? ''
  const refs = role.at.get(accountId)?.refs ?? {}
  return Object.values(refs).some((some) => some.includes(record.ref))
}

/**
 * What the operator of the demo says: the person's own, except what is somebody else's, and what would show somebody else's words
 * to the person.
 */
export async function decideMatches(
  installation: Installation,
  seen: Seen,
  of: { readonly matches: readonly Match[]; readonly stranger?: Role; readonly reason: string },
): Promise<void> {
  const isReading = seen.request.right === 'access' || seen.request.right === 'portability'
  const isAnothers = (match: Match) =>
    (of.stranger !== undefined && isOf(of.stranger, seen, { match, matches: of.matches })) ||
    (isReading && match.row.reason === 'shared_record')
  await installation.commands.decide({
    requestId: seen.request.id,
    actor: OPERATOR,
    reason: of.reason,
    decisions: of.matches.map((match) => ({
      recordId: match.row.id,
      decision: isAnothers(match) ? 'not_subject' : 'subject',
      law: null,
      untilMs: null,
    })),
  })
}

/** A stranger's record, or one that hangs on it. */
export function isOf(
  stranger: Role,
  seen: Seen,
  { match, matches }: { readonly match: Match; readonly matches: readonly Match[] },
): boolean {
  if (belongsTo(stranger, seen, match)) return true
  const parent = matches.find(({ row }) => row.legId === match.row.legId && row.refDigest === match.row.parentRefDigest)
  return parent !== undefined && isOf(stranger, seen, { match: parent, matches })
}

/** Decides until a plan is there, as often as the search asks. */
export async function untilPlanned(installation: Installation, id: RequestId, reason: string): Promise<Seen> {
  const { store } = installation.runtime
  for (;;) {
    const seen = await untilState(store, id, ['awaiting_decision', 'awaiting_approval', 'acting', 'awaiting_review'])
    if (seen.request.state !== 'awaiting_decision') return seen
    await decideMatches(installation, seen, { matches: openMatches(installation, seen), reason })
  }
}

export async function approve(installation: Installation, { request }: Pick<Seen, 'request'>): Promise<RequestRow> {
  return installation.commands.approve({
    requestId: request.id,
    actor: APPROVER,
    reason: null,
    planHash: request.planHash ?? '',
  })
}

/** From the first match to the answer, for a request that only reads. */
export async function untilCopied(installation: Installation, id: RequestId): Promise<Seen> {
  const { store } = installation.runtime
  const planned = await untilPlanned(installation, id, 'the seat is this person’s; a shared note names somebody else')
  if (planned.request.state !== 'awaiting_review') await untilState(store, id, ['awaiting_review'])
  await installation.commands.review({ requestId: id, actor: OPERATOR, reason: 'nothing of other people in it' })
  await untilState(store, id, ANSWERED)
  return see(store, id)
}

/** From the first match to the answer, for an erasure that nobody has to be told about in between. */
export async function untilErased(installation: Installation, id: RequestId): Promise<Seen> {
  const planned = await untilPlanned(installation, id, 'all of it is hers')
  await approve(installation, planned)
  return untilState(installation.runtime.store, id, ANSWERED)
}
