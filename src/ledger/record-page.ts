import { NOT_PROVEN, notProvenBy } from './not-proven.ts'
import { isExceptionKind } from './record-invariants.ts'
import type { Predicate, RecordLeg, RecordOutcome, RecordPart, RecordResult, Statement } from './statement.ts'

/** A page for people, without layout: whoever prints it decides how. English, in the users' words, without personal data. */
export interface RecordPage {
  readonly title: string
  readonly sections: readonly PageSection[]
}

export type PageSection =
  | { readonly kind: 'facts'; readonly heading: string; readonly facts: readonly PageFact[] }
  | {
      readonly kind: 'table'
      readonly heading: string
      readonly columns: readonly string[]
      readonly rows: readonly (readonly string[])[]
    }
  | { readonly kind: 'list'; readonly heading: string; readonly lines: readonly string[] }

export interface PageFact {
  readonly label: string
  readonly value: string
}

/** Turns a verified statement into a page; sections with nothing to say are left out. */
export function describeRecord(statement: Statement): RecordPage {
  const { predicate } = statement
  const sections: PageSection[] = [
    { kind: 'facts', heading: 'The request', facts: requestFacts(predicate) },
    systemsTable(predicate),
    exceptionsTable(predicate),
    withheldTable(predicate),
    { kind: 'list', heading: 'Not reached', lines: predicate.depth.flatMap((one) => gapLines(predicate, one)) },
    { kind: 'facts', heading: 'Files', facts: fileFacts(statement) },
    { kind: 'facts', heading: 'What happens later', facts: laterFacts(predicate) },
    {
      kind: 'list',
      heading: 'What this record does not prove',
      lines: notProvenBy(statement).map((one) => NOT_PROVEN[one]),
    },
  ]
  return { title: titleOf(predicate), sections: sections.filter((section) => !isEmpty(section)) }
}

const ACTION_WORDS = {
  access: 'a copy of the data',
  portability: 'the data in a form to take along',
  erasure: 'erasure',
  rectification: 'correction',
  objection: 'an end to the use of the data',
  restriction: 'a lock on the data',
} as const

const RESULT_WORDS: Readonly<Record<RecordResult, string>> = {
  completed: 'completed',
  completed_with_exceptions: 'completed, with exceptions that are explained below',
  refused: 'refused, with reasons given to the person',
  withdrawn: 'withdrawn by the person',
}

const IDENTITY_WORDS = {
  verified: 'confirmed',
  failed: 'not confirmed',
  not_required: 'not needed for this request',
} as const

function identityWords({ result, method, level, by }: Predicate['identity_check']): string {
  const how = level === undefined ? method : `${method}, level ${level}`
  return `${IDENTITY_WORDS[result]} (${how})${by ? `, says ${by.role} ${by.id}, ${minuteOf(by.at)}` : ''}`
}

function titleOf(predicate: Predicate): string {
  const record =
    predicate.sequence === 1 ? 'Completion record' : `Completion record, later look ${predicate.sequence - 1}`
  return `${record}: ${ACTION_WORDS[predicate.action]}`
}

function requestFacts(predicate: Predicate): PageFact[] {
  const { clock, identity_check: identity, approval } = predicate
  return [
    { label: 'Request', value: predicate.request },
    { label: 'For', value: predicate.controller },
    { label: 'Asked', value: `${ACTION_WORDS[predicate.action]} (${predicate.legal_basis})` },
    { label: 'Received', value: minuteOf(predicate.received_at) },
    { label: 'Answer due', value: `${minuteOf(clock.due_at)} (rules ${clock.rule_set})` },
    ...(clock.extension
      ? [
          {
            label: 'Extended',
            value: `to ${minuteOf(clock.extension.due_at)} (${clock.extension.reason}), told ${minuteOf(clock.extension.told_at)}`,
          },
        ]
      : []),
    { label: 'Identity', value: identityWords(identity) },
    ...(approval ? [{ label: 'Approved', value: `by ${approval.role} ${approval.by}, ${minuteOf(approval.at)}` }] : []),
    { label: 'Result', value: RESULT_WORDS[predicate.result] },
    { label: 'Signed', value: minuteOf(predicate.sealed_at) },
  ]
}

function systemsTable(predicate: Predicate): PageSection {
  const rows = predicate.legs.flatMap((leg) =>
    leg.parts.map((part) => [
      systemName(predicate, leg),
      placeName(part.part),
      String(part.counts.found),
      String(part.counts.done),
      lookedAgain(leg, part),
      leg.state === 'parked' ? `needs a decision; ${outcomeWords(part.outcome)}` : outcomeWords(part.outcome),
    ]),
  )
  const columns = ['System', 'Place', 'Found', 'Done', 'Looked again', 'Outcome']
  return { kind: 'table', heading: 'Systems', columns, rows }
}

