import { describe, expect, it } from '@jest/globals'
import { Conflict, MemoryStore } from '../kit/memory-store.ts'
import { codeOf } from './code-of.ts'
import { describeStore } from './contract.ts'
import { outboxRow } from './rows.ts'

const clock = { nowMs: () => 1_790_000_000_000 }

describe('the memory store', () => {
  describeStore(() => Promise.resolve(new MemoryStore({ clock })))

  it('tells the time of the given clock', async () => {
    expect(await new MemoryStore({ clock }).transact((tx) => tx.dbNowMs())).toBe(1_790_000_000_000)
  })

  it('stores nothing when the process dies before the commit', async () => {
    const crash = new Error('killed')
    const store = new MemoryStore({
      clock,
      beforeCommit: () => {
        throw crash
      },
    })
    await expect(store.transact((tx) => tx.outbox.insert(outboxRow()))).rejects.toBe(crash)
    expect(store.rows('outbox')).toEqual([])
  })

  it('has stored everything when the answer of the commit is lost', async () => {
    const crash = new Error('killed')
    const store = new MemoryStore({
      clock,
      afterCommit: () => {
        throw crash
      },
    })
    const row = outboxRow()
    await expect(store.transact((tx) => tx.outbox.insert(row))).rejects.toBe(crash)
    expect(store.rows('outbox')).toEqual([row])
  })

  it('counts commits, so that a test can choose which one fails', async () => {
    const seen: number[] = []
    const store = new MemoryStore({ clock, beforeCommit: (commit) => void seen.push(commit) })
    await store.transact((tx) => tx.outbox.insert(outboxRow()))
    await store.transact((tx) => tx.outbox.insert(outboxRow()))
    expect(seen).toEqual([1, 2])
  })

  it('runs the work again after a conflict, from what was stored before', async () => {
    let conflicts = 2
    const store = new MemoryStore({
      clock,
      beforeCommit: () => {
        conflicts -= 1
        if (conflicts >= 0) throw new Conflict()
      },
    })
    let runs = 0
    await store.transact(async (tx) => {
      runs += 1
      await tx.outbox.insert(outboxRow())
    })
    expect([runs, store.rows('outbox').length]).toEqual([3, 1])
  })

  it('gives up after five conflicts', async () => {
    let runs = 0
    const store = new MemoryStore({
      clock,
      beforeCommit: () => {
        throw new Conflict()
      },
    })
    const work = store.transact(() => Promise.resolve((runs += 1)))
    expect([await codeOf(work), runs]).toEqual(['DATABASE_UNREACHABLE', 5])
  })
  it('refuses a transaction within a transaction, and takes one that follows', async () => {
    const store = new MemoryStore({ clock })
    const [within, after] = await store.transact(async () => {
      const refused = await codeOf(store.transact((tx) => tx.dbNowMs()))
      return [refused, () => store.transact((tx) => tx.dbNowMs())] as const
    })
    expect([within, await after()]).toEqual(['INTERNAL', 1_790_000_000_000])
  })
})
