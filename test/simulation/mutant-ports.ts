import type { Connector, WritingVerb } from '../../src/connector/contract.ts'
import type { Store, Tx } from '../../src/ports/store.ts'
import type { Mutation } from './world.ts'

/** Changes what processes whose name begins so see of a transaction. `change` is called once a process and may remember. */
export function onTx(processes: string, change: () => (tx: Tx) => Tx): Mutation {
  return onStore(processes, (store) => {
    const changed = change()
    return { transact: async (work) => store.transact(async (tx) => work(changed(tx))) }
  })
}

export function onStore(processes: string, change: (store: Store) => Store): Mutation {
  return {
    ports: (ports, process) => (process.startsWith(processes) ? { ...ports, store: change(ports.store) } : ports),
  }
}

export function onConnector(change: (connector: Connector) => Connector): Mutation {
  return { account: (account) => ({ ...account, connector: change(account.connector) }) }
}

/** Changes the erasing verb. */
export function onErase(change: (verb: WritingVerb) => Partial<WritingVerb>): Mutation {
  return onConnector((connector) => {
    const verb = connector.writing.erasure
    return verb ? { ...connector, writing: { erasure: { ...verb, ...change(verb) } } } : connector
  })
}
