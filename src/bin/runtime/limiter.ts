import { Redis } from 'ioredis'
import type { Pool } from 'pg'
import { postgresLimiter } from '../../adapters/limiter/postgres.ts'
import { redisLimiter } from '../../adapters/limiter/redis.ts'
import type { Clock } from '../../connector/contract.ts'
import type { LimiterStore } from '../../connector/limits.ts'
import type { Settings } from '../../ports/config.ts'

export interface OpenLimiter {
  readonly store: LimiterStore
  close(): void
}

/** Short windows in Redis when there is one; holds and long windows always in the database. */
export function openLimiter(
  settings: Settings,
  { pool, clock, onError }: { pool: Pool; clock: Clock; onError: (error: unknown) => void },
): OpenLimiter {
  const durable = postgresLimiter({ database: pool, clock })
  if (settings.redisUrl === undefined) return { store: durable, close: () => undefined }
  const redis = new Redis(settings.redisUrl, {
    maxRetriesPerRequest: 2,
    retryStrategy: (times) => Math.min(50 * 2 ** times, 2000),
  })
  redis.on('error', onError)
  return { store: redisLimiter({ redis, durable, clock }), close: () => redis.disconnect() }
}
