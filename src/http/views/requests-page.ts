import { DsrError } from '../../domain/errors.ts'
import { isUuid, requestId, type ControllerId, type RequestId } from '../../domain/ids.ts'
import { isFinal, REQUEST_TABLE, type RequestState } from '../../domain/request.ts'
import type { Right } from '../../domain/right.ts'
import { statesOf } from '../../domain/state-table.ts'
import type { RequestRow } from '../../ports/rows.ts'
import type { Tx, Where } from '../../ports/store.ts'

export const OPEN_STATES: readonly RequestState[] = statesOf(REQUEST_TABLE).filter(
  (state) => !isFinal(state) && state !== 'answered',
)

export interface Listing {
  readonly controllerIds: readonly ControllerId[]
  readonly states: readonly RequestState[] | undefined
  readonly right: Right | undefined
  readonly dueBeforeMs: number | undefined
  /** Only what is past due and not answered. */
  readonly isLateOnly: boolean
  readonly limit: number
  readonly cursor: string | undefined
}

/** A place in the order of due instants, ties by id. */
interface Place {
  readonly dueAtMs: number
  readonly id: RequestId
}

/**
 * Requests by due instant, soonest first. Every request that stays within the filter is listed exactly once over the pages,
 * whatever is created meanwhile.
 *
 * @throws DsrError `FIELD_INVALID` for a cursor that is none of ours.
 */
export async function listRequests(
  tx: Tx,
  listing: Listing,
  nowMs: number,
): Promise<{ readonly rows: readonly RequestRow[]; readonly nextCursor: string | null }> {
  const until = Math.min(listing.dueBeforeMs ?? Infinity, listing.isLateOnly ? nowMs : Infinity)
  const where = whereOf(listing)
  const place = listing.cursor === undefined ? undefined : placeOf(listing.cursor)
  const limit = listing.limit + 1
  const tied = place
    ? await tx.request.find({ ...where, dueAtMs: place.dueAtMs }, { orderBy: ['id'], afterId: place.id, limit })
    : []
  const later = await tx.request.find(
    { ...where, dueAtMs: { above: place?.dueAtMs ?? Number.MIN_SAFE_INTEGER } },
    { orderBy: ['dueAtMs', 'id'], limit },
  )
  const rows = [...tied, ...later].filter((row) => row.dueAtMs < until).slice(0, limit)
  const page = rows.slice(0, listing.limit)
  const last = page.at(-1)
  return { rows: page, nextCursor: rows.length > page.length && last ? cursorOf(last) : null }
}

function whereOf(listing: Listing): Where<RequestRow> {
  const states = listing.isLateOnly
    ? OPEN_STATES.filter((state) => listing.states?.includes(state) ?? true)
    : listing.states
  return {
    controllerId: { in: listing.controllerIds },
    ...(states && { state: { in: states } }),
    ...(listing.right && { right: listing.right }),
  }
}

function cursorOf({ dueAtMs, id }: Place): string {
  return Buffer.from(`${dueAtMs}.${id}`).toString('base64url')
}

function placeOf(cursor: string): Place {
  const [due = '', id = ''] = Buffer.from(cursor, 'base64url').toString('latin1').split('.')
  const dueAtMs = Number(due)
  if (!/^-?\d{1,16}$/.test(due) || !isUuid(id) || !Number.isSafeInteger(dueAtMs))
    throw new DsrError('FIELD_INVALID', 'not a cursor of ours', { field: 'cursor' })
  return { dueAtMs, id: requestId(id) }
}
