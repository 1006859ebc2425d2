import type { EffectCall, Connector, Context } from '../../../src/connector/contract.ts'
import type { JobQueue } from '../../../src/ports/queue.ts'
import type { Account, Accounts, Ports } from '../../../src/ports/runtime.ts'
import type { Store } from '../../../src/ports/store.ts'
import type { WorkerHooks } from './worker.ts'

/** Where a process stops dead, as if its machine had: nothing runs any more, and every connection stays open until it is killed. */
export type FreezePoint =
  /** A new request is written and not committed. */
  | 'api-before-commit'
  /** It is committed; the portal has no answer. */
  | 'api-after-commit'
  /** The vendor has changed something; nobody has written down that it did. */
  | 'connector-after-effect'
  /** The intent is on disk; the vendor has not been called. */
  | 'connector-before-effect'
  /** The export is under way. */
  | 'connector-export'
  /** The record is about to be signed. */
  | 'coordinator-seal'
  /** Rows are marked as announced; the queue has not been told. */
  | 'relay-before-queue'
  /** What was lost has been issued again, and nothing else. */
  | 'watchdog-after-issue'

/** Says so, then never does anything again. */
function freeze(): never {
  process.stdout.write('frozen\n')
  // Blocks the only thread: no timer, no socket, no heartbeat.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  throw new Error('a frozen process does not go on')
}

/** The hooks of a worker that freezes at the given point, the first time it comes there. */
export function freezing(point: FreezePoint | undefined): WorkerHooks {
  switch (point) {
    case undefined:
      return {}
    case 'api-before-commit':
    case 'api-after-commit':
      return { ports: (ports) => ({ ...ports, store: frozenIntake(ports.store, point) }) }
    case 'connector-after-effect':
    case 'connector-before-effect':
    case 'connector-export':
      return { ports: (ports) => ({ ...ports, accounts: frozenAccounts(ports.accounts, point) }) }
    case 'coordinator-seal':
      return { ports: (ports) => ({ ...ports, signer: { ...ports.signer, sign: freeze } }) }
    case 'relay-before-queue':
      return { queue: frozenQueue }
    case 'watchdog-after-issue':
      return { ports: frozenWatchdog }
  }
}

function frozenQueue(queue: JobQueue): JobQueue {
  return { add: () => freeze(), addFlow: () => freeze(), close: () => queue.close() }
}

function frozenIntake(store: Store, point: 'api-before-commit' | 'api-after-commit'): Store {
  return {
    transact: async (work) => {
      const received: unknown[] = []
      const result = await store.transact(async (tx) => {
        const insert: typeof tx.request.insert = async (row) => {
          received.push(row)
          await tx.request.insert(row)
        }
        const answer = await work({ ...tx, request: { ...tx.request, insert } })
        return received.length > 0 && point === 'api-before-commit' ? freeze() : answer
      })
      return received.length > 0 ? freeze() : result
    },
  }
}

/** The watchdog's own event comes after everything; the outbox row of a re-issue is its first write. */
function frozenWatchdog(ports: Ports): Ports {
  return {
    ...ports,
    store: {
      transact: async (work) => {
        const issued: unknown[] = []
        const result = await ports.store.transact((tx) =>
          work({
            ...tx,
            outbox: {
              ...tx.outbox,
              insert: async (row) => {
                issued.push(row)
                await tx.outbox.insert(row)
              },
            },
          }),
        )
        return issued.length > 0 ? freeze() : result
      },
    },
  }
}

function frozenAccounts(accounts: Accounts, point: FreezePoint): Accounts {
  const frozen = (account: Account): Account => ({ ...account, connector: frozenConnector(account.connector, point) })
  return {
    of: (controllerId) => accounts.of(controllerId).map(frozen),
    get: (accountId) => {
      const account = accounts.get(accountId)
      return account && frozen(account)
    },
  }
}

function frozenConnector(connector: Connector, point: FreezePoint): Connector {
  if (point === 'connector-export') return { ...connector, export: () => freeze() }
  const { erasure } = connector.writing
  if (erasure === undefined) return connector
  const perform = async (context: Context, call: EffectCall) => {
    if (point === 'connector-before-effect') return freeze()
    await erasure.perform(context, call)
    return freeze()
  }
  return { ...connector, writing: { ...connector.writing, erasure: { ...erasure, perform } } }
}
