import { createRedisBackend, withBackend, type Queue } from 'bullmq'
import type { Backend } from './backend.ts'
import { parseRedisAddress } from './redis-address.ts'
import { connectRedis } from './redis-connection.ts'

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
  const adding = connectRedis(address, { maxRetriesPerRequest: 1, commandTimeout: settings.addTimeoutMs })
  // Whoever waits for jobs waits through an outage; BullMQ asks for null.
  const receiving = connectRedis(address, { maxRetriesPerRequest: null })
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
