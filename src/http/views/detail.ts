import type { LegId } from '../../domain/ids.ts'
import { worstOutcome, type Outcome } from '../../domain/outcome.ts'
import type {
  IdentifierRow,
  JournalRow,
  LegRow,
  PlanRow,
  RecheckRow,
  RecordRow,
  RequestRow,
  SealRow,
} from '../../ports/rows.ts'
import type { Accounts } from '../../ports/runtime.ts'
import type { Tx } from '../../ports/store.ts'
import type { RequestDetail } from '../wire/answers.ts'
import { isoOf } from '../wire/common.ts'
import { clockOf } from './clock.ts'
import type { ComparedFact } from './facts.ts'
import { comparedMatch, knownPerson } from './matches.ts'
import { openReason, type People } from './people.ts'
import { summaryOf } from './summary.ts'
import { timelineOf } from './timeline.ts'

type FactAnswer = NonNullable<RequestDetail['candidates'][number]['facts']>[number]

const MOST_EVENTS = 1000
const MOST_CANDIDATES = 500
const MOST_CERTAIN = 200

export interface FoundPart {
  readonly part: string
  readonly count: number
}

/** Changes that a system confirmed, of all that it was or will be asked for. */
export interface Progress {
  readonly done: number
  readonly all: number
}

/** Everything that a request's view is made of, read in one transaction. */
export interface DetailRows {
  readonly request: RequestRow
  readonly legs: readonly LegRow[]
  readonly candidates: readonly RecordRow[]
  /** Some records that are certainly the person's, to hold uncertain ones against; none when nothing is uncertain. */
  readonly certain: readonly RecordRow[]
  readonly identifiers: readonly IdentifierRow[]
  readonly journal: readonly JournalRow[]
  readonly rechecks: readonly RecheckRow[]
  readonly plan: PlanRow | undefined
  /** What a search found at systems that were not acted on yet, by leg and part. */
  readonly found: ReadonlyMap<LegId, readonly FoundPart[]>
  /** How far the systems are that are being worked on. */
  readonly progress: ReadonlyMap<LegId, Progress>
  readonly seal: SealRow | undefined
}

export async function readDetail(tx: Tx, request: RequestRow): Promise<DetailRows> {
  const [plan] = await tx.plan.find({ requestId: request.id, version: request.planVersion })
  const seals = await tx.seal.find({ requestId: request.id }, { orderBy: ['generation'] })
  const legs = await tx.leg.find({ requestId: request.id }, { orderBy: ['generation', 'accountId'] })
  const candidates = await tx.record.find(
    { requestId: request.id, isCertain: false, decision: null },
    { orderBy: ['legId'], limit: MOST_CANDIDATES },
  )
  const isOpen = candidates.length > 0
  return {
    request,
    legs,
    found: await readFound(tx, legs),
    progress: await readProgress(tx, legs),
    candidates,
    certain: isOpen ? await tx.record.find({ requestId: request.id, isCertain: true }, { limit: MOST_CERTAIN }) : [],
    identifiers: await tx.identifier.find({ requestId: request.id }, { orderBy: ['round', 'id'] }),
    // The newest are what people look for.
    journal: timelineOf(await tx.journal.find({ requestId: request.id }, { orderBy: ['-seq'], limit: MOST_EVENTS })),
    rechecks: await tx.recheck.find({ requestId: request.id }, { orderBy: ['dueAtMs'] }),
    plan,
    seal: seals.at(-1),
  }
}

/** A leg's own counts begin with acting; until then its records are counted. */
async function readFound(tx: Tx, legs: readonly LegRow[]): Promise<DetailRows['found']> {
  const searched = legs.filter(
    (leg) =>
      leg.state !== 'settled' &&
      leg.parts.every((part) => part.counts.found === 0 && part.outcome.kind === 'nothing_found'),
  )
  const found = new Map<LegId, readonly FoundPart[]>()
  for (const leg of searched) {
    const parts = await tx.record.countBy('part', { legId: leg.id, round: leg.round })
    found.set(
      leg.id,
      parts.map(({ value, count }) => ({ part: value, count })),
    )
  }
  return found
}

async function readProgress(tx: Tx, legs: readonly LegRow[]): Promise<DetailRows['progress']> {
  const progress = new Map<LegId, Progress>()
  for (const leg of legs.filter((one) => one.state === 'acting')) {
    const counts = await tx.effect.countBy('state', { legId: leg.id, generation: leg.generation })
    const all = counts.reduce((sum, { count }) => sum + count, 0)
    if (all > 0) progress.set(leg.id, { done: counts.find(({ value }) => value === 'done')?.count ?? 0, all })
  }
  return progress
}

/** @param people - given for roles that may read people's words and labels. */
export function detailOf(
  rows: DetailRows,
  of: { readonly accounts: Accounts; readonly nowMs: number; readonly people: People | undefined },
): RequestDetail {
  const { request } = rows
  return {
    ...summaryOf(request, { legs: rows.legs, nowMs: of.nowMs }),
    clock: clockAnswer(request, of.nowMs),
    duplicate_of: request.duplicateOf,
    identity_check: identityAnswer(request),
    plan: rows.plan ? { version: rows.plan.version, plan_hash: rows.plan.hash } : null,
    approval: approvalAnswer(request),
    delivery: request.delivery && {
      channel: request.delivery.channel,
      result: request.delivery.result,
      time: isoOf(request.delivery.atMs),
    },
    legs: rows.legs.map((leg) =>
      legAnswer(leg, { accounts: of.accounts, found: rows.found.get(leg.id), progress: rows.progress.get(leg.id) }),
    ),
    candidates: candidateAnswers(rows, of.people),
    rechecks: rows.rechecks.map((row) => ({
      account_id: row.accountId,
      due_time: isoOf(row.dueAtMs),
      why: row.why,
      state: row.state,
    })),
    record: rows.seal
      ? {
          sequence: rows.seal.generation + 1,
          sha256: rows.seal.recordSha256,
          sealed_time: isoOf(rows.seal.sealedAtMs),
        }
      : null,
    timeline: rows.journal.map((line) => eventAnswer(line, of.people)),
    is_timeline_cut: rows.journal.length === MOST_EVENTS,
  }
}

