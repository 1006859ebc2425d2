import { z } from 'zod'
import { accountId, type AccountId } from '../../domain/ids.ts'
import type { JsonValue } from '../../domain/json.ts'
import type { Right } from '../../domain/right.ts'
import type { Account, Accounts } from '../../ports/runtime.ts'
import type { PlanAnswer } from '../wire/answers.ts'
import { isoOf } from '../wire/common.ts'

type DepthRow = Account['connector']['manifest']['depth'][number]

const planShape = z.object({
  right: z.string(),
  accounts: z.array(
    z.object({
      account: z.string(),
      effects: z.enum(['read_only', 'test_only', 'live']).nullable(),
      supported: z.boolean(),
      searched: z.boolean(),
      records: z.array(
        z.object({
          part: z.string(),
          keep: z.object({ law: z.string().nullable(), until_ms: z.number().nullable() }).nullable(),
        }),
      ),
    }),
  ),
})

type WrittenAccount = z.output<typeof planShape>['accounts'][number]
type WrittenRecord = WrittenAccount['records'][number]

/** What a plan does with the records of one place that it acts on. */
export type PlannedDeed = 'erased' | 'anonymised' | 'suppressed' | 'copied' | 'changed'

export interface PlannedPlace {
  readonly part: string
  /** In the users' words. */
  readonly title: string
  readonly found: number
  /** How many are acted on, and how; none where `cannot` says why. */
  readonly acted: number
  readonly deed: PlannedDeed
  readonly kept: readonly { readonly count: number; readonly law: string | null; readonly untilMs: number | null }[]
  readonly cannot: { readonly count: number; readonly why: CannotWhy } | undefined
}

/** Why nothing can be done in a place: the account's own brake, the connector's, or the vendor's in its own words. */
export type CannotWhy =
  | { readonly kind: 'read_only' }
  | { readonly kind: 'unsupported' }
  | { readonly kind: 'vendor'; readonly text: string | undefined }

export interface PlannedSystem {
  readonly accountId: AccountId
  readonly effects: 'read_only' | 'test_only' | 'live' | null
  readonly isSearched: boolean
  readonly places: readonly PlannedPlace[]
}

export interface PlanCounts {
  readonly found: number
  readonly acted: number
  readonly kept: number
  readonly cannot: number
}

/** What a plan does in each system, counted: references are for machines. Undefined when it cannot be read. */
export function plannedSystems(
  plan: JsonValue | undefined,
  { accounts, right }: { readonly accounts: Accounts; readonly right: Right },
): readonly PlannedSystem[] | undefined {
  const read = planShape.safeParse(plan)
  return read.data?.accounts.map((account) => {
    const id = accountId(account.account)
    const depth = accounts.get(id)?.connector.manifest.depth ?? []
    return {
      accountId: id,
      effects: account.effects,
      isSearched: account.searched,
      places: [...Map.groupBy(account.records, (record) => record.part)]
        .sort(([a], [b]) => rankOf(depth, a) - rankOf(depth, b))
        .map(([part, records]) =>
          placeOf(account, { part, records, right, row: depth.find((one) => one.part === part) }),
        ),
    }
  })
}

export function countsOf(places: readonly PlannedPlace[]): PlanCounts {
  const sum = (count: (place: PlannedPlace) => number) => places.reduce((total, place) => total + count(place), 0)
  return {
    found: sum((place) => place.found),
    acted: sum((place) => place.acted),
    kept: sum((place) => place.kept.reduce((total, one) => total + one.count, 0)),
    cannot: sum((place) => place.cannot?.count ?? 0),
  }
}

/** As the manifest orders its places, so that the eye finds them again. */
function rankOf(depth: readonly DepthRow[], part: string): number {
  const at = depth.findIndex((row) => row.part === part)
  return at < 0 ? depth.length : at
}

interface PlaceSource {
  readonly part: string
  readonly records: readonly WrittenRecord[]
  readonly right: Right
  readonly row: DepthRow | undefined
}

function placeOf(account: WrittenAccount, { part, records, right, row }: PlaceSource): PlannedPlace {
  const kept = [
    ...Map.groupBy(
      records.filter((record) => record.keep !== null),
      ({ keep }) => `${keep?.law ?? ''} ${keep?.until_ms ?? ''}`,
    ).values(),
  ].map((some) => ({ count: some.length, law: some[0]?.keep?.law ?? null, untilMs: some[0]?.keep?.until_ms ?? null }))
  const open = records.filter((record) => record.keep === null).length
  const why = open === 0 ? undefined : whyNot(account, right, row)
  return {
    part,
    title: row?.title ?? part.replaceAll('_', ' '),
    found: records.length,
    acted: why === undefined ? open : 0,
    deed: deedOf(right, row),
    kept,
    cannot: why && { count: open, why },
  }
}

function whyNot(account: WrittenAccount, right: Right, row: DepthRow | undefined): CannotWhy | undefined {
  if (right === 'access' || right === 'portability') return undefined
  if (!account.supported) return { kind: 'unsupported' }
  if (account.effects === 'read_only') return { kind: 'read_only' }
  if (right === 'erasure' && row?.onErasure === 'left') return { kind: 'vendor', text: row.why }
  return undefined
}

function deedOf(right: Right, row: DepthRow | undefined): PlannedDeed {
  if (right === 'access' || right === 'portability') return 'copied'
  if (right !== 'erasure') return 'changed'
  return row === undefined || row.onErasure === 'left' ? 'erased' : row.onErasure
}

/** The same for the API. */
export function plannedAnswer(
  systems: readonly PlannedSystem[],
  accounts: Accounts,
): Pick<PlanAnswer, 'counts' | 'systems'> {
  return {
    counts: countsOf(systems.flatMap((one) => one.places)),
    systems: systems.map((system) => ({
      account_id: system.accountId,
      title: accounts.get(system.accountId)?.connector.manifest.title ?? system.accountId,
      effects: system.effects,
      is_searched: system.isSearched,
      counts: countsOf(system.places),
      places: system.places.map((place) => ({
        part: place.part,
        title: place.title,
        deed: place.deed,
        counts: countsOf([place]),
        kept: place.kept.map(({ count, law, untilMs }) => ({ count, law, until: isoOf(untilMs) })),
        cannot_because: place.cannot === undefined ? null : whyText(place.cannot.why),
      })),
    })),
  }
}

function whyText(why: CannotWhy): string {
  return why.kind === 'vendor' ? (why.text ?? 'the system cannot erase it') : why.kind
}
