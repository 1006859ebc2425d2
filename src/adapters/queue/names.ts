import { DsrError } from '../../domain/errors.ts'
import type { ConnectorId } from '../../domain/ids.ts'
import type { Job } from '../../ports/queue.ts'

export const COORDINATOR_QUEUE = 'coordinator'

export function connectorQueue(connectorId: ConnectorId): string {
  return `connector-${connectorId}`
}

export function queueOf(job: Job): string {
  return job.kind === 'request' ? COORDINATOR_QUEUE : connectorQueue(job.connectorId)
}

/**
 * The id under which a job is kept: the same hint twice is one job, a re-issue is another.
 *
 * @throws DsrError `FIELD_INVALID` when a part holds a character that BullMQ refuses or that could make two ids one.
 */
export function jobIdOf(job: Job): string {
  const parts = partsOf(job).map(String)
  // BullMQ joins its own keys with ':' and refuses it in ids.
  if (!parts.every((part) => /^[\w-]+$/.test(part))) throw new DsrError('FIELD_INVALID', 'a job id has a bad part')
  return parts.join('-')
}

function partsOf(job: Job): (string | number)[] {
  switch (job.kind) {
    case 'leg':
      return [job.legId, job.stage, job.generation, job.round, job.issue]
    case 'request':
      return [job.requestId, job.stage, job.generation, job.round, job.issue]
    case 'effects':
      return ['effects', job.accountId, job.step, job.issue]
  }
}
