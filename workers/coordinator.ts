import type { RequestJob } from '../src/ports/queue.ts'
import type { Ports } from '../src/ports/runtime.ts'
import { advance } from '../src/flow/advance.ts'

/** The gather parent of a stage: advances its request as far as Postgres says it can go. */
export async function coordinate(ports: Ports, job: RequestJob): Promise<void> {
  await advance(ports, job.requestId)
}
