import type { FlowJob, FlowNestedLeafJob, JobsOptions } from 'bullmq'
import type { Job, JobQueue } from '../../ports/queue.ts'
import type { Producer } from './backend.ts'
import { answered } from './bounded.ts'
import { jobFields } from './job-fields.ts'
import { jobIdOf, queueOf } from './names.ts'

export interface ProducerSettings {
  /** How long adding may take. */
  readonly addTimeoutMs: number
  /** How long a finished job keeps its id taken, so that a repeated hint stays one job. */
  readonly keepForMs: number
}

export function jobQueue(producer: Producer, settings: ProducerSettings): JobQueue {
  const add = async (flow: FlowJob): Promise<void> => {
    await answered(producer.add(flow), settings.addTimeoutMs)
  }
  return {
    add: async (job) => add(nodeOf(job, settings)),
    addFlow: async (parent, children) =>
      add({ ...nodeOf(parent, settings), children: children.map((child) => nodeOf(child, settings, CHILD)) }),
    close: () => producer.close(),
  }
}

/** A failed leg is a result like any other: the gather runs after all, and counts legs in Postgres. */
const CHILD: JobsOptions = { ignoreDependencyOnFailure: true }

function nodeOf(job: Job, { keepForMs }: ProducerSettings, options: JobsOptions = {}): FlowNestedLeafJob {
  const age = Math.ceil(keepForMs / 1000)
  return {
    name: job.kind === 'effects' ? job.kind : job.stage,
    queueName: queueOf(job),
    data: jobFields(job),
    opts: {
      ...options,
      jobId: jobIdOf(job),
      // A second try is a re-issue that Postgres decides.
      attempts: 1,
      removeOnComplete: { age },
      removeOnFail: { age },
      stackTraceLimit: 0,
    },
  }
}
