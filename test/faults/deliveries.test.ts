import { expect, it } from '@jest/globals'
import { setTimeout as pause } from 'node:timers/promises'
import type { Job, JobQueue } from '../../src/ports/queue.ts'
import { seededRandom } from '../../src/connector/testing.ts'
import { describeStacks } from '../kit/stack/backends.ts'
import { repeatedChanges } from '../kit/stack/marked-calls.ts'
import { startStack } from '../kit/stack/stack.ts'
import { pictureOf } from '../kit/stack/vendors.ts'

const MOST_COPIES = 5
/** At four thousand times the speed: up to a day late. */
const SPEED = 40_000
const LATEST_MS = 2200

/** Every job goes out one to five times, in any order, at once or as much as a day late. */
function unruly(queue: JobQueue, seed: number, sent: { count: number }): JobQueue {
  const random = seededRandom(seed)
  const late = async (job: Job, copy: number) => {
    await pause(random() * LATEST_MS, undefined, { ref: false })
    sent.count += 1
    // The same id twice is one job, so each copy has an issue of its own, as a re-issue has.
    await queue.add({ ...job, issue: job.issue * 10 + copy }).catch(() => undefined)
  }
  const copies = (job: Job) => {
    for (let copy = 1; copy < 1 + Math.floor(random() * MOST_COPIES); copy += 1) void late(job, copy)
  }
  return {
    add: async (job) => {
      copies(job)
      await queue.add({ ...job, issue: job.issue * 10 })
    },
    addFlow: async (parent, children) => {
      for (const job of [parent, ...children]) copies(job)
      await queue.addFlow(parent, children)
    },
    close: () => queue.close(),
  }
}

describeStacks(
  'doing anything twice ends where doing it once ends: jobs that come one to five times, out of order and as much as a day late',
  (backend) => {
    it('change each thing at a vendor once', async () => {
      const stack = await startStack({ backend, speed: SPEED, databaseSpeed: 10 })
      const [known, neighbour] = [stack.plant(1), stack.plant(2)]
      const before = pictureOf(neighbour)
      const sent = { count: 0 }
      await stack.work(['coordinator', 'connector', 'relay', 'watchdog'], { queue: (queue) => unruly(queue, 7, sent) })

      const id = await stack.portal.receive(known.person, 'erasure')
      await stack.portal.lead(id)

      expect(sent.count).toBeGreaterThan(10)
      expect(repeatedChanges(stack.vendors.logs())).toEqual([])
      expect(pictureOf(neighbour)).toBe(before)
      const { predicate } = await stack.portal.record(id)
      expect(predicate.legs.flatMap((leg) => leg.parts).filter((part) => part.outcome.kind === 'failed')).toEqual([])
      const seals = await stack.portal.read((tx) => tx.seal.find({ requestId: id }))
      expect(seals).toHaveLength(1)
    }, 120_000)
  },
)
