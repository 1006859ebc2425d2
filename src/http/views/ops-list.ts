import type { ControllerId } from '../../domain/ids.ts'
import type { LegRow, RequestRow } from '../../ports/rows.ts'
import type { Tx } from '../../ports/store.ts'
import { clockOf } from './clock.ts'
import { needsOf } from './needs.ts'
import { OPEN_STATES } from './requests-page.ts'

const MOST_OPEN = 500
const MOST_COMPLETED = 20
const SOON_DAYS = 10

export interface Listed {
  readonly request: RequestRow
  readonly legs: readonly LegRow[]
}

/** What ops look at, each request under the first heading that fits. */
export interface OpsList {
  readonly needs_decision: readonly Listed[]
  readonly late: readonly Listed[]
  readonly due: readonly Listed[]
  readonly under_way: readonly Listed[]
  readonly completed: readonly Listed[]
}

export async function readOpsList(tx: Tx, controllerIds: readonly ControllerId[], nowMs: number): Promise<OpsList> {
  const mine = { controllerId: { in: controllerIds } }
  const open = await tx.request.find(
    { ...mine, state: { in: OPEN_STATES } },
    { orderBy: ['dueAtMs'], limit: MOST_OPEN },
  )
  const answered = await tx.request.find(
    { ...mine, answeredAtMs: { above: 0 } },
    { orderBy: ['-answeredAtMs'], limit: MOST_COMPLETED },
  )
  const ended = await tx.request.find(
    { ...mine, closedAtMs: { above: 0 }, answeredAtMs: null },
    { orderBy: ['-closedAtMs'], limit: MOST_COMPLETED },
  )
  const completed = [...answered, ...ended].sort((a, b) => endOf(b) - endOf(a)).slice(0, MOST_COMPLETED)
  const legs = await legsOf(tx, [...open, ...completed])
  const listed = (request: RequestRow): Listed => ({ request, legs: legs.get(request.id) ?? [] })
  return { ...sorted(open.map(listed), nowMs), completed: completed.map(listed) }
}

function endOf(request: RequestRow): number {
  return request.answeredAtMs ?? request.closedAtMs ?? 0
}

async function legsOf(tx: Tx, requests: readonly RequestRow[]): Promise<ReadonlyMap<string, readonly LegRow[]>> {
  if (requests.length === 0) return new Map()
  const ids = requests.map((request) => request.id)
  const legs = await tx.leg.find({ requestId: { in: ids } }, { orderBy: ['accountId'], limit: 10_000 })
  return Map.groupBy(legs, (leg) => leg.requestId)
}

function sorted(open: readonly Listed[], nowMs: number): Omit<OpsList, 'completed'> {
  const groups = Map.groupBy(open, ({ request, legs }) => {
    const daysLeft = clockOf(request, nowMs).daysLeft ?? 0
    if (needsOf(request, legs).length > 0) return 'needs_decision'
    if (daysLeft < 0) return 'late'
    return daysLeft <= SOON_DAYS ? 'due' : 'under_way'
  })
  return {
    needs_decision: groups.get('needs_decision') ?? [],
    late: groups.get('late') ?? [],
    due: groups.get('due') ?? [],
    under_way: groups.get('under_way') ?? [],
  }
}
