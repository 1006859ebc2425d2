import { beforeAll, expect, it } from '@jest/globals'
import type { WorkerKind } from '../../workers/main.ts'
import { describeStacks } from '../kit/stack/backends.ts'
import { factsOf, undisturbedFacts, type Facts } from '../kit/stack/facts.ts'
import { startProcess } from '../kit/stack/processes.ts'
import type { FreezePoint } from '../kit/stack/freeze.ts'
import { startStack, type Stack } from '../kit/stack/stack.ts'
import { pictureOf } from '../kit/stack/vendors.ts'
import { until } from '../kit/services/child.ts'

/** Leases, calls and re-issues run out twenty times faster, days four thousand times. */
const TIMES = { speed: 4000, databaseSpeed: 20, leaseMs: 10_000 }

/** A process that stands still at its point is killed with -9, and a sound one takes its place. */
async function killed(stack: Stack, kinds: readonly WorkerKind[], at: FreezePoint) {
  const doomed = await startProcess(stack, kinds, at)
  return {
    ...doomed,
    replace: async () => {
      await doomed.frozen
      await doomed.kill()
      await stack.work(kinds)
    },
  }
}

describeStacks('kill -9 of a worker in mid-act', (backend) => {
  let expected: Facts

  beforeAll(async () => {
    expected = await undisturbedFacts({ backend, ...TIMES })
  }, 90_000)

  it('of each kind in turn, ends where an undisturbed request ends, and doubles nothing at a vendor', async () => {
    const stack = await startStack({ backend, ...TIMES })
    const [known, neighbour] = [stack.plant(1), stack.plant(2)]
    const before = pictureOf(neighbour)

    const relay = await killed(stack, ['relay'], 'relay-before-queue')
    const id = await stack.portal.receive(known.person, 'erasure')
    await relay.replace()
    const watchdog = await killed(stack, ['watchdog'], 'watchdog-after-issue')
    await watchdog.replace()
    const coordinator = await killed(stack, ['coordinator'], 'coordinator-seal')
    const ready = await killed(stack, ['connector'], 'connector-before-effect')
    const leading = stack.portal.lead(id, 120_000)
    await ready.frozen
    const acted = await killed(stack, ['connector'], 'connector-after-effect')
    await ready.kill()
    await acted.replace()
    await coordinator.replace()
    await leading
    await until('the request at rest', async () => (await stack.portal.request(id)).state === expected.state)

    await expect(factsOf(stack, id, known)).resolves.toEqual(expected)
    expect(pictureOf(neighbour)).toBe(before)
  }, 180_000)

  it('of one that exports leaves one whole archive and no parcel behind', async () => {
    const stack = await startStack({ backend, ...TIMES })
    const known = stack.plant(1)
    await stack.work(['coordinator', 'relay', 'watchdog'])
    const doomed = await killed(stack, ['connector'], 'connector-export')

    const id = await stack.portal.receive(known.person, 'access')
    const leading = stack.portal.lead(id)
    await doomed.replace()
    await leading

    await expect(stack.portal.record(id)).resolves.toMatchObject({ predicate: { result: 'completed' } })
    expect(stack.vendors.changes()).toEqual([])
    await until('the parcels to be forgotten', async () => {
      const objects = []
      for await (const object of stack.api.runtime.objects.list('')) objects.push(object.key)
      return objects.length === 1 && objects[0]!.startsWith('archives/')
    })
  }, 90_000)
})
