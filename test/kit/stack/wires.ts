import { Wire } from '../services/wire.ts'
import type { VendorAccount } from './vendors.ts'

/** Wires between the workers of a stack and what they need. */
export interface Wires {
  readonly database: readonly Wire[]
  /** Empty where the queue lives in the database. */
  readonly queue: readonly Wire[]
  readonly vendors: readonly Wire[]
  /** The same places by way of the wires. */
  readonly ends: Partial<Ends>
}

interface Ends {
  readonly databaseUrl: string
  readonly redisUrl: string | undefined
  readonly accounts: readonly VendorAccount[]
}

export async function layWires({ databaseUrl, redisUrl, accounts }: Ends, isWired: boolean): Promise<Wires> {
  if (!isWired) return { database: [], queue: [], vendors: [], ends: {} }
  const database = await Wire.to(databaseUrl)
  const queue = redisUrl === undefined ? undefined : await Wire.to(redisUrl)
  const vendors = await Promise.all(accounts.map(({ sandbox }) => Wire.to(sandbox.baseUrl)))
  const far = accounts.map((account, at) => ({
    ...account,
    sandbox: { ...account.sandbox, baseUrl: vendors[at]!.url },
  }))
  return {
    database: [database],
    queue: queue === undefined ? [] : [queue],
    vendors,
    ends: { databaseUrl: database.url, redisUrl: queue?.url, accounts: far },
  }
}
