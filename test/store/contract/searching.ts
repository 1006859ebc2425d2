import { beforeAll, describe, expect, it } from '@jest/globals'
import { accountId } from '../../../src/domain/ids.ts'
import type { Store } from '../../../src/ports/store.ts'
import { codeOf } from '../code-of.ts'
import { journalRow, legRow, outboxRow, requestRow } from '../rows.ts'

export function describeSearching(store: () => Store): void {
  describe('searching', () => {
    const here = accountId('find-here')
    const legs = [10, 20, 30, null].map((nextActionAtMs, index) =>
      legRow({ accountId: here, nextActionAtMs, wave: index % 2, stage: index === 3 ? null : 'discover' }),
    )
    const waitTimes = (rows: readonly { nextActionAtMs: number | null }[]) => rows.map((row) => row.nextActionAtMs)
    beforeAll(() =>
      store().transact(async (tx) => {
        for (const leg of legs) await tx.leg.insert(leg)
      }),
    )

    it.each([
      ['equality', { wave: 1 }, [20, null]],
      ['null', { nextActionAtMs: null }, [null]],
      ['one of several', { nextActionAtMs: { in: [10, 30, 999] } }, [10, 30]],
      ['one of several or null', { nextActionAtMs: { in: [10, null] } }, [10, null]],
      ['one of none', { nextActionAtMs: { in: [] } }, []],
      ['at most, never null', { nextActionAtMs: { atMost: 20 } }, [10, 20]],
      ['above, never null', { nextActionAtMs: { above: 20 } }, [30]],
      ['other than a value, null included', { nextActionAtMs: { not: 20 } }, [10, 30, null]],
      ['other than null', { nextActionAtMs: { not: null } }, [10, 20, 30]],
      ['text other than null', { stage: { not: null } }, [10, 20, 30]],
      ['all conditions together', { wave: 0, nextActionAtMs: { above: 10 } }, [30]],
      ['nothing', { wave: 7 }, []],
    ])('finds by %s', async (_, where, expected) => {
      const options = { orderBy: ['nextActionAtMs'] } as const
      const found = await store().transact((tx) => tx.leg.find({ accountId: here, ...where }, options))
      expect(waitTimes(found)).toEqual(expected)
      expect(await store().transact((tx) => tx.leg.count({ accountId: here, ...where }))).toBe(expected.length)
      const claimed = await store().transact((tx) => tx.leg.claim({ accountId: here, ...where }, options))
      expect(claimed).toEqual(found)
    })

    it('orders ascending with null last, descending the other way round, ties by id', async () => {
      const find = (orderBy: readonly ('nextActionAtMs' | '-nextActionAtMs' | '-wave')[]) =>
        store().transact((tx) => tx.leg.find({ accountId: here }, { orderBy }))
      expect(waitTimes(await find(['nextActionAtMs']))).toEqual([10, 20, 30, null])
      expect(waitTimes(await find(['-nextActionAtMs']))).toEqual([null, 30, 20, 10])
      const byWave = await find(['-wave'])
      expect(byWave.map((leg) => leg.wave)).toEqual([1, 1, 0, 0])
      const ids = byWave.map((leg) => leg.id)
      expect(ids.slice(0, 2)).toEqual(ids.slice(0, 2).toSorted())
      expect(ids.slice(2)).toEqual(ids.slice(2).toSorted())
    })

    it('tells journal lines in the order of their writing, whatever their instant and their ids', async () => {
      const request = requestRow()
      const kinds = ['request.received', 'plan.made', 'leg.act', 'leg.settle', 'record.sealed', 'archive.opened']
      await store().transact(async (tx) => {
        for (const kind of kinds) await tx.journal.insert(journalRow({ requestId: request.id, kind, seq: 7 }))
      })
      await store().transact((tx) => tx.journal.insert(journalRow({ requestId: request.id, kind: 'later' })))
      const found = await store().transact((tx) => tx.journal.find({ requestId: request.id }, { orderBy: ['seq'] }))
      expect(found.map((line) => line.kind)).toEqual([...kinds, 'later'])
      expect(new Set(found.map((line) => line.seq)).size).toBe(found.length)
    })

    it('orders text by its bytes', async () => {
      const request = requestRow()
      const kinds = ['a', 'B', 'b', 'A', 'é', 'a-b', 'ab']
      await store().transact(async (tx) => {
        for (const kind of kinds) await tx.journal.insert(journalRow({ requestId: request.id, kind }))
      })
      const found = await store().transact((tx) => tx.journal.find({ requestId: request.id }, { orderBy: ['kind'] }))
      expect(found.map((row) => row.kind)).toEqual(['A', 'B', 'a', 'a-b', 'ab', 'b', 'é'])
    })

    it('pages by id, each row once', async () => {
      const seen: string[] = []
      let afterId: string | undefined
      do {
        const options = afterId === undefined ? { limit: 3 } : { limit: 3, afterId }
        const page = await store().transact((tx) => tx.leg.find({ accountId: here }, options))
        seen.push(...page.map((leg) => leg.id))
        afterId = page.at(-1)?.id
      } while (afterId !== undefined)
      expect(seen).toEqual(legs.map((leg) => leg.id).toSorted())
    })

    it('stops at 1,000 rows unless told otherwise, and refuses more than 10,000', async () => {
      const account = accountId('many')
      await store().transact(async (tx) => {
        for (let count = 0; count < 1001; count += 1) await tx.outbox.insert(outboxRow({ accountId: account }))
      })
      expect(await store().transact((tx) => tx.outbox.find({ accountId: account }))).toHaveLength(1000)
      expect(await store().transact((tx) => tx.outbox.find({ accountId: account }, { limit: 10_000 }))).toHaveLength(
        1001,
      )
      expect(await store().transact((tx) => tx.outbox.find({ accountId: account }, { limit: 0 }))).toHaveLength(0)
      expect(await codeOf(store().transact((tx) => tx.outbox.find({}, { limit: 10_001 })))).toBe('INTERNAL')
    })

    it('counts by the values of a column', async () => {
      const counts = await store().transact((tx) => tx.leg.countBy('nextActionAtMs', { accountId: here, wave: 0 }))
      expect(counts).toEqual([
        { value: 10, count: 1 },
        { value: 30, count: 1 },
      ])
      const waves = await store().transact((tx) => tx.leg.countBy('wave', { accountId: here }))
      expect(waves).toEqual([
        { value: 0, count: 2 },
        { value: 1, count: 2 },
      ])
    })

    it('refuses a condition that is missing or that it cannot judge', async () => {
      const find = (where: object) => codeOf(store().transact((tx) => tx.leg.find(where)))
      expect(await find({ accountId: undefined })).toBe('INTERNAL')
      expect(await find({ parts: [] })).toBe('INTERNAL')
      expect(await find({ nobody: 1 })).toBe('INTERNAL')
      expect(await find({ nextActionAtMs: { atMost: null } })).toBe('INTERNAL')
      expect(await find({ nextActionAtMs: { below: 3 } })).toBe('INTERNAL')
    })
  })
}