function exceptionsTable(predicate: Predicate): PageSection {
  const rows = predicate.exceptions.map((one) => {
    const leg = predicate.legs.find((candidate) => candidate.account === one.account)
    const part = leg?.parts.find((candidate) => candidate.part === one.part && isExceptionKind(candidate.outcome.kind))
    const system = leg ? systemName(predicate, leg) : one.account
    return [system, placeName(one.part), part ? outcomeWords(part.outcome) : '', one.journal_entry]
  })
  const columns = ['System', 'Place', 'What is open', 'Explained in journal entry']
  return { kind: 'table', heading: 'Exceptions', columns, rows }
}

const WITHHELD_KINDS = { field: 'fields', record: 'whole records', attachment: 'files' } as const
const WITHHELD_REASONS = {
  third_party: 'about somebody else (Art. 15(4) GDPR)',
  secret: 'a credential',
  trade_secret: 'a trade secret (Art. 15(4) GDPR)',
} as const

function withheldTable(predicate: Predicate): PageSection {
  const rows = (predicate.withheld ?? []).map(({ account, part, kind, reason, count }) => {
    const leg = predicate.legs.find((candidate) => candidate.account === account)
    const system = leg ? systemName(predicate, leg) : account
    return [system, placeName(part), `${count} ${WITHHELD_KINDS[kind]}`, WITHHELD_REASONS[reason]]
  })
  return { kind: 'table', heading: 'Left out of the copy', columns: ['System', 'Place', 'What', 'Why'], rows }
}

/** The name people know; with the account's name when one vendor stands there twice. */
function systemName(predicate: Predicate, leg: RecordLeg): string {
  const twins = predicate.legs.filter((other) => other.connector.name === leg.connector.name)
  return twins.length > 1 ? `${leg.connector.name} (${leg.account})` : leg.connector.name
}

function placeName(part: string): string {
  return part.replaceAll('_', ' ')
}

function lookedAgain(leg: RecordLeg, part: RecordPart): string {
  const last = [...leg.readbacks].sort((a, b) => (a.at < b.at ? -1 : 1)).at(-1)
  if (last === undefined) return 'no'
  const seen = part.counts.remaining === 0 ? 'none there' : `${part.counts.remaining} there`
  return `${minuteOf(last.at)}: ${seen}`
}

function outcomeWords(outcome: RecordOutcome): string {
  switch (outcome.kind) {
    case 'exported':
      return 'copied into the archive'
    case 'erased':
      return 'erased'
    case 'anonymised':
      return 'made anonymous, nobody can link it back'
    case 'rectified':
      return 'corrected'
    case 'suppressed':
      return 'blocked from further use'
    case 'restricted':
      return 'locked: stored, not used'
    case 'nothing_found':
      return 'not found under these identifiers, in this place, at this time'
    case 'retained':
      return `kept until ${dayOf(outcome.until)} because the law demands it (${outcome.law})`
    case 'accepted':
      return `the vendor confirmed, finishes by ${dayOf(outcome.finishes_by)}`
    case 'unverifiable':
      return `could not be checked: ${outcome.why}`
    case 'done_by_hand':
      return `done by a person (evidence ${outcome.evidence})`
    case 'not_supported':
      return `not possible at this vendor: ${outcome.why}`
    case 'not_done':
      return `not done: ${outcome.why}`
    case 'failed':
      return `failed (${outcome.code})`
  }
}

function gapLines(predicate: Predicate, depth: Predicate['depth'][number]): string[] {
  const name = predicate.legs.find((leg) => leg.connector.id === depth.connector)?.connector.name ?? depth.connector
  const unread = depth.unread.map((gap) => `${name}, ${placeName(gap.part)}: not read (${gap.why})`)
  const left = depth.left.map((gap) => `${name}, ${placeName(gap.part)}: stays after an erasure (${gap.why})`)
  return [...unread, ...left]
}

function fileFacts({ subject }: Statement): PageFact[] {
  return subject.map((file) => ({ label: file.name, value: `SHA-256 ${file.digest.sha256}` }))
}

function laterFacts({ rechecks, capsule_until: until, forgets }: Predicate): PageFact[] {
  return [
    ...rechecks.map((at) => ({ label: 'Somebody looks again', value: dayOf(at) })),
    ...(until === undefined ? [] : [{ label: 'What that needs is destroyed', value: dayOf(until) }]),
    ...(forgets === undefined
      ? []
      : [{ label: 'The key of the personal part is destroyed', value: dayOf(forgets.request_key_at) }]),
    ...(forgets?.archive_at === undefined
      ? []
      : [{ label: 'The archive is deleted', value: dayOf(forgets.archive_at) }]),
  ]
}

function isEmpty(section: PageSection): boolean {
  switch (section.kind) {
    case 'facts':
      return section.facts.length === 0
    case 'table':
      return section.rows.length === 0
    case 'list':
      return section.lines.length === 0
  }
}

function minuteOf(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`
}

function dayOf(instant: string): string {
  return instant.slice(0, 10)
}
