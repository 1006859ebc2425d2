import type { AccountId, ConnectorId, LegId, RequestId } from '../domain/ids.ts'

/** What a job of a leg is asked to advance. Jobs carry ids only: the truth is in Postgres. */
export type LegStage = 'discover' | 'act' | 'verify'

/** A try to advance one leg. Its job id is leg-stage-generation-round-issue. */
export interface LegJob {
  readonly kind: 'leg'
  readonly requestId: RequestId
  readonly legId: LegId
  readonly accountId: AccountId
  readonly connectorId: ConnectorId
  readonly stage: LegStage
  readonly generation: number
  readonly round: number
  /** Counts each re-issue, since re-adding the id of a kept job does nothing. */
  readonly issue: number
}

/**
 * The stage that the coordinator is asked to look after. A label for people: the coordinator goes by the request's state in
 * Postgres, whatever the job says.
 */
export type RequestStage = 'discover' | 'plan' | 'act' | 'seal' | 'answer' | 'recheck'

export interface RequestJob {
  readonly kind: 'request'
  readonly requestId: RequestId
  readonly stage: RequestStage
  readonly generation: number
  readonly round: number
  readonly issue: number
}

/** A hint that effects of one account and step are ready (or due for a poll or read back). Runs the sender. */
export interface EffectsJob {
  readonly kind: 'effects'
  readonly accountId: AccountId
  readonly connectorId: ConnectorId
  readonly step: string
  readonly issue: number
}

export type Job = LegJob | RequestJob | EffectsJob

/**
 * The queue: a hint, never the truth. Everything in it may be lost, doubled or late, and no request is.
 * Adding a job whose id is still kept does nothing and succeeds.
 *
 * @throws DsrError `QUEUE_UNREACHABLE`.
 */
export interface JobQueue {
  /** One gather parent for the coordinator and one child per leg for the connector workers (a BullMQ flow). */
  addFlow(parent: RequestJob, children: readonly LegJob[]): Promise<void>
  add(job: Job): Promise<void>
  close(): Promise<void>
}

export type JobHandler<One extends Job> = (job: One, signal: AbortSignal) => Promise<void>

/** The receiving end. `close` drains: running jobs end or are handed back, within `drainMs`. */
export interface JobWorker {
  close(drainMs: number): Promise<void>
}

export interface WorkerSettings {
  readonly concurrency: number
  readonly onError: (error: unknown) => void
}

/** Starts workers on the queues; one queue for the coordinator, one per connector kind. */
export interface JobWorkers {
  coordinator(handler: JobHandler<RequestJob>, settings: WorkerSettings): Promise<JobWorker>
  connector(
    connectorId: ConnectorId,
    handler: JobHandler<LegJob | EffectsJob>,
    settings: WorkerSettings,
  ): Promise<JobWorker>
}
