import { DsrError } from '../../../src/domain/errors.ts'
import type { EffectsJob, Job, JobQueue, LegJob, RequestJob } from '../../../src/ports/queue.ts'

export function jobId(job: Job): string {
  switch (job.kind) {
    case 'leg':
      return `leg-${job.legId}-${job.stage}-${job.generation}-${job.round}-${job.issue}`
    case 'request':
      return `request-${job.requestId}-${job.stage}-${job.generation}-${job.round}-${job.issue}`
    case 'effects':
      return `effects-${job.accountId}-${job.step}-${job.issue}`
  }
}

/** The queue in memory. A flow's parent is handed out when its children were done; ids that are kept are not added again. */
export class MemoryQueue implements JobQueue {
  readonly #jobs = new Map<string, Job>()
  readonly #kept = new Set<string>()
  readonly #parents = new Map<string, { readonly parent: RequestJob; readonly children: Set<string> }>()
  /** While true, every call fails as if the server were away. */
  isAway = false
  /** What each job carried, for whoever looks for personal data in it. */
  readonly seen: Job[] = []

  addFlow(parent: RequestJob, children: readonly LegJob[]): Promise<void> {
    return this.#answer(() => {
      if (this.#kept.has(jobId(parent))) return
      for (const child of children) this.#put(child)
      const waiting = new Set(children.map(jobId).filter((id) => this.#jobs.has(id)))
      if (waiting.size === 0) this.#put(parent)
      else this.#parents.set(jobId(parent), { parent, children: waiting })
    })
  }

  add(job: Job): Promise<void> {
    return this.#answer(() => this.#put(job))
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  /** Jobs that a worker could take now. */
  get waiting(): readonly Job[] {
    return [...this.#jobs.values()]
  }

  take(job: RequestJob | LegJob | EffectsJob): void {
    this.#jobs.delete(jobId(job))
  }

  /** The job is over, well or not: the hint was used up. */
  finish(job: Job): void {
    const id = jobId(job)
    for (const [parentId, flow] of this.#parents) {
      if (!flow.children.delete(id) || flow.children.size > 0) continue
      this.#parents.delete(parentId)
      this.#put(flow.parent)
    }
  }

  /** A stalled job is handed out once more. */
  doubled(job: Job): void {
    this.#jobs.set(jobId(job), job)
  }

  /** FLUSHALL: jobs, flows and what was known of finished ones are gone. */
  flush(): void {
    this.#jobs.clear()
    this.#kept.clear()
    this.#parents.clear()
  }

  #put(job: Job): void {
    const id = jobId(job)
    if (this.#kept.has(id)) return
    this.#kept.add(id)
    this.#jobs.set(id, job)
    this.seen.push(job)
  }

  #answer(work: () => void): Promise<void> {
    if (this.isAway) return Promise.reject(new DsrError('QUEUE_UNREACHABLE', 'the queue is away'))
    work()
    return Promise.resolve()
  }
}
