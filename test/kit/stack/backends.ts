import { describeWithService } from '../services.ts'

export type BackendName = 'postgres' | 'redis'

const BACKENDS: readonly BackendName[] = ['postgres', 'redis']

/** The same tests with the queue on PostgreSQL and on Redis; `QUEUE_BACKEND` names the only one wanted. */
export function describeStacks(name: string, tests: (backend: BackendName) => void): void {
  const wanted = process.env.QUEUE_BACKEND
  for (const backend of BACKENDS.filter((one) => wanted === undefined || wanted === one)) {
    describeWithService(backend, `${name} (queue on ${backend})`, () => tests(backend))
  }
}

/** One backend is enough where the queue plays no part: the one asked for, or PostgreSQL. */
export function anyBackend(): BackendName {
  return process.env.QUEUE_BACKEND === 'redis' ? 'redis' : 'postgres'
}
