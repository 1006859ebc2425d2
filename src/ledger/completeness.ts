import { type LedgerDocument, requestOf } from './document.ts'
import type { EventOf } from './event.ts'
import { Fault } from './fault.ts'
import type { RecordResult, Statement } from './statement.ts'

/** What a log says of one request: every `received` has an end, or is open. */
export interface RequestAudit {
  readonly request: string
  readonly action: string
  /** Index of its `received` entry. */
  readonly index: number
  readonly receivedAt: string
  /** The last instant on which the person may be informed; an extension moves it when it was told in time. */
  readonly dueAt: string
  readonly end?: RecordResult
  readonly answeredAt?: string
  readonly isShredded: boolean
  readonly standing: RequestStanding
}

/**
 * `answered` and `answered_late`: informed before or after the due date. `open`: not yet informed, still in time; `overdue`: not
 * informed and past the due date. `withdrawn` needs no answer.
 */
export const REQUEST_STANDINGS = ['answered', 'answered_late', 'open', 'overdue', 'withdrawn'] as const
export type RequestStanding = (typeof REQUEST_STANDINGS)[number]

export interface CompletenessAudit {
  /** Takes the documents in the order of the log. @throws Fault when the log contradicts itself. */
  add(index: number, document: LedgerDocument): void
  /** @param nowText - against which a request without an answer is open or overdue: RFC 3339 in UTC. */
  finish(nowText: string): readonly RequestAudit[]
}

interface Course {
  readonly index: number
  readonly received: EventOf<'received'>
  dueAt: string
  end?: Statement
  answeredAt?: string
  isShredded: boolean
}

/**
 * Follows every request through the log.
 *
 * @param isWhole - whether the documents are there from the first entry on; otherwise requests may begin before what is kept.
 */
export function createCompletenessAudit(isWhole: boolean): CompletenessAudit {
  const courses = new Map<string, Course>()
  let controller: string | undefined
  return {
    add(index, document) {
      controller = sameController(controller, document, index)
      const request = requestOf(document)
      if (request === undefined) return
      const course = courses.get(request)
      if (document.kind === 'event' && document.event.kind === 'received') {
        if (course) throw new Fault('RECEIVED_TWICE', `entry ${index}: this request was received before`)
        courses.set(request, courseOf(index, document.event))
      } else if (course) {
        follow(course, { index, document })
      } else if (isWhole) {
        throw new Fault('EVENT_BEFORE_RECEIVED', `entry ${index}: its request was never received`)
      }
    },
    finish: (nowText) => [...courses].map(([request, course]) => auditOf(request, course, nowText)),
  }
}

function sameController(known: string | undefined, document: LedgerDocument, index: number): string {
  const { controller } = document.kind === 'event' ? document.event : document.statement.predicate
  if (known !== undefined && known !== controller)
    throw new Fault('CONTROLLER_CHANGED', `entry ${index}: of another controller`)
  return controller
}

function courseOf(index: number, received: EventOf<'received'>): Course {
  return { index, received, dueAt: received.due_at, isShredded: false }
}

function follow(course: Course, { index, document }: { index: number; document: LedgerDocument }): void {
  if (document.kind === 'record') {
    followRecord(course, { index, statement: document.statement })
    return
  }
  const { event } = document
  switch (event.kind) {
    case 'extended':
      // An extension counts only when the person was told of it in time (Art. 12(3) GDPR).
      if (event.told_at <= course.dueAt && event.due_at > course.dueAt) course.dueAt = event.due_at
      return
    case 'answered':
      course.answeredAt ??= event.answered_at
      return
    case 'key_shredded':
      course.isShredded = true
      return
    default:
      return
  }
}

function followRecord(course: Course, { index, statement }: { index: number; statement: Statement }): void {
  const { action, sequence, received_at: receivedAt } = statement.predicate
  // Erasing when access was asked has happened to others; what was asked is fixed when it comes in.
  if (action !== course.received.action || receivedAt !== course.received.received_at)
    throw new Fault('ACTION_CHANGED', `entry ${index}: not what was received in entry ${course.index}`)
  if (sequence > 1) return
  if (course.end) throw new Fault('ENDED_TWICE', `entry ${index}: this request ended before`)
  course.end = statement
}

function auditOf(request: string, course: Course, nowText: string): RequestAudit {
  const { received, end, answeredAt } = course
  return {
    request,
    action: received.action,
    index: course.index,
    receivedAt: received.received_at,
    dueAt: course.dueAt,
    ...(end && { end: end.predicate.result }),
    ...(answeredAt !== undefined && { answeredAt }),
    isShredded: course.isShredded,
    standing: standingOf(course, nowText),
  }
}

function standingOf({ dueAt, end, answeredAt }: Course, nowText: string): RequestStanding {
  if (answeredAt !== undefined) return answeredAt <= dueAt ? 'answered' : 'answered_late'
  if (end?.predicate.result === 'withdrawn') return 'withdrawn'
  return nowText <= dueAt ? 'open' : 'overdue'
}
