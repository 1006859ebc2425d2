import { describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { requestId } from '../../../src/domain/ids.ts'
import type { Store } from '../../../src/ports/store.ts'
import { codeOf } from '../code-of.ts'
import { journalRow, outboxRow } from '../rows.ts'

export function describeTransactions(store: () => Store): void {
  describe('deleting', () => {
    it('removes what is asked for and nothing else, and tells how many', async () => {
      const [gone, alsoGone, neighbour] = [outboxRow({ tries: 5 }), outboxRow({ tries: 5 }), outboxRow({ tries: 6 })]
      await store().transact(async (tx) => {
        for (const row of [gone, alsoGone, neighbour]) await tx.outbox.insert(row)
      })
      const ids = [gone.id, alsoGone.id, neighbour.id]
      expect(await store().transact((tx) => tx.outbox.delete({ id: { in: ids }, tries: 5 }))).toBe(2)
      expect(await store().transact((tx) => tx.outbox.find({ id: { in: ids } }))).toEqual([neighbour])
      expect(await store().transact((tx) => tx.outbox.delete({ id: { in: ids }, tries: 5 }))).toBe(0)
    })

    it('never empties a whole table', async () => {
      expect(await codeOf(store().transact((tx) => tx.outbox.delete({})))).toBe('INTERNAL')
    })

    it('keeps the journal as it is, save for a whole request', async () => {
      const request = requestId(randomUUID())
      const entries = [journalRow({ requestId: request }), journalRow({ requestId: request })]
      const neighbour = journalRow()
      await store().transact(async (tx) => {
        for (const row of [...entries, neighbour]) await tx.journal.insert(row)
      })
      const change = store().transact((tx) => tx.journal.update(entries[0]!.id, { kind: 'plan.approved' }))
      expect(await codeOf(change)).toBe('INTERNAL')
      const removeOne = store().transact((tx) => tx.journal.delete({ id: entries[0]!.id }))
      expect(await codeOf(removeOne)).toBe('INTERNAL')
      expect(await store().transact((tx) => tx.journal.count({ requestId: request }))).toBe(2)
      expect(await store().transact((tx) => tx.journal.delete({ requestId: request }))).toBe(2)
      expect(await store().transact((tx) => tx.journal.get(neighbour.id))).toMatchObject({
        id: neighbour.id,
        detail: neighbour.detail,
      })
    })
  })

  describe('transactions', () => {
    it('returns what the work returns', async () => {
      expect(await store().transact(() => Promise.resolve('done'))).toBe('done')
    })

    it('undoes insertions, updates and deletions when the work throws, and throws the same', async () => {
      const [kept, deleted, added] = [outboxRow(), outboxRow(), outboxRow()]
      await store().transact(async (tx) => {
        await tx.outbox.insert(kept)
        await tx.outbox.insert(deleted)
      })
      const error = new RangeError('stop')
      const work = store().transact(async (tx) => {
        await tx.outbox.update(kept.id, { tries: 1 })
        await tx.outbox.update(kept.id, { tries: 2 })
        await tx.outbox.delete({ id: deleted.id })
        await tx.outbox.insert(added)
        throw error
      })
      await expect(work).rejects.toBe(error)
      const stored = await store().transact((tx) => tx.outbox.find({ id: { in: [kept.id, deleted.id, added.id] } }))
      expect(new Set(stored)).toEqual(new Set([kept, deleted]))
    })

    it('sees its own changes before the commit', async () => {
      const row = outboxRow()
      const seen = await store().transact(async (tx) => {
        await tx.outbox.insert(row)
        await tx.outbox.update(row.id, { tries: 4 })
        return tx.outbox.find({ id: row.id, tries: 4 })
      })
      expect(seen).toEqual([{ ...row, tries: 4 }])
    })

    it('takes statements that are not waited for one by one', async () => {
      const rows = [outboxRow(), outboxRow(), outboxRow()]
      await store().transact(async (tx) => {
        await Promise.all(rows.map((row) => tx.outbox.insert(row)))
      })
      expect(await store().transact((tx) => tx.outbox.count({ id: { in: rows.map((row) => row.id) } }))).toBe(3)
    })

    it('cannot be used after its end', async () => {
      const tx = await store().transact((given) => Promise.resolve(given))
      expect(await codeOf(tx.outbox.insert(outboxRow()))).toBe('INTERNAL')
    })

    it('keeps every one of many increments that lock first', async () => {
      const row = outboxRow({ tries: 0 })
      await store().transact((tx) => tx.outbox.insert(row))
      const increment = () =>
        store().transact(async (tx) => {
          const locked = await tx.outbox.lock(row.id)
          await tx.outbox.update(row.id, { tries: (locked?.tries ?? NaN) + 1 })
        })
      await Promise.all(Array.from({ length: 12 }, increment))
      expect((await store().transact((tx) => tx.outbox.get(row.id)))?.tries).toBe(12)
    })

    it('tells the time of the database, which never goes back', async () => {
      const [first, second] = await store().transact(async (tx) => [await tx.dbNowMs(), await tx.dbNowMs()] as const)
      expect(Number.isSafeInteger(first)).toBe(true)
      expect(second - first).toBeGreaterThanOrEqual(0)
    })
  })
}
