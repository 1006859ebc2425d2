import { beforeAll, expect, it } from '@jest/globals'
import { until } from '../kit/services/child.ts'
import type { Wire } from '../kit/services/wire.ts'
import { describeStacks, type BackendName } from '../kit/stack/backends.ts'
import { factsOf, undisturbedFacts, type Facts } from '../kit/stack/facts.ts'
import { attemptsOf } from '../kit/stack/progress.ts'
import { startStack, type Stack } from '../kit/stack/stack.ts'
import { pictureOf } from '../kit/stack/vendors.ts'
import type { OpenWorker } from '../kit/stack/worker.ts'
import type { RequestId } from '../../src/domain/ids.ts'

const TIMES = { speed: 4000, databaseSpeed: 20, leaseMs: 10_000 }
const RESUMED_WITHIN_MS = 60_000
const LATE_MS = 150

type Side = 'database' | 'queue' | 'vendors'

const SIDES: Readonly<Record<BackendName, readonly Side[]>> = {
  postgres: ['database', 'vendors'],
  redis: ['database', 'queue', 'vendors'],
}

interface Scene {
  readonly stack: Stack
  readonly worker: OpenWorker
  readonly id: RequestId
  readonly wires: readonly Wire[]
}

/** The workers cannot but notice: they fail, or try a leg once more. */
async function signs({ stack, worker, id }: Scene): Promise<number> {
  return worker.errors.length + (await attemptsOf(stack, id))
}

/** Breaks all wires, waits for the workers to notice, and mends them. */
async function breakWires(scene: Scene, break_: (wire: Wire) => Promise<void> | void): Promise<void> {
  const before = await signs(scene)
  await Promise.all(scene.wires.map(break_))
  await until('the workers to notice', async () => (await signs(scene)) > before, RESUMED_WITHIN_MS)
  await Promise.all(scene.wires.map((wire) => wire.mend()))
}

async function changesBeyond(stack: Stack, count: number): Promise<void> {
  await until('another change', () => Promise.resolve(stack.vendors.changes().length > count), RESUMED_WITHIN_MS)
}

describeStacks('a partition of the network', (backend) => {
  let expected: Facts

  beforeAll(async () => {
    expected = await undisturbedFacts({ backend, ...TIMES })
  }, 120_000)

  it.each(SIDES[backend])(
    'between workers and %s, slow, cut and silent by turns, only delays a request, and doubles nothing at a vendor',
    async (side) => {
      const stack = await startStack({ backend, ...TIMES, isWired: true })
      const [known, neighbour] = [stack.plant(1), stack.plant(2)]
      const before = pictureOf(neighbour)
      const worker = await stack.work()
      const id = await stack.portal.receive(known.person, 'erasure')
      const scene = { stack, worker, id, wires: stack.wires[side] }

      for (const wire of scene.wires) wire.slow(LATE_MS)
      await stack.portal.untilState(id, ['awaiting_decision'], RESUMED_WITHIN_MS)
      await Promise.all(scene.wires.map((wire) => wire.mend()))
      await stack.portal.decideAll(id)
      await breakWires(scene, (wire) => wire.cut())
      await stack.portal.untilState(id, ['awaiting_approval'], RESUMED_WITHIN_MS)
      await stack.portal.approve(id)
      await changesBeyond(stack, 0)
      await breakWires(scene, (wire) => wire.cut())
      await changesBeyond(stack, stack.vendors.changes().length)
      await breakWires(scene, (wire) => {
        wire.silence()
      })
      await stack.portal.lead(id, 180_000)
      await until('the request at rest', async () => (await stack.portal.request(id)).state === expected.state)

      await expect(factsOf(stack, id, known)).resolves.toEqual(expected)
      expect(pictureOf(neighbour)).toBe(before)
      await stack.stop()
    },
    400_000,
  )
})
