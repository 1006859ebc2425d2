import type { FlowJob, Processor, Queue, WorkerOptions } from 'bullmq'

/** The parts of BullMQ that are alike wherever it keeps its jobs. */
interface Common {
  waitUntilReady(): Promise<void>
  on(event: 'error', listener: (error: Error) => void): unknown
}

export interface Producer extends Common {
  add(flow: FlowJob): Promise<unknown>
  close(): Promise<void>
}

export interface Receiver extends Common {
  /** Takes no more jobs and waits for those that run; with `force` it does not wait. */
  close(force?: boolean): Promise<void>
  cancelAllJobs(reason: string): void
}

export type ReceiverOptions = Omit<WorkerOptions, 'connection' | 'prefix'>

/** Where BullMQ keeps its jobs. Both backends behave alike; test/queue holds them to it. */
export interface Backend {
  producer(): Producer
  receiver(name: string, processor: Processor<unknown, void>, options: ReceiverOptions): Receiver
  /** A queue as pages and counters see it. */
  queue(name: string): Queue
  /** Errors of connections that no producer, receiver or queue owns. */
  onError(listener: (error: unknown) => void): void
  /** Lets go of the shared connections, after everything that uses them is closed. */
  close(): Promise<void>
}