function clockAnswer(request: RequestRow, nowMs: number): RequestDetail['clock'] {
  const { daysLeft, isLate } = clockOf(request, nowMs)
  return {
    submitted_time: isoOf(request.submittedAtMs),
    received_time: isoOf(request.receivedAtMs),
    due_time: isoOf(request.dueAtMs),
    due_date: request.dueDate,
    days_left: daysLeft,
    is_late: isLate,
    answered_time: isoOf(request.answeredAtMs),
    closed_time: isoOf(request.closedAtMs),
  }
}

function identityAnswer({ identityCheck: check }: RequestRow): RequestDetail['identity_check'] {
  return (
    check && {
      method: check.method,
      level: check.level,
      by: `${check.assertedBy.role}:${check.assertedBy.id}`,
      time: isoOf(check.atMs),
    }
  )
}

function approvalAnswer({ approval }: RequestRow): RequestDetail['approval'] {
  return (
    approval && {
      by: `${approval.by.role}:${approval.by.id}`,
      plan_hash: approval.planHash,
      time: isoOf(approval.atMs),
      expires_time: isoOf(approval.expiresAtMs),
      act_not_before: isoOf(approval.actNotBeforeMs),
    }
  )
}

interface LegSource {
  readonly accounts: Accounts
  /** Given for a leg that was not acted on yet: what its search found. */
  readonly found: readonly FoundPart[] | undefined
  readonly progress: Progress | undefined
}

function legAnswer(leg: LegRow, { accounts, found, progress }: LegSource): RequestDetail['legs'][number] {
  const manifest = accounts.get(leg.accountId)?.connector.manifest
  const isOver = leg.state === 'settled' && leg.parts.length > 0
  return {
    leg_id: leg.id,
    account_id: leg.accountId,
    connector: leg.connectorId,
    title: manifest?.title ?? leg.connectorId,
    generation: leg.generation,
    state: leg.state,
    progress: progress ?? null,
    outcome: isOver ? outcomeAnswer(worstOutcome(leg.parts.map((one) => one.outcome))) : null,
    parts: leg.parts.map((one) => ({
      part: one.part,
      title: manifest?.depth.find((row) => row.part === one.part)?.title ?? one.part,
      // Before anything was done nothing has ended: what stands there is only what the search found.
      outcome: found === undefined ? outcomeAnswer(one.outcome) : null,
      counts: { ...one.counts, ...(found && { found: found.find(({ part }) => part === one.part)?.count ?? 0 }) },
    })),
    parked: leg.parkedReason === null ? null : { reason: leg.parkedReason, code: leg.errorCode },
    looked_again: leg.readbacks.map((one) => ({
      query_class: one.queryClass,
      result: one.result,
      time: isoOf(one.atMs),
    })),
    searched_time: isoOf(leg.searchedAtMs),
    next_action_time: isoOf(leg.nextActionAtMs),
  }
}

function outcomeAnswer(outcome: Outcome): NonNullable<RequestDetail['legs'][number]['outcome']> {
  switch (outcome.kind) {
    case 'retained':
      return { kind: outcome.kind, law: outcome.law, until: isoOf(outcome.untilMs) }
    case 'accepted':
      return { kind: outcome.kind, finishes_by: isoOf(outcome.finishesByMs) }
    case 'unverifiable':
    case 'not_supported':
    case 'not_done':
      return { kind: outcome.kind, why: outcome.why }
    case 'done_by_hand':
      return { kind: outcome.kind, evidence: outcome.evidence }
    case 'failed':
      return { kind: outcome.kind, code: outcome.code }
    case 'exported':
    case 'erased':
    case 'anonymised':
    case 'rectified':
    case 'suppressed':
    case 'restricted':
    case 'nothing_found':
      return { kind: outcome.kind }
  }
}

function candidateAnswers(rows: DetailRows, people: People | undefined): RequestDetail['candidates'] {
  const person = people && knownPerson(rows, rows.identifiers, people)
  return rows.candidates.map((row) => {
    const seen = people && person && comparedMatch(row, person, people)
    return {
      record_id: row.id,
      leg_id: row.legId,
      account_id: rows.legs.find((leg) => leg.id === row.legId)?.accountId ?? '',
      part: row.part,
      because: row.reason ?? 'unknown',
      ...(seen?.label !== undefined && { label: seen.label }),
      ...(seen && { facts: seen.facts.map(factAnswer) }),
      created_time: isoOf(row.createdAtMs),
    }
  })
}

function factAnswer({ kind, person, record, isSame }: ComparedFact): FactAnswer {
  return { fact: kind, person: [...person], record: [...record], is_same: isSame }
}

function eventAnswer(line: JournalRow, people: People | undefined): RequestDetail['timeline'][number] {
  const reason = people && openReason(people, line)
  return {
    time: isoOf(line.atMs),
    by: { role: line.actor.role, id: line.actor.id },
    kind: line.kind,
    leg_id: line.legId,
    detail: line.detail,
    ...(reason !== undefined && { reason }),
  }
}
