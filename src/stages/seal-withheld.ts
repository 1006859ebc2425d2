import type { JsonValue } from '../domain/json.ts'
import type { RedactionRow } from '../ports/review-rows.ts'
import type { LegRow, ParcelRow } from '../ports/rows.ts'
import type { Withheld } from '../ports/runtime.ts'

interface Copy {
  readonly legs: readonly LegRow[]
  readonly parcels: readonly ParcelRow[]
  readonly redactions: readonly RedactionRow[]
}

/** What a copy leaves out, counted by place, kind and reason, in a fixed order: by a reviewer, and credentials by themselves. */
export function withheldOf({ legs, parcels, redactions }: Copy): readonly Withheld[] {
  const taken = legs.flatMap((leg) => {
    const parcel = parcels.find((one) => one.legId === leg.id)
    if (!parcel) return []
    return [
      ...redactions
        .filter((row) => row.parcelId === parcel.id)
        .map(({ part, kind, reason }): Withheld => ({ accountId: leg.accountId, part, kind, reason, count: 1 })),
      ...secretsIn(parcel).map(({ part, count }): Withheld => ({
        accountId: leg.accountId,
        part,
        kind: 'field',
        reason: 'secret',
        count,
      })),
    ]
  })
  const groups = Map.groupBy(taken, (one) => [one.accountId, one.part, one.kind, one.reason].join(' '))
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, some]) => {
      const [first] = some
      return first ? [{ ...first, count: some.reduce((total, { count }) => total + count, 0) }] : []
    })
}

function secretsIn({ counts }: ParcelRow): readonly { readonly part: string; readonly count: number }[] {
  return Object.entries(counts).flatMap(([part, counted]) => {
    const count = secretsOf(counted)
    return count > 0 ? [{ part, count }] : []
  })
}

function secretsOf(counted: JsonValue): number {
  const isGroup = typeof counted === 'object' && counted !== null && !Array.isArray(counted)
  const { secrets } = isGroup ? (counted as Readonly<Record<string, JsonValue>>) : {}
  return typeof secrets === 'number' ? secrets : 0
}
