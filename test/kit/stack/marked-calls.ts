import { randomUUID } from 'node:crypto'
import type { Connector, Context, EffectCall, WritingVerb } from '../../../src/connector/contract.ts'
import type { SandboxCall } from '../../../src/connector/testing.ts'
import type { Account, Accounts } from '../../../src/ports/runtime.ts'

/** Every vendor call of the effect engine carries this header in tests: which effects it is made for, and in which turn. */
const HEADER = 'x-test-effects'

interface Mark {
  readonly verb: 'perform' | 'readBack'
  readonly step: string
  readonly keys: readonly string[]
  /** One perform; its calls belong together. */
  readonly turn: string
}

/** The calls that one account received, oldest first. */
export interface AccountLog {
  readonly accountId: string
  readonly isRepeatable: (step: string) => boolean
  readonly calls: readonly SandboxCall[]
}

/** Accounts whose vendors can tell from their call log which effect each change was made for. */
export function markedAccounts(accounts: Accounts): Accounts {
  return {
    of: (controllerId) => accounts.of(controllerId).map(markedAccount),
    get: (accountId) => {
      const account = accounts.get(accountId)
      return account && markedAccount(account)
    },
  }
}

function markedAccount(account: Account): Account {
  return { ...account, connector: markedConnector(account.connector) }
}

function markedConnector(connector: Connector): Connector {
  const writing = Object.entries(connector.writing).map(([right, verb]) => [right, markedVerb(verb)] as const)
  return { ...connector, writing: Object.fromEntries(writing) }
}

function markedVerb(verb: WritingVerb): WritingVerb {
  return {
    ...verb,
    perform: (context, call) => verb.perform(marked(context, 'perform', call), call),
    readBack: (context, call) => verb.readBack(marked(context, 'readBack', call), call),
  }
}

function marked(context: Context, verb: Mark['verb'], { step, members }: EffectCall): Context {
  const { transport } = context
  const mark: Mark = { verb, step, keys: members.map(({ key }) => key), turn: randomUUID() }
  const headers = { [HEADER]: JSON.stringify(mark) }
  return {
    ...context,
    transport: {
      send: (call) => transport.send({ ...call, headers: { ...call.headers, ...headers } }),
      stream: (call) => transport.stream({ ...call, headers: { ...call.headers, ...headers } }),
    },
  }
}

/**
 * Changes that a vendor was made to carry out more than once for one effect without leave. A repetition has leave when the manifest
 * calls the step repeatable and the vendor was asked in between; suppressions count like everything else.
 */
export function repeatedChanges(logs: readonly AccountLog[]): readonly string[] {
  return logs.flatMap((log) => repeats(log).filter(({ hasLeave }) => !hasLeave)).map(({ what }) => what)
}

/** How many changes were carried out, and how many of them once more, with leave or without. */
export function countChanges(logs: readonly AccountLog[]): { readonly made: number; readonly again: number } {
  const made = logs.reduce((sum, { calls }) => sum + calls.filter(isCarriedOut).length, 0)
  return { made, again: logs.reduce((sum, log) => sum + repeats(log).length, 0) }
}

interface Repeat {
  readonly what: string
  readonly hasLeave: boolean
}

function repeats({ accountId, isRepeatable, calls }: AccountLog): readonly Repeat[] {
  const made = new Map<string, { turn: string; isLookedAt: boolean }>()
  const found: Repeat[] = []
  for (const call of calls) {
    const mark = markOf(call)
    if (mark?.verb === 'readBack') for (const key of mark.keys) made.set(key, lookedAt(made.get(key)))
    if (mark?.verb !== 'perform' || !isCarriedOut(call)) continue
    for (const key of mark.keys) {
      const before = made.get(key)
      const isAgain = before !== undefined && before.turn !== '' && before.turn !== mark.turn
      if (isAgain)
        found.push({ what: `${accountId} ${mark.step}`, hasLeave: before.isLookedAt && isRepeatable(mark.step) })
      made.set(key, { turn: mark.turn, isLookedAt: false })
    }
  }
  return found
}

function lookedAt(before: { turn: string } | undefined): { turn: string; isLookedAt: boolean } {
  return { turn: before?.turn ?? '', isLookedAt: true }
}

/** The vendor did it, whether or not anybody heard. */
function isCarriedOut({ isChange, status, fault }: SandboxCall): boolean {
  if (!isChange) return false
  return fault === undefined || fault === 'slow' ? status < 400 : fault === 'reset_after' || fault === 'status_after'
}

function markOf({ headers }: SandboxCall): Mark | undefined {
  const text = headers[HEADER]
  // The header is written above and nowhere else.
  return text === undefined ? undefined : (JSON.parse(text) as Mark)
}
