import { beforeAll, expect, it } from '@jest/globals'
import { requestId } from '../../src/domain/ids.ts'
import { createApiKey } from '../../src/http/access/keys.ts'
import type { WorkerKind } from '../../workers/main.ts'
import { describeStacks } from '../kit/stack/backends.ts'
import { factsOf, undisturbedFacts, type Facts } from '../kit/stack/facts.ts'
import { FIRST_CONTROLLER } from '../kit/stack/portal.ts'
import { startProcess } from '../kit/stack/processes.ts'
import type { FreezePoint } from '../kit/stack/freeze.ts'
import { startStack, type Stack } from '../kit/stack/stack.ts'
import { pictureOf, type Known } from '../kit/stack/vendors.ts'
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

/** The portal hands in one request again and again until an api answers. */
function intake({ person }: Known) {
  return JSON.stringify({
    right: 'access',
    subject_identities: [{ identity_type: 'email', identity_value: person.email }],
    identity_check: { method: 'account_login', level: 2 },
    controller_id: 'alpha',
  })
}

async function handIn(url: string, key: string, body: string): Promise<Response> {
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'idempotency-key': 'one and the same',
  }
  return fetch(`${url}/v1/requests`, { method: 'POST', headers, body })
}

describeStacks('kill -9 of an api', (backend) => {
  it.each([
    ['before the commit of a new request', 'api-before-commit', 0],
    ['after the commit and before the answer', 'api-after-commit', 1],
  ] as const)(
    '%s leaves the portal one request, whenever it asks again',
    async (_, point, stored) => {
      const stack = await startStack({ backend, ...TIMES })
      const known = stack.plant(1)
      const { store } = stack.api.runtime
      const order = { role: 'portal', controllerId: FIRST_CONTROLLER, label: 'portal', createdAtMs: 0 } as const
      const { key } = await createApiKey(store, order)
      const doomed = await startProcess(stack, ['api'], point)
      const lost = handIn(doomed.url!, key, intake(known)).then(
        ({ status }) => `answered ${status}`,
        () => 'lost',
      )
      await doomed.frozen
      await doomed.kill()
      await expect(lost).resolves.toBe('lost')
      await until('the end of what the killed process had begun', async () => (await requests(stack)) === stored)

      const sound = await startProcess(stack, ['api'])
      const answer = await handIn(sound.url!, key, intake(known))
      const again = await handIn(sound.url!, key, intake(known))

      const ids = await Promise.all([answer, again].map(async (one) => idIn(await one.json())))
      expect(new Set(ids).size).toBe(1)
      await expect(requests(stack)).resolves.toBe(1)
      await stack.work()
      await stack.portal.untilState(requestId(ids[0]!), ['closed'], 90_000)
      await stack.stop()
    },
    180_000,
  )
})

function requests({ portal }: Stack): Promise<number> {
  return portal.read((tx) => tx.request.count({}))
}

function idIn(body: unknown): string {
  const id = typeof body === 'object' && body !== null && 'subject_request_id' in body ? body.subject_request_id : ''
  return String(id)
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
