import { createRedisBackend, withBackend, type Queue } from 'bullmq'
import { Cluster, Redis, type RedisOptions } from 'ioredis'
import type { Backend } from './backend.ts'
import { parseRedisAddress, type RedisAddress } from './redis-address.ts'

export interface RedisBackendSettings {
  readonly url: string
  readonly prefix: string
  readonly addTimeoutMs: number
}

const bullmq = withBackend(createRedisBackend)

/**
 * BullMQ on Redis 6.2 or newer. Two connections for the process, and one more for each receiver that waits for jobs.
 *
 * @throws DsrError `CONFIG_INVALID` for an unreadable address.
 */
export function redisBackend(settings: RedisBackendSettings): Backend {
  const address = parseRedisAddress(settings.url)
  // Whoever adds a job wants to know soon: the relay has the row and tries again.
  const adding = connect(address, { maxRetriesPerRequest: 1, commandTimeout: settings.addTimeoutMs })
  // Whoever waits for jobs waits through an outage; BullMQ asks for null.
  const receiving = connect(address, { maxRetriesPerRequest: null })
  const { prefix } = settings
  return {
    producer: () => new bullmq.FlowProducer({ connection: adding, prefix }),
    receiver: (name, processor, options) =>
      new bullmq.Worker(name, processor, { ...options, connection: receiving, prefix }),
    queue: (name): Queue => new bullmq.Queue(name, { connection: adding, prefix }),
    onError: (listener) => {
      adding.on('error', listener)
      receiving.on('error', listener)
    },
    close: () => {
      adding.disconnect()
      receiving.disconnect()
      return Promise.resolve()
    },
  }
}

function connect(address: RedisAddress, limits: Pick<RedisOptions, 'maxRetriesPerRequest' | 'commandTimeout'>) {
  const common = { ...limits, ...address.login, ...(address.isEncrypted && { tls: {} }), connectTimeout: 5000 }
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
