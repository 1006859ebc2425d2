import { randomUUID } from 'node:crypto'
import type { Clock } from '../../connector/contract.ts'
import { normaliseAsks } from '../../connector/limits.ts'
import type { KeptAsk, LimiterAsk, LimiterStore } from '../../connector/limits.ts'
import { DsrError } from '../../domain/errors.ts'
import { BUDGET_FROM_MS } from './budget.ts'
import { TAKE_SCRIPT } from './redis-script.ts'

/** The part of a Redis client that the limiter needs; `Redis` and `Cluster` of ioredis fit. */
export interface LimiterRedis {
  eval(script: string, keys: number, ...words: (string | number)[]): Promise<unknown>
  zrem(key: string, member: string): Promise<unknown>
}

export interface RedisLimiterOptions {
  /** Only for the limiter, or at least with `noeviction`: an evicted window would be spent twice. */
  readonly redis: LimiterRedis
  /** Keeps holds and long windows; see postgresLimiter. */
  readonly durable: LimiterStore
  /** The same clock in all processes, give or take what NTP leaves. */
  readonly clock: Clock
}

// One hash tag puts all keys into one slot of a Cluster, so that a take over several buckets is one step.
const TAG = '{habeas-limiter}'

/**
 * The limiter of all workers over Redis: exact sliding windows for what is shorter than an hour. A Redis that was
 * emptied, restarted or replaced counts as having spent everything until a window has passed.
 *
 * @throws DsrError `QUEUE_UNREACHABLE`, `DATABASE_UNREACHABLE`; then nothing was granted.
 */
export function redisLimiter({ redis, durable, clock }: RedisLimiterOptions): LimiterStore {
  return {
    async take(asks) {
      const short = normaliseAsks(asks.filter(({ limit }) => limit.windowMs < BUDGET_FROM_MS))
      const id = randomUUID()
      const waitMs = await takeShort(redis, short, { id, nowMs: Math.floor(clock.nowMs()) })
      if (waitMs > 0) return { kind: 'wait', waitMs }
      const answer = await durable.take(asks.map(durably))
      if (answer.kind === 'wait') await giveBack(redis, short, id)
      return answer
    },
    hold: (key, untilMs) => durable.hold(key, untilMs),
  }
}

/** The durable store counts long windows, and looks for holds of all. */
function durably(ask: LimiterAsk): LimiterAsk {
  return ask.limit.windowMs < BUDGET_FROM_MS ? { ...ask, weight: 0 } : ask
}

interface Taking {
  readonly id: string
  readonly nowMs: number
}

async function takeShort(redis: LimiterRedis, asks: readonly KeptAsk[], { id, nowMs }: Taking): Promise<number> {
  if (asks.length === 0) return 0
  const keys = [`${TAG}:epoch`, ...asks.map(keyOf)]
  const figures = asks.flatMap(({ weight, most, windowMs }) => [weight, most, windowMs])
  return reach(async () => Number(await redis.eval(TAKE_SCRIPT, keys.length, ...keys, nowMs, id, ...figures)))
}

async function giveBack(redis: LimiterRedis, asks: readonly KeptAsk[], id: string): Promise<void> {
  await reach(() => Promise.all(asks.map((ask) => redis.zrem(keyOf(ask), `${id}:${ask.weight}`))))
}

function keyOf({ key }: KeptAsk): string {
  return `${TAG}:taken:${key}`
}

async function reach<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (cause) {
    throw new DsrError('QUEUE_UNREACHABLE', 'the limiter could not reach Redis', { cause })
  }
}
