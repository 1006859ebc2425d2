import type { RequestId } from '../../../domain/ids.ts'
import { changedSince, remainingAt, takePictures } from '../cast.ts'
import { showProgress, untilAnswered } from '../progress.ts'
import { changingCalls, type Story } from '../story.ts'
import { counted } from '../teller.ts'
import type { Seen } from '../watch.ts'

/** The run at all systems, to the answer. */
export async function tellRun(story: Story, id: RequestId): Promise<Seen> {
  const { installation, teller } = story
  teller.chapter('The run')
  teller.say(
    'Each system is asked by itself, within the limits that it publishes. When it confirmed its changes, Habeas asks it again for the person: only that counts as gone.',
  )
  await showProgress(installation, id, story)
  const seen = await untilAnswered(installation, id)
  teller.say(
    `The systems logged ${changingCalls(installation)} changing calls. The record is signed, the portal answered.`,
  )
  return seen
}

/** Somebody of the same name lost nothing. */
export function tellNeighbour({ installation, cast, teller, before }: Story): void {
  teller.chapter('A person of the same name')
  const now = takePictures(installation.sandboxes, cast.namesake)
  const changed = changedSince(before.get(cast.namesake) ?? new Map(), now)
  teller.say(`Another ${cast.namesake.name} is in the same systems, with other addresses. What they hold on each now:`)
  teller.table(
    ['System', `Left of ${cast.lea.name}, who was erased`, `Left of ${cast.namesake.name}, who asked for nothing`],
    installation.sandboxes.map((running) => [
      running.title,
      leftText(remainingAt(running, cast.lea)),
      `${recordsAt(remainingAt(running, cast.namesake))} records, ${changed.includes(running.accountId) ? 'CHANGED' : 'byte for byte as before'}`,
    ]),
  )
  teller.say(
    'What is left of the first one is kept by law, or is what these systems cannot erase; her record names it.',
  )
  teller.check('the other person of that name is untouched in every system', changed.length === 0 && now.size > 0)
}

function leftText(remaining: Readonly<Record<string, number>>): string {
  const left = Object.entries(remaining).filter(([, count]) => count > 0)
  const places = left.map(([part, count]) => counted(part, count)).join(', ')
  return left.length === 0 ? 'nothing' : `${recordsAt(remaining)} records: ${places}`
}

function recordsAt(remaining: Readonly<Record<string, number>>): number {
  return Object.values(remaining).reduce((sum, count) => sum + count, 0)
}
