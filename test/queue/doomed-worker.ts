// A worker process that says when it has a job and never finishes it: the test kills it.
import { createQueue, type QueueSettings } from '../../src/adapters/queue/index.ts'
import { connectorId } from '../../src/domain/ids.ts'

const [backend, url = '', kind = '', lockMs = '', stalledCheckMs = ''] = process.argv.slice(2)
const onError = (error: unknown) => {
  throw error
}
const settings: QueueSettings = {
  backend: backend === 'redis' ? 'redis' : 'postgres',
  url,
  connectorIds: [],
  onError,
  stalls: { lockMs: Number(lockMs), stalledCheckMs: Number(stalledCheckMs) },
}
const { workers } = await createQueue(settings)
await workers.connector(
  connectorId(kind),
  () => {
    process.stdout.write('taken\n')
    return new Promise(() => undefined)
  },
  { concurrency: 1, onError },
)
