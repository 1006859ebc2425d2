import { postgresLimiter, type PostgresLimiterOptions } from '../../adapters/limiter/postgres.ts'
import { redisLimiter } from '../../adapters/limiter/redis.ts'
import { parseRedisAddress } from '../../adapters/queue/redis-address.ts'
import { connectRedis } from '../../adapters/queue/redis-connection.ts'
import type { LimiterStore } from '../../connector/limits.ts'
import type { Settings } from '../../ports/config.ts'

export interface OpenLimiter {
  readonly store: LimiterStore
  close(): void
}

interface LimiterParts extends PostgresLimiterOptions {
  readonly onError: (error: unknown) => void
}

/** Short windows in Redis when there is one; holds and long windows always in the database. */
export function openLimiter(settings: Settings, { database, clock, onError }: LimiterParts): OpenLimiter {
  const durable = postgresLimiter({ database, clock })
  if (settings.redisUrl === undefined) return { store: durable, close: () => undefined }
  const redis = connectRedis(parseRedisAddress(settings.redisUrl), { maxRetriesPerRequest: 2 })
  redis.on('error', onError)
  return { store: redisLimiter({ redis, durable, clock }), close: () => redis.disconnect() }
}
