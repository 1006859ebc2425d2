import path from 'node:path'
import type { Outcome, OutcomeKind } from '../../../domain/outcome.ts'
import type { LegRow } from '../../../ports/rows.ts'
import { en } from '../../../http/pages/words/en.ts'
import type { Role } from '../cast.ts'
import { changedSince, takePictures } from '../cast.ts'
import { falselyGone, surprisesOf } from '../expected.ts'
import { shown, titleOf } from '../progress.ts'
import type { Story } from '../story.ts'
import { dayOf, times } from '../teller.ts'
import { announcedLies } from './lie.ts'
import type { Ending } from './proof.ts'

export interface Played extends Ending {
  readonly role: Role
  /** A lie was arranged: what it left behind is no surprise. */
  readonly hasLie: boolean
}

/** All requests in one table, and the last checks over all of them. */
export function tellSummary(story: Story, played: readonly Played[]): void {
  const { installation, teller } = story
  teller.chapter('All of it in one table')
  teller.table(
    ['Request', 'System', 'Found', 'Done', 'Looked again', 'Outcome, by place'],
    played.flatMap(({ role, seen }) =>
      seen.legs.map((leg, at) => [
        ...(at > 0 ? [] : [{ content: `${en.right[seen.request.right]}: ${role.name}`, rowSpan: seen.legs.length }]),
        titleOf(installation, leg.accountId),
        String(total(leg, 'found')),
        String(total(leg, 'done')),
        times(leg.looks),
        outcomeText(leg),
      ]),
    ),
  )
  checkAll(story, played)
}

function checkAll(story: Story, played: readonly Played[]): void {
  const { installation, teller, cast, before } = story
  const surprises = played.flatMap(({ seen, hasLie }) =>
    surprisesOf(installation, seen, hasLie ? announcedLies(seen) : undefined),
  )
  teller.check(
    `every exception was announced by the system's own description or by this demo, and is explained${listed(surprises.map((one) => `${one.system} ${one.part}: ${one.outcome}`))}`,
    surprises.length === 0,
  )
  const false_ = played
    .filter(({ seen }) => seen.request.right === 'erasure')
    .flatMap(({ seen, role }) => falselyGone(installation, seen, role))
  teller.check(`where a record says "erased", the system holds nothing any more${listed(false_)}`, false_.length === 0)
  const asked = [cast.lea, cast.tom, cast.noor, cast.mila]
  const touched = [...before]
    .filter(([role]) => !asked.includes(role))
    .filter(([role, pictures]) => changedSince(pictures, takePictures(installation.sandboxes, role)).length > 0)
  teller.check('nobody who did not ask for erasure lost or gained one byte', touched.length === 0)
}

function listed(lines: readonly string[]): string {
  return lines.length === 0 ? '' : ` (not so: ${lines.join('; ')})`
}

function total(leg: LegRow, name: 'found' | 'done'): number {
  return leg.parts.reduce((sum, part) => sum + part.counts[name], 0)
}

/** How many places ended how: `14 erased, 1 kept by law until 1 January 2037`. */
function outcomeText({ parts }: LegRow): string {
  const told = parts.filter(({ outcome }) => outcome.kind !== 'nothing_found')
  const kinds = Map.groupBy(told, ({ outcome }) => wordOf(outcome))
  const order: OutcomeKind[] = ['exported', 'erased', 'anonymised']
  const rank = (outcome: Outcome | undefined) => (outcome && order.includes(outcome.kind) ? 0 : 1)
  const lines = [...kinds]
    .toSorted((a, b) => rank(a[1][0]?.outcome) - rank(b[1][0]?.outcome))
    .map(([word, some]) => `${some.length} ${word}`)
  return lines.length === 0 ? en.outcome.nothing_found : lines.join(', ')
}

function wordOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'retained':
      return `${en.outcome.retained} until ${dayOf(outcome.untilMs)}`
    case 'accepted':
      return `deleted and out of sight, purged by ${dayOf(outcome.finishesByMs)}`
    case 'not_supported':
      return 'that the system cannot erase'
    case 'failed':
      return outcome.code === 'VENDOR_KEPT_RECORD' ? 'kept, though the system said yes' : en.outcome.failed
    case 'unverifiable':
      return 'that could not be checked'
    default:
      return en.outcome[outcome.kind]
  }
}

/** Where everything lies, and what to type next. */
export function tellWhere({ installation, teller, files }: Story): void {
  const { settings, directory } = installation
  const rows = [
    ['Signed records', shown(path.dirname(files.keyFile))],
    ['Public key', shown(files.keyFile)],
    ['The transparency log', shown(files.log)],
    ['Archives', shown(path.dirname(files.archive('access')))],
    ['Letters to the owner', shown(path.join(directory, 'mail'))],
    ['Log', shown(path.join(directory, 'habeas.log'))],
    [
      'Objects',
      settings.objects === undefined ? shown(path.join(directory, 'objects')) : `S3 bucket ${settings.objects.bucket}`,
    ],
    [
      'Database',
      settings.databaseUrl === undefined
        ? 'embedded PostgreSQL, thrown away at the end (its vendors go too)'
        : 'PostgreSQL of DATABASE_URL',
    ],
    ['Queue', settings.redisUrl === undefined ? 'BullMQ in the same database' : 'BullMQ on Redis'],
  ] as const
  teller.say('\nWhere everything lies:')
  for (const [what, where] of rows) teller.line(`  ${what.padEnd(20)} ${where}`)
  teller.say('\nTry it yourself:')
  teller.line(`  sh bin/habeas show ${shown(files.record('1-erasure'))}`)
  teller.line(`  sh bin/habeas verify ${shown(files.record('1-erasure'))} --key ${shown(files.keyFile)}`)
  teller.line(`  sh bin/habeas verify ${shown(files.proof('1-erasure'))} --root ${shown(files.root)}`)
  teller.line(`  sh bin/habeas verify ${shown(files.log)} --root ${shown(files.root)}`)
  teller.line('  npm run demo -- --stay      the same, and the dashboard stays open')
}
