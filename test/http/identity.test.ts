import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createApiKey } from '../../src/http/access/keys.ts'
import { CONTROLLER } from '../kit/sim/policies.ts'
import { createBody, TestServer } from './kit.ts'

let server: TestServer
beforeEach(async () => {
  server = await TestServer.start()
})
afterEach(async () => server.close())

const waiting = async () => {
  const { body } = await server.post('/v1/requests', createBody({ identity_check: undefined }))
  return `/v1/requests/${body.subject_request_id}/verify-identity`
}

async function portalKey(vouchesLevel: number): Promise<string> {
  const order = { role: 'portal', controllerId: CONTROLLER, label: 'weak', createdAtMs: 0, vouchesLevel } as const
  return (await createApiKey(server.ports.store, order)).key
}

describe('a key', () => {
  it('vouches for no more than its level, at intake and later', async () => {
    const key = await portalKey(1)
    for (const [level, atIntake, later] of [
      [2, 403, 403],
      [1, 201, 200],
    ] as const) {
      const identity_check = { method: 'account_login', level }
      expect((await server.post('/v1/requests', createBody({ identity_check }), { key })).status).toBe(atIntake)
      expect((await server.post(await waiting(), identity_check, { key })).status).toBe(later)
    }
  })

  it('of a portal vouches for two levels unless told otherwise', async () => {
    const key = server.keys.portal
    const asked = async (level: number) =>
      (await server.post(await waiting(), { method: 'account_login', level }, { key })).status
    expect([await asked(2), await asked(3)]).toEqual([200, 403])
  })
})

describe('a document', () => {
  it('is looked at by a person who says why', async () => {
    const path = await waiting()
    const check = { method: 'document', level: 3 }
    const silent = await server.post(path, check, { key: server.keys.ops })
    expect([silent.status, silent.body.field]).toEqual([400, 'reason'])
    const said = await server.post(path, { ...check, reason: 'the address is new' }, { key: server.keys.ops })
    expect(said.status).toBe(200)
  })

  it('is not asserted by a portal, whatever the policy accepts', async () => {
    await server.close()
    server = await TestServer.start({
      rig: { policy: { byRight: { erasure: { identity: ['document', 'account_login'] } } } },
    })
    const check = { method: 'document', level: 1 }
    const { body } = await server.post('/v1/requests', createBody({ identity_check: check }), {
      key: server.keys.portal,
    })
    expect(body.state).toBe('awaiting_identity')
    const path = `/v1/requests/${body.subject_request_id}/verify-identity`
    expect((await server.post(path, { ...check, reason: 'seen' }, { key: server.keys.portal })).status).toBe(403)
  })
})
