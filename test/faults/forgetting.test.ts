import { describe, expect, it } from '@jest/globals'
import { verifyRecordFile } from '../../src/ledger/verify-record.ts'
import { DAY } from '../kit/sim/clock.ts'
import { openCourse, RECORD_KEY, type Course } from './matrix/course.ts'
import { openMemoryParts } from './matrix/memory-parts.ts'

describe('the orchestrator forgets too, on the schedule that the record states', () => {
  it('first the parcels, then the archive, in the end the key; the record still verifies', async () => {
    const course = await openCourse(openMemoryParts, 'access')
    const id = await course.run()
    const [seal] = await course.read((tx) => tx.seal.find({ requestId: id }))
    const verdict = verifyRecordFile(seal!.envelope, [RECORD_KEY])
    const forgets = verdict.kind === 'valid' ? verdict.statement.predicate.forgets : undefined
    await expect(keysOf(course)).resolves.toEqual([seal!.archiveKey])

    const untilArchive = Date.parse(forgets!.archive_at!) - course.ports.clock.nowMs()
    await course.after(untilArchive - DAY, id)
    await expect(keysOf(course)).resolves.toEqual([seal!.archiveKey])
    await course.after(DAY + 1, id)
    await expect(keysOf(course)).resolves.toEqual([])

    const untilKey = Date.parse(forgets!.request_key_at) - course.ports.clock.nowMs()
    await course.after(untilKey - DAY, id)
    expect((await requestOf(course))!.wrappedKey.length).toBeGreaterThan(0)
    await course.after(2 * DAY, id)
    await expect(requestOf(course)).resolves.toMatchObject({ sealedIntake: null, callbackUrl: null })
    expect((await requestOf(course))!.wrappedKey).toHaveLength(0)
    for (const name of ['identifier', 'record', 'plan', 'effect', 'parcel', 'idempotency'] as const)
      await expect(course.read((tx) => tx[name].count({}))).resolves.toBe(0)

    const [kept] = await course.read((tx) => tx.seal.find({ requestId: id }))
    expect(verifyRecordFile(kept!.envelope, [RECORD_KEY]).kind).toBe('valid')
    await course.parts.close()
  }, 60_000)
})

async function keysOf(course: Course): Promise<readonly string[]> {
  const keys: string[] = []
  for await (const object of course.parts.objects.list('')) keys.push(object.key)
  return keys
}

async function requestOf(course: Course) {
  const [request] = await course.read((tx) => tx.request.find({}))
  return request
}
