import { expect, it } from '@jest/globals'
import { connectors } from '../../connectors/index.ts'
import { inventPerson } from '../../src/connector/testing.ts'
import { controllerId } from '../../src/domain/ids.ts'
import { fetchArchive } from '../kit/stack/archive.ts'
import { describeStacks } from '../kit/stack/backends.ts'
import { startStack } from '../kit/stack/stack.ts'
import { pictureOf } from '../kit/stack/vendors.ts'

const BETA = controllerId('beta')
/** More than one account admits at a time. */
const FLOOD = 25

/** One account for each connector that is registered. */
const accountsOf = (controller: string) => connectors.map(({ connector }) => `${controller}-${connector.manifest.id}`)

describeStacks('two controllers side by side', (backend) => {
  it('never mix: what one erases stays at the other, and each archive names its own systems alone', async () => {
    const stack = await startStack({ backend, controllers: ['alpha', 'beta'] })
    const atAlpha = stack.plant(1, 'alpha')
    const atBeta = stack.plant(1, 'beta')
    const before = pictureOf(atBeta)
    await stack.work()

    const erasure = await stack.portal.receive(atAlpha.person, 'erasure')
    const access = await stack.portal.receive(atBeta.person, 'access', { controllerId: BETA })
    await Promise.all([stack.portal.lead(erasure), stack.portal.lead(access)])

    expect(pictureOf(atBeta)).toBe(before)
    expect(stack.vendors.changes('beta')).toEqual([])
    const systems = (await fetchArchive(stack, access)).paths.filter((one) => one.startsWith('data/'))
    expect(new Set(systems.map((one) => one.split('/')[1]))).toEqual(new Set(accountsOf('beta')))
    const { predicate } = await stack.portal.record(erasure)
    expect(predicate).toMatchObject({ controller: 'alpha' })
    expect(new Set(predicate.legs.map((leg) => leg.account))).toEqual(new Set(accountsOf('alpha')))
  }, 120_000)

  it('are served fairly: a flood of one does not hold up the other', async () => {
    const stack = await startStack({ backend, controllers: ['alpha', 'beta'] })
    const flood = []
    for (let at = 0; at < FLOOD; at += 1) flood.push(await stack.portal.receive(inventPerson(100 + at), 'access'))
    const one = await stack.portal.receive(inventPerson(500), 'access', { controllerId: BETA })
    await stack.work()

    await stack.portal.untilState(one, ['closed'], 90_000)
    const still = await Promise.all(flood.map((id) => stack.portal.request(id)))
    expect(still.filter((request) => request.state !== 'closed').length).toBeGreaterThan(0)
    for (const id of flood) await stack.portal.untilState(id, ['closed'], 90_000)
  }, 150_000)
})
