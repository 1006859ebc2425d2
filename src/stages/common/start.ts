import { isWritingRight } from '../../domain/right.ts'
import type { StartRow } from '../../ports/brake-rows.ts'
import type { LegRow, RequestRow } from '../../ports/rows.ts'
import type { Ports } from '../../ports/runtime.ts'
import type { Tx } from '../../ports/store.ts'

const HOUR_MS = 3600_000

export interface StartOrder {
  readonly request: Pick<RequestRow, 'id' | 'controllerId' | 'right'>
  readonly generation: number
}

/**
 * The instant at which a request may begin to change things under its controller's hourly cap: now, or a later one that stays reserved
 * for it. First come, first served; whoever comes to its instant late waits until the hour has room.
 */
export async function startAt(ports: Ports, tx: Tx, { request, generation }: StartOrder): Promise<number> {
  const cap = `${request.controllerId}/${request.right}`
  const now = ports.clock.nowMs()
  const find = async () => (await tx.start.find({ requestId: request.id, generation }))[0]
  const reserved = await find()
  if (reserved && reserved.atMs > now) return reserved.atMs
  // Whoever gives out starts of one cap does so one after the other, in whatever process.
  await tx.cap.insertNew({ id: cap })
  await tx.cap.lock(cap)
  const most = ports.policies.of(request.controllerId).byRight[request.right].maxPerHour
  const own = await find()
  if (own) return takeUp(tx, { own, most, now })
  const atMs = await freeAt(tx, { cap, most, now })
  await tx.start.insert({ id: ports.random.uuid(), cap, requestId: request.id, generation, atMs })
  return atMs
}

/** Counting is cheap; only a full hour is read. */
async function freeAt(
  tx: Tx,
  { cap, most, now }: { readonly cap: string; readonly most: number; readonly now: number },
): Promise<number> {
  if ((await tx.start.count({ cap, atMs: { above: now - HOUR_MS } })) < most) return now
  const latest = await tx.start.find({ cap }, { orderBy: ['-atMs'], limit: most })
  return Math.max(now, (latest.at(-1)?.atMs ?? 0) + HOUR_MS)
}

async function takeUp(
  tx: Tx,
  { own, most, now }: { readonly own: StartRow; readonly most: number; readonly now: number },
): Promise<number> {
  if (own.atMs > now) return own.atMs
  const past = await tx.start.find({ cap: own.cap, atMs: { atMost: now } }, { orderBy: ['-atMs'], limit: most + 1 })
  const others = past.filter((one) => one.id !== own.id && one.atMs > now - HOUR_MS).slice(0, most)
  const atMs = others.length < most ? now : (others.at(-1)?.atMs ?? now) + HOUR_MS
  await tx.start.update(own.id, { atMs })
  return atMs
}

/** Gives back what a request will not use. */
export async function giveBackStart(tx: Tx, request: Pick<RequestRow, 'id'>): Promise<void> {
  await tx.start.delete({ requestId: request.id, generation: 0 })
}

/** Only what changes something at a live account counts. */
export function isCapped(
  ports: Ports,
  request: Pick<RequestRow, 'right'>,
  legs: readonly Pick<LegRow, 'accountId' | 'state'>[],
): boolean {
  if (!isWritingRight(request.right)) return false
  return legs.some((leg) => leg.state === 'found' && ports.accounts.get(leg.accountId)?.effects === 'live')
}
