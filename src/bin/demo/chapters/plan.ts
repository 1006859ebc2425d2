import { isDsrError } from '../../../domain/errors.ts'
import type { RecordRow, RequestRow } from '../../../ports/rows.ts'
import { en } from '../../../http/pages/words/en.ts'
import { changedSince, takePictures } from '../cast.ts'
import { approve, ask, decideMatches, openMatches, untilPlanned, type Match } from '../desk.ts'
import { depthOf } from '../expected.ts'
import { titleOf } from '../progress.ts'
import { allCalls, changingCalls, type Story } from '../story.ts'
import { counted, dayOf } from '../teller.ts'
import { untilState, type Seen } from '../watch.ts'

/** The search, what a person has to say, the plan, its approval; and that nothing was changed so far. */
export async function tellPlan(story: Story): Promise<RequestRow> {
  const { installation, cast, teller } = story
  teller.chapter('The plan, before anything is changed')
  const request = await ask(installation, cast.lea, 'erasure')
  teller.say(
    `${cast.lea.name} was signed in at the support portal and asks to be erased. Received ${dayOf(request.receivedAtMs)}; the law wants an answer by ${dayOf(request.dueAtMs)}. Habeas now searches ${installation.sandboxes.map(({ title }) => title).join(' and ')}.`,
  )
  await settleDoubts(story, request)
  const planned = await untilPlanned(installation, request.id, 'all of it is hers')
  teller.say('\nThe plan:')
  tellPlanTable(story, planned)
  checkUntouched(story)
  await checkFingerprint(story, planned)
  await approve(installation, planned)
  teller.say(
    `Somebody with that right approved exactly this plan, fingerprint ${planned.request.planHash?.slice(0, 16) ?? ''}… A plan that changes needs a new approval. Until an hour has passed it can still be withdrawn; here that is a blink.`,
  )
  return planned.request
}

/** Records that may be hers or may be business: a person decides before there is a plan. */
async function settleDoubts(story: Story, { id }: RequestRow): Promise<void> {
  const { installation, teller } = story
  const seen = await untilState(installation.runtime.store, id, ['awaiting_decision', 'awaiting_approval'])
  const matches = openMatches(installation, seen)
  const sure = seen.records.length - matches.length
  teller.say(`It found ${seen.records.length} records and is sure of ${sure}. A person decides on the others:`)
  for (const line of doubtLines(story, seen, matches)) teller.line(line)
  if (matches.length === 0) return
  await decideMatches(installation, seen, { matches, reason: 'checked against the customer file: all of it is hers' })
  teller.say('The operator looked at them in the dashboard: they are hers.')
}

function doubtLines(story: Story, seen: Seen, matches: readonly Match[]): readonly string[] {
  const groups = Map.groupBy(matches, ({ row }) => `${row.legId} ${row.reason ?? ''}`)
  return [...groups.values()].map((group) => {
    const row = group[0]?.row
    const leg = seen.legs.find((one) => one.id === row?.legId)
    const places = [...new Set(group.map((match) => match.row.part.replaceAll('_', ' ')))].join(', ')
    const why = row?.reason ? en.because[row.reason] : ''
    return `  - ${titleOf(story.installation, leg?.accountId ?? '')}: ${places} (${why})`
  })
}

function tellPlanTable({ installation, teller }: Story, { legs, records }: Seen): void {
  const rows = legs.map((leg) => {
    const planned = records.filter((row) => row.legId === leg.id && row.planVersion !== null)
    const kept = planned.filter((row) => row.decision === 'retain')
    const others = planned.filter((row) => row.decision !== 'retain')
    const isLeft = (row: RecordRow) =>
      depthOf(installation, leg).some((one) => one.part === row.part && one.onErasure === 'left')
    const hard = others.filter(isLeft)
    const easy = others.filter((row) => !isLeft(row))
    const order = depthOf(installation, leg).map(({ part }) => part)
    return [titleOf(installation, leg.accountId), placesOf(easy, order), keptText(kept), placesOf(hard, order)]
  })
  teller.table(['System', 'To be erased, blanked or unsubscribed', 'Kept by law', 'If the system can'], rows)
}

function placesOf(rows: readonly RecordRow[], order: readonly string[]): string {
  return order
    .map((part) => ({ part, count: rows.filter((row) => row.part === part).length }))
    .filter(({ count }) => count > 0)
    .map(({ part, count }) => counted(part, count))
    .join(', ')
}

function keptText(rows: readonly RecordRow[]): string {
  return rows
    .map((row) => `${counted(row.part, 1)} until ${row.untilMs === null ? '?' : dayOf(row.untilMs)}`)
    .join(', ')
}

function checkUntouched({ installation, teller, before }: Story): void {
  const changed = [...before].flatMap(([role, pictures]) =>
    changedSince(pictures, takePictures(installation.sandboxes, role)),
  )
  const changes = changingCalls(installation)
  teller.check(
    `nothing was changed so far: ${changes} changing calls among the ${allCalls(installation)} that the systems logged, and every byte as before`,
    changes === 0 && changed.length === 0,
  )
}

async function checkFingerprint({ installation, teller }: Story, { request }: Seen): Promise<void> {
  const other = { ...request, planHash: '0'.repeat(64) }
  const refusal = await approve(installation, { request: other }).catch((error: unknown) => error)
  teller.check('approving any other plan than this one is refused', isDsrError(refusal, 'PLAN_HASH_MISMATCH'))
}
