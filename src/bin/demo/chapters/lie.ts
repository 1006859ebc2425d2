import type { RequestId } from '../../../domain/ids.ts'
import type { LegRow } from '../../../ports/rows.ts'
import { en } from '../../../http/pages/words/en.ts'
import type { RunningSandbox } from '../../sandboxes.ts'
import type { SandboxCall } from '../../../connector/testing.ts'
import { remainingAt, type Role } from '../cast.ts'
import { approve, OPERATOR, untilPlanned } from '../desk.ts'
import { stoppedError, titleOf, untilAnswered } from '../progress.ts'
import type { Story } from '../story.ts'
import { times } from '../teller.ts'
import { glance, until, type Seen } from '../watch.ts'

/** A vendor says that it deleted the contact, and keeps it. */
export async function tellLie(story: Story, id: RequestId): Promise<Seen> {
  const { installation, cast, teller } = story
  const { liar, deletion } = chooseLiar(story)
  teller.chapter('A system that says yes and keeps the record')
  const planned = await untilPlanned(installation, id, 'all of it is his')
  liar.sandbox.arm({ match: { path: deletion.path, changesOnly: true }, times: deletion.calls, what: { kind: 'lie' } })
  teller.say(
    `${cast.tom.name} asks for erasure too. This time ${liar.title} will answer that the contact was deleted, and do nothing.`,
  )
  await approve(installation, planned)
  const leg = await untilStopped(story, id)
  tellWhatWasSaid(story, liar, leg)
  await installation.commands.resume({
    requestId: id,
    actor: OPERATOR,
    reason: 'opened a case with the vendor; looked at again when it answers',
    legId: leg.id,
    action: 'accept',
  })
  const seen = await untilAnswered(installation, id)
  const explained = seen.journal.find(
    (line) => line.kind === 'exception.explained' && line.legId === leg.id && line.detail.outcome === 'failed',
  )
  teller.say(
    `The operator opened a case with the vendor and took the exception on: the request ends "${seen.request.result === null ? '' : en.result[seen.request.result].toLowerCase()}", and the record says which place, why, and who said so.`,
  )
  teller.check(
    'it does not count as completed, and the exception is explained by a named person',
    seen.request.result === 'completed_with_exceptions' && explained?.actor.id === OPERATOR.id,
  )
  return seen
}

interface Deletion {
  /** The call by which the vendor will be asked to delete his contact. */
  readonly path: RegExp
  /** How many of them. */
  readonly calls: number
}

/** The vendor whose log shows how her contact was deleted: the same call for him will be a lie. */
function chooseLiar({ installation, cast }: Story): { readonly liar: RunningSandbox; readonly deletion: Deletion } {
  for (const liar of installation.sandboxes) {
    const hers = liar.sandbox.calls().filter((call) => call.isChange && isAbout(call, contactsOf(cast.lea, liar)))
    const last = hers.at(-1)
    if (last === undefined) continue
    const same = hers.filter((call) => call.path === last.path)
    return {
      liar,
      deletion: { path: new RegExp(`^${last.path.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}`), calls: same.length },
    }
  }
  throw new Error('no system was asked to delete her contact')
}

/** Names the contact in its body: then the path is the same for everybody. */
function isAbout(call: SandboxCall, contacts: readonly string[]): boolean {
  return contacts.some((ref) => call.requestBody.includes(ref) && !call.path.includes(ref))
}

function contactsOf(role: Role, { accountId }: RunningSandbox): readonly string[] {
  return role.at.get(accountId)?.refs.contact ?? []
}

async function untilStopped({ installation }: Story, id: RequestId): Promise<LegRow> {
  return until('the kept record to be noticed', async () => {
    const { legs } = await glance(installation.runtime.store, id)
    const stopped = legs.filter((leg) => leg.state === 'parked')
    const other = stopped.find((leg) => leg.parkedReason !== 'still_present')
    if (other !== undefined) throw await stoppedError(installation, other)
    return stopped[0]
  })
}

function tellWhatWasSaid({ installation, cast, teller }: Story, liar: RunningSandbox, leg: LegRow): void {
  const lies = liar.sandbox.calls().filter((call) => call.fault === 'lie')
  const held = remainingAt(liar, cast.tom).contact ?? 0
  const kept = leg.parts.filter((part) => part.outcome.kind === 'failed')
  const places = kept.map(({ part }) => part.replaceAll('_', ' ')).join(', ')
  for (const { method, path, status } of lies) teller.line(`  ${liar.title} answered ${status} to ${method} ${path}`)
  teller.line(`  Habeas looked again ${times(leg.looks)} and still found: ${places}`)
  teller.line(
    `  What the dashboard shows: ${titleOf(installation, leg.accountId)} needs a decision: ${en.stop.still_present}`,
  )
  teller.check(
    'the lie was caught by looking again, and waits for a person',
    leg.accountId === liar.accountId &&
      lies.length > 0 &&
      lies.every(({ status }) => status < 300) &&
      held > 0 &&
      kept.some(({ part }) => part === 'contact'),
  )
}

/** The places where the demo made a vendor lie: their failure is announced. */
export function announcedLies(seen: Seen): ReadonlySet<string> {
  return new Set(
    seen.legs.flatMap((leg) =>
      leg.parts
        .filter(({ outcome }) => outcome.kind === 'failed' && outcome.code === 'VENDOR_KEPT_RECORD')
        .map(({ part }) => `${leg.accountId}/${part}`),
    ),
  )
}
