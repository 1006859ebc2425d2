import { expect, it } from '@jest/globals'
import type { Connector } from '../../src/connector/contract.ts'
import { effectId } from '../../src/domain/ids.ts'
import type { Account, Ports } from '../../src/ports/runtime.ts'
import { describeStacks } from '../kit/stack/backends.ts'
import { startStack } from '../kit/stack/stack.ts'
import { pictureOf } from '../kit/stack/vendors.ts'

/** Looks, whenever a vendor is about to be changed, whether the intent of every member is on disk. */
function intentsSeen(seen: string[]): (ports: Ports) => Ports {
  return (ports) => {
    const watched = (account: Account): Account => ({ ...account, connector: watchedConnector(account.connector) })
    const watchedConnector = (connector: Connector): Connector => {
      const { erasure } = connector.writing
      if (erasure === undefined) return connector
      return {
        ...connector,
        writing: {
          ...connector.writing,
          erasure: {
            ...erasure,
            perform: async (context, call) => {
              const ids = call.members.map(({ key }) => effectId(key))
              const rows = await ports.store.transact((tx) => tx.effect.find({ id: { in: ids } }))
              seen.push(...rows.map((row) => (row.callId === null ? 'no call' : row.state)))
              return erasure.perform(context, call)
            },
          },
        },
      }
    }
    const { accounts } = ports
    const get = (id: Parameters<typeof accounts.get>[0]) => {
      const account = accounts.get(id)
      return account && watched(account)
    }
    return { ...ports, accounts: { of: (id) => accounts.of(id).map(watched), get } }
  }
}

describeStacks(
  'nothing is changed at a vendor without an approved plan, a live account and an intent on disk:',
  (backend) => {
    it('waits for the approval, however long it waits; and each change has its intent on disk before it is made', async () => {
      const stack = await startStack({ backend })
      const known = stack.plant(1)
      const before = pictureOf(known)
      const seen: string[] = []
      await stack.work(undefined, { ports: intentsSeen(seen) })

      const id = await stack.portal.receive(known.person, 'erasure')
      await stack.portal.untilState(id, ['awaiting_decision'])
      await stack.portal.decideAll(id)
      await stack.portal.untilState(id, ['plan_expired'])
      expect(stack.vendors.changes()).toEqual([])
      expect(pictureOf(known)).toBe(before)

      await stack.portal.commands.resume({
        requestId: id,
        legId: null,
        action: 'retry',
        actor: { role: 'ops', id: 'ops-1' },
        reason: null,
      })
      await stack.portal.untilState(id, ['awaiting_approval'])
      await stack.portal.approve(id)
      await stack.portal.lead(id)
      expect(seen.length).toBeGreaterThan(0)
      expect(seen.filter((state) => state !== 'sent')).toEqual([])
    }, 120_000)

    it('only searches an account that is read-only, and the record says that nothing was done', async () => {
      const stack = await startStack({ backend, effects: 'read_only' })
      const known = stack.plant(1)
      const before = pictureOf(known)
      await stack.work()

      const id = await stack.portal.receive(known.person, 'erasure')
      const request = await stack.portal.lead(id)

      expect(request.result).toBe('completed_with_exceptions')
      expect(new Set(Object.values(await stack.portal.outcomes(id)))).toEqual(new Set(['not_done']))
      expect(stack.vendors.changes()).toEqual([])
      expect(pictureOf(known)).toBe(before)
    }, 90_000)
  },
)
