import { accountId } from '../../domain/ids.ts'
import { createStopping } from '../../flow/stopping.ts'
import type { StopReport } from '../../ports/stopping.ts'
import { withRuntime } from './with-runtime.ts'

type Print = (line: string) => void

export interface StopCall {
  /** Absent: all accounts. */
  readonly account: string | undefined
  readonly action: 'stop' | 'lift' | 'giveUp'
  readonly by: string
  readonly reason: string
}

/** Halts all changes at vendors in every process on this database, lets them go on, or gives up what waits; says what was left. */
export async function stopCommand({ account, action, by, reason }: StopCall, print: Print): Promise<number> {
  return withRuntime(async ({ ports }) => {
    const actor = { role: 'admin', id: by } as const
    const scope = { controllerId: null, accountId: account === undefined ? null : accountId(account) }
    tell(await createStopping(ports)[action]({ ...scope, actor, reason }), print)
  })
}

function tell({ stops, accounts, requests, held }: StopReport, print: Print): void {
  if (stops.length === 0) print('Nothing is halted.')
  for (const stop of stops)
    print(`halted: ${stop.accountId ?? 'all accounts'}, by ${stop.by.id}: ${stop.reason} (${timeOf(stop.stoppedAtMs)})`)
  for (const one of accounts)
    print(`  ${one.accountId}: ${one.waiting} changes wait, ${one.onTheirWay} were on their way`)
  for (const one of requests) print(`  request ${one.requestId}: ${one.waiting} changes wait`)
  for (const id of held) print(`  request ${id}: approved, does not begin; it can be withdrawn`)
}

function timeOf(atMs: number): string {
  return new Date(atMs).toISOString()
}
