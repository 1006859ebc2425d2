import { z } from 'zod'
import type { JsonValue } from '../../domain/json.ts'

const planShape = z.object({
  accounts: z.array(
    z.object({
      account: z.string(),
      effects: z.enum(['read_only', 'test_only', 'live']).nullable(),
      searched: z.boolean(),
      records: z.array(z.object({ part: z.string(), keep: z.unknown() })),
    }),
  ),
})

export interface PlannedSystem {
  readonly accountId: string
  readonly effects: 'read_only' | 'test_only' | 'live' | null
  readonly isSearched: boolean
  /** By place: how many records are acted on and how many are kept. */
  readonly places: readonly { readonly part: string; readonly acted: number; readonly kept: number }[]
}

/** What a plan does in each system, counted: references are for machines. Undefined when it cannot be read. */
export function plannedSystems(plan: JsonValue | undefined): readonly PlannedSystem[] | undefined {
  const read = planShape.safeParse(plan)
  return read.data?.accounts.map((account) => ({
    accountId: account.account,
    effects: account.effects,
    isSearched: account.searched,
    places: [...Map.groupBy(account.records, (record) => record.part)].map(([part, records]) => {
      const kept = records.filter((record) => record.keep !== null).length
      return { part, acted: records.length - kept, kept }
    }),
  }))
}
