import { describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import type { Store } from '../../../src/ports/store.ts'
import { codeOf } from '../code-of.ts'
import { effectRow, identifierRow, legRow, requestRow } from '../rows.ts'

export function describeRows(store: () => Store): void {
  describe('rows', () => {
    it('gives back every column as it was stored', async () => {
      const request = requestRow({
        approval: {
          by: { role: 'approver', id: 'user-2' },
          planHash: 'ab',
          planVersion: 1,
          atMs: 1,
          expiresAtMs: 2,
          actNotBeforeMs: 3,
        },
        sealedIntake: Uint8Array.of(0, 128, 255),
        submittedAtMs: Number.MAX_SAFE_INTEGER,
        channel: `quote ' backslash \\ emoji 🦜 $1 \\u0000`,
      })
      const leg = legRow({
        unavailable: [{ part: 'notes', why: `backslash \\ quote " newline \n \\u0000` }],
        errorCode: 'VENDOR_TIMEOUT',
      })
      const effect = effectRow({ after: ['a,b', '{"c"}', 'NULL', ''] })
      await store().transact(async (tx) => {
        await tx.request.insert(request)
        await tx.leg.insert(leg)
        await tx.effect.insert(effect)
      })
      const [storedRequest, storedLeg, storedEffect] = await store().transact(
        async (tx) =>
          [await tx.request.get(request.id), await tx.leg.get(leg.id), await tx.effect.get(effect.id)] as const,
      )
      expect(storedRequest).toEqual(request)
      expect(storedRequest?.wrappedKey.constructor.name).toBe('Uint8Array')
      expect(storedLeg).toEqual(leg)
      expect(storedEffect).toEqual(effect)
    })

    it('answers undefined for an id that is unknown', async () => {
      const id = requestRow().id
      expect(await store().transact((tx) => tx.request.get(id))).toBeUndefined()
      expect(await store().transact((tx) => tx.request.lock(id))).toBeUndefined()
    })

    it('keeps what was stored apart from the object that was given', async () => {
      const bytes = Uint8Array.of(1, 2, 3)
      const request = requestRow({ wrappedKey: bytes })
      const parts: { part: string; why: string }[] = [{ part: 'notes', why: 'scope' }]
      const leg = legRow({ unavailable: parts })
      await store().transact(async (tx) => {
        await tx.request.insert(request)
        await tx.leg.insert(leg)
      })
      bytes[0] = 99
      parts.push({ part: 'deals', why: 'scope' })
      const stored = await store().transact((tx) => tx.request.get(request.id))
      expect(stored?.wrappedKey).toEqual(Uint8Array.of(1, 2, 3))
      expect((await store().transact((tx) => tx.leg.get(leg.id)))?.unavailable).toHaveLength(1)
    })

    it('hands out rows that cannot be changed', async () => {
      const request = requestRow()
      await store().transact((tx) => tx.request.insert(request))
      const stored = await store().transact((tx) => tx.request.get(request.id))
      expect(Object.isFrozen(stored)).toBe(true)
    })

    it.each([
      ['a fraction', { receivedAtMs: 1.5 }],
      ['a number beyond 2^53', { receivedAtMs: 2 ** 53 }],
      ['a count beyond 31 bits', { round: 2 ** 31 }],
      ['a NUL', { channel: 'a\0b' }],
      ['half a surrogate pair', { channel: 'a\ud83e' }],
      ['a NUL within JSON', { createdBy: { role: 'ops', id: 'a\0b' } as const }],
      ['half a surrogate pair within JSON', { createdBy: { role: 'ops', id: '\udc00' } as const }],
    ])('refuses %s instead of storing something else', async (_, patch) => {
      const row = requestRow(patch)
      expect(await codeOf(store().transact((tx) => tx.request.insert(row)))).toBe('INTERNAL')
      expect(await store().transact((tx) => tx.request.get(row.id))).toBeUndefined()
    })
  })

  describe('inserting', () => {
    it('tells by insertNew whether the id or a unique set was taken, and changes nothing then', async () => {
      const first = identifierRow({ round: 1 })
      const sameId = { ...identifierRow(), id: first.id }
      const sameSet = { ...identifierRow({ round: 2 }), requestId: first.requestId, digest: first.digest }
      const otherKind = { ...sameSet, id: randomUUID(), kind: 'phone' as const }
      const results = await store().transact(async (tx) => [
        await tx.identifier.insertNew(first),
        await tx.identifier.insertNew(sameId),
        await tx.identifier.insertNew(sameSet),
        await tx.identifier.insertNew(otherKind),
      ])
      expect(results).toEqual([true, false, false, true])
      const stored = await store().transact((tx) => tx.identifier.find({ requestId: first.requestId, kind: 'email' }))
      expect(stored).toEqual([first])
    })

    it('refuses by insert what is taken, and undoes the whole transaction', async () => {
      const leg = legRow()
      await store().transact((tx) => tx.leg.insert(leg))
      const request = requestRow()
      const work = store().transact(async (tx) => {
        await tx.request.insert(request)
        await tx.leg.insert({ ...legRow(), requestId: leg.requestId })
      })
      expect(await codeOf(work)).toBe('INTERNAL')
      expect(await store().transact((tx) => tx.request.get(request.id))).toBeUndefined()
    })

    it('lets one of two concurrent insertNew win', async () => {
      const row = identifierRow()
      const insert = (id: string) => store().transact((tx) => tx.identifier.insertNew({ ...row, id }))
      const results = await Promise.all([insert(randomUUID()), insert(randomUUID()), insert(randomUUID())])
      expect(results.filter(Boolean)).toHaveLength(1)
    })

    it('frees a unique set when its row is deleted or its insertion is undone', async () => {
      const row = identifierRow()
      const undone = store().transact(async (tx) => {
        await tx.identifier.insert(row)
        throw new RangeError('stop')
      })
      await expect(undone).rejects.toBeInstanceOf(RangeError)
      expect(await store().transact((tx) => tx.identifier.insertNew(row))).toBe(true)
      expect(await store().transact((tx) => tx.identifier.delete({ requestId: row.requestId }))).toBe(1)
      expect(await store().transact((tx) => tx.identifier.insertNew({ ...row, id: randomUUID() }))).toBe(true)
    })
  })

  describe('updating', () => {
    it('changes the named columns and no others', async () => {
      const leg = legRow()
      const neighbour = legRow()
      await store().transact(async (tx) => {
        await tx.leg.insert(leg)
        await tx.leg.insert(neighbour)
        await tx.leg.update(leg.id, { tries: 3, errorCode: 'VENDOR_TIMEOUT', stage: null })
      })
      const stored = await store().transact(async (tx) => [await tx.leg.get(leg.id), await tx.leg.get(neighbour.id)])
      expect(stored).toEqual([{ ...leg, tries: 3, errorCode: 'VENDOR_TIMEOUT', stage: null }, neighbour])
    })

    it('answers NOT_FOUND for an unknown id, and stores nothing', async () => {
      const leg = legRow()
      const work = store().transact(async (tx) => {
        await tx.leg.insert(leg)
        await tx.leg.update(legRow().id, { tries: 1 })
      })
      expect(await codeOf(work)).toBe('NOT_FOUND')
      expect(await store().transact((tx) => tx.leg.get(leg.id))).toBeUndefined()
      expect(await codeOf(store().transact((tx) => tx.leg.update(legRow().id, {})))).toBe('NOT_FOUND')
    })

    it('shows a read what was written before it in the same transaction', async () => {
      const leg = legRow()
      const seen = await store().transact(async (tx) => {
        await tx.leg.insert(leg)
        await tx.leg.update(leg.id, { tries: 1 })
        await tx.leg.update(leg.id, { issue: 7 })
        return tx.leg.get(leg.id)
      })
      expect(seen).toEqual({ ...leg, tries: 1, issue: 7 })
    })

    it('refuses a unique set that another row holds', async () => {
      const held = identifierRow()
      const other = identifierRow({ requestId: held.requestId })
      await store().transact(async (tx) => {
        await tx.identifier.insert(held)
        await tx.identifier.insert(other)
      })
      const update = store().transact((tx) => tx.identifier.update(other.id, { digest: held.digest }))
      expect(await codeOf(update)).toBe('INTERNAL')
    })
  })

  describe('states', () => {
    it('refuses a step that the state table does not know, and keeps the row', async () => {
      const request = requestRow()
      await store().transact((tx) => tx.request.insert(request))
      const update = store().transact((tx) => tx.request.update(request.id, { state: 'acting', wave: 1 }))
      expect(await codeOf(update)).toBe('ILLEGAL_TRANSITION')
      expect(await store().transact((tx) => tx.request.get(request.id))).toEqual(request)
    })

    it('refuses a row that begins in the middle', async () => {
      expect(await codeOf(store().transact((tx) => tx.request.insert(requestRow({ state: 'acting' }))))).toBe(
        'ILLEGAL_TRANSITION',
      )
      expect(await codeOf(store().transact((tx) => tx.leg.insertNew(legRow({ state: 'found' }))))).toBe(
        'ILLEGAL_TRANSITION',
      )
      expect(await codeOf(store().transact((tx) => tx.effect.insert(effectRow({ state: 'sent' }))))).toBe(
        'ILLEGAL_TRANSITION',
      )
    })

    it('takes a legal step, and the same state again', async () => {
      const request = requestRow()
      await store().transact(async (tx) => {
        await tx.request.insert(request)
        await tx.request.update(request.id, { state: 'discovering', round: 1 })
        await tx.request.update(request.id, { state: 'discovering', round: 2 })
      })
      const stored = await store().transact((tx) => tx.request.get(request.id))
      expect(stored).toEqual({ ...request, state: 'discovering', round: 2 })
    })

    it('lets a parked leg back to its own returnTo only', async () => {
      const leg = legRow()
      await store().transact(async (tx) => {
        await tx.leg.insert(leg)
        await tx.leg.update(leg.id, { state: 'discovering' })
        await tx.leg.update(leg.id, { state: 'parked', parkedReason: 'scope_missing', returnTo: 'discovering' })
      })
      const elsewhere = store().transact((tx) => tx.leg.update(leg.id, { state: 'acting' }))
      expect(await codeOf(elsewhere)).toBe('ILLEGAL_TRANSITION')
      const claimed = store().transact((tx) => tx.leg.update(leg.id, { state: 'acting', returnTo: 'acting' }))
      expect(await codeOf(claimed)).toBe('ILLEGAL_TRANSITION')
      await store().transact((tx) =>
        tx.leg.update(leg.id, { state: 'discovering', parkedReason: null, returnTo: null }),
      )
      expect((await store().transact((tx) => tx.leg.get(leg.id)))?.state).toBe('discovering')
    })

    it('commits nothing after a refused step, also when its error was caught', async () => {
      const request = requestRow()
      const work = store().transact(async (tx) => {
        await tx.request.insert(request)
        await codeOf(tx.request.update(request.id, { state: 'closed' }))
      })
      expect(await codeOf(work)).toBe('ILLEGAL_TRANSITION')
      expect(await store().transact((tx) => tx.request.get(request.id))).toBeUndefined()
    })
  })
}
