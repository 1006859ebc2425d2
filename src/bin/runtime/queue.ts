import { createQueue, type QueueAdapter } from '../../adapters/queue/index.ts'
import { connectorId } from '../../domain/ids.ts'
import type { Settings } from '../../ports/config.ts'

/** BullMQ on Redis when there is one, otherwise on the database. */
export function openQueue(
  settings: Settings,
  {
    databaseUrl,
    connectors,
    onError,
  }: { databaseUrl: string; connectors: readonly string[]; onError: (error: unknown) => void },
): Promise<QueueAdapter> {
  return createQueue({
    ...(settings.redisUrl === undefined
      ? { backend: 'postgres', url: databaseUrl }
      : { backend: 'redis', url: settings.redisUrl }),
    connectorIds: connectors.map(connectorId),
    onError,
  })
}
