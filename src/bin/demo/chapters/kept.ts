import { remainingAt } from '../cast.ts'
import { titleOf } from '../progress.ts'
import type { Story } from '../story.ts'
import { dayOf } from '../teller.ts'
import type { Seen } from '../watch.ts'

/** What the law keeps, and until when. */
export function tellKept({ installation, cast, teller }: Story, seen: Seen): void {
  teller.chapter('Kept until a date')
  const kept = seen.legs.flatMap((leg) =>
    leg.parts.flatMap(({ part, outcome, counts }) =>
      outcome.kind === 'retained' ? [{ leg, part, outcome, counts }] : [],
    ),
  )
  for (const { leg, part, outcome, counts } of kept) {
    const recheck = seen.rechecks.find((row) => row.accountId === leg.accountId)
    teller.say(
      `${titleOf(installation, leg.accountId)} keeps ${counts.kept} of the records of ${cast.lea.name} (${part.replaceAll('_', ' ')}) until ${dayOf(outcome.untilMs)} (${outcome.law}). ${recheck === undefined ? '' : `Habeas looks at ${titleOf(installation, leg.accountId)} again on ${dayOf(recheck.dueAtMs)}, by itself.`}`,
    )
  }
  const isThere = kept.every(({ leg, part, counts }) => {
    const running = installation.sandboxes.find((one) => one.accountId === leg.accountId)
    return running !== undefined && (remainingAt(running, cast.lea)[part] ?? 0) === counts.kept
  })
  teller.check(
    'what the law keeps is still there, has its date, and the next look is planned',
    kept.length > 0 && isThere && kept.every(({ leg }) => seen.rechecks.some((row) => row.accountId === leg.accountId)),
  )
}
