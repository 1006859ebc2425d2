import { Cluster, Redis, type RedisOptions } from 'ioredis'
import type { RedisAddress } from './redis-address.ts'

type Limits = Pick<RedisOptions, 'maxRetriesPerRequest' | 'commandTimeout'>

/**
 * A command without an answer for so long is a connection to a server that died without a word, or that a gateway forgot. Longer
 * than BullMQ lets a command wait for jobs (10 s).
 */
const SILENCE_MS = 15_000

/** A connection to one Redis, to the master that sentinels name, or to a cluster, by its address. */
export function connectRedis(address: RedisAddress, limits: Limits): Redis | Cluster {
  const common = {
    ...limits,
    ...address.login,
    ...(address.isEncrypted && { tls: {} }),
    connectTimeout: 5000,
    socketTimeout: SILENCE_MS,
  }
  const retryStrategy = reconnectAfterMs
  switch (address.kind) {
    case 'single':
      return new Redis({ ...common, ...address.node, db: address.db, retryStrategy })
    case 'sentinel': {
      const sentinels = [...address.nodes]
      return new Redis({
        ...common,
        sentinels,
        name: address.master,
        retryStrategy,
        sentinelRetryStrategy: retryStrategy,
      })
    }
    case 'cluster':
      return new Cluster([...address.nodes], { redisOptions: common, clusterRetryStrategy: retryStrategy })
  }
}

/** BullMQ's own back-off grows to 20 s, which is how long a finished outage would go on. */
export function reconnectAfterMs(times: number): number {
  return Math.min(50 * 2 ** times, 2000)
}
