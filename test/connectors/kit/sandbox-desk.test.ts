import { describe, expect, it } from '@jest/globals'
import { inventPerson, openDesk, openSandbox } from '../../../src/connector/testing.ts'
import { realClock } from './transport-lab.ts'

async function openShop() {
  const options = { clock: realClock }
  const desk = openDesk(options, { vendor: { people: ['old'] }, switches: { colour: ['red', 'blue'] } as const })
  let sweeps = 0
  const sandbox = await openSandbox(desk, options, {
    connector: 'shop',
    token: 't',
    routes: [
      {
        method: 'POST',
        path: '/people',
        handle: () => {
          desk.vendor.people.push('new')
          return { status: 201, json: {} }
        },
      },
    ],
    authorise: ({ headers }, isRevoked) =>
      !isRevoked && headers.authorization === 't' ? undefined : { status: 401, json: {} },
    limits: [],
    unknownRoute: { status: 404, json: {} },
    sweep: () => void (sweeps += 1),
    plant: (person, extent) => ({
      planted: { person, identifiers: [], refs: { contact: ['1', '2'] } },
      extent,
    }),
    picture: ({ extent }) => extent,
    remaining: () => ({ contact: desk.vendor.people.length }),
  })
  return { desk, sandbox, sweeps: () => sweeps }
}

describe('a sandbox on the kit’s desk', () => {
  it('plants everywhere unless told otherwise, sweeps before each look, and knows nobody it did not plant', async () => {
    const { sandbox, sweeps } = await openShop()
    const person = inventPerson(3)
    expect(sandbox.picture(sandbox.plant(person))).toBe('everywhere')
    const contact = sandbox.plant(person, 'contact')
    expect([sandbox.picture(contact), sandbox.remaining(contact), sweeps()]).toEqual(['contact', { contact: 1 }, 3])
    expect(() => sandbox.picture({ ...contact })).toThrow()
    await sandbox.stop()
  })

  it('starts with the first value of every switch, and refuses an unknown one', async () => {
    const { desk, sandbox } = await openShop()
    expect([desk.switches.is('colour', 'red'), sandbox.switches]).toEqual([true, { colour: ['red', 'blue'] }])
    sandbox.set('colour', 'blue')
    expect(desk.switches.get('colour')).toBe('blue')
    expect(() => sandbox.set('colour', 'green')).toThrow()
    expect(() => sandbox.set('toString', 'red')).toThrow()
    await sandbox.stop()
  })

  it('takes a lie’s change back, and refuses a revoked credential', async () => {
    const { desk, sandbox } = await openShop()
    const post = async () =>
      (await fetch(`${desk.baseUrl}/people`, { method: 'POST', headers: { authorization: 't' } })).status
    sandbox.arm({ times: 1, what: { kind: 'lie' } })
    expect([await post(), desk.vendor.people]).toEqual([201, ['old']])
    expect([await post(), desk.vendor.people]).toEqual([201, ['old', 'new']])
    sandbox.revoke(true)
    expect(await post()).toBe(401)
    await sandbox.stop()
  })
})
