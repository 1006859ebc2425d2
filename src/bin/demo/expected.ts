import type { DepthRow } from '../../connector/contract.ts'
import { isException } from '../../domain/outcome.ts'
import type { PartResult } from '../../domain/part.ts'
import type { LegRow } from '../../ports/rows.ts'
import type { Role } from './cast.ts'
import { remainingAt } from './cast.ts'
import type { Installation } from './installation.ts'
import { titleOf } from './progress.ts'
import type { Seen } from './watch.ts'

/** An outcome that the demo did not announce: a place with what became of it. */
export interface Surprise {
  readonly system: string
  readonly part: string
  readonly outcome: string
}

/**
 * Exceptions that nobody announced. Announced are the limits that the vendor's manifest states, and the places named in `allowed`
 * (`account/part`). Every exception needs its explanation in the journal besides.
 */
export function surprisesOf(
  installation: Installation,
  seen: Seen,
  allowed: ReadonlySet<string> = new Set(),
): readonly Surprise[] {
  return seen.legs.flatMap((leg) =>
    exceptionsOf(leg)
      .filter((part) => {
        const isAnnounced = isLimit(installation, leg, part) || allowed.has(`${leg.accountId}/${part.part}`)
        return !isAnnounced || !isExplained(seen, leg, part)
      })
      .map(({ part, outcome }) => ({ system: titleOf(installation, leg.accountId), part, outcome: outcome.kind })),
  )
}

export function exceptionsOf(leg: LegRow): readonly PartResult[] {
  return leg.parts.filter(({ outcome }) => isException(outcome))
}

function isLimit(installation: Installation, leg: LegRow, { part, outcome }: PartResult): boolean {
  if (outcome.kind !== 'not_supported' && outcome.kind !== 'unverifiable') return false
  const row = depthOf(installation, leg).find((one) => one.part === part)
  return row?.onErasure === 'left' || row?.isRead === false
}

export function depthOf({ runtime }: Installation, leg: Pick<LegRow, 'accountId'>): readonly DepthRow[] {
  return runtime.ports.accounts.get(leg.accountId)?.connector.manifest.depth ?? []
}

function isExplained({ journal }: Seen, leg: LegRow, { part }: PartResult): boolean {
  return journal.some(
    (line) => line.kind === 'exception.explained' && line.legId === leg.id && line.detail.part === part,
  )
}

/**
 * Places of which the record says that all is gone, while the vendor still shows something of the person: there must be none,
 * whatever the record says.
 */
export function falselyGone(installation: Installation, seen: Seen, role: Role): readonly string[] {
  return seen.legs.flatMap((leg) => {
    const running = installation.sandboxes.find((one) => one.accountId === leg.accountId)
    const left = running === undefined ? {} : remainingAt(running, role)
    return leg.parts
      .filter(({ part, outcome }) => outcome.kind === 'erased' && (left[part] ?? 0) > 0)
      .map(({ part }) => `${leg.accountId}/${part}`)
  })
}
