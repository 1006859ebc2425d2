import { afterEach, describe, expect, it } from '@jest/globals'
import { TestServer } from './kit.ts'

let server: TestServer
afterEach(async () => server.close())

describe('POST /v1/stop', () => {
  it('halts everything of the key’s controller, says who and why, and shows in health and metrics', async () => {
    server = await TestServer.start()
    const key = server.keys.ops
    const stopped = await server.call('POST', '/v1/stop', { key, body: { reason: 'a wrong list was approved' } })
    expect(stopped.status).toBe(200)
    expect(stopped.body).toMatchObject({
      stops: [
        { controller_id: 'cooperlink', account_id: null, by: { role: 'ops' }, reason: 'a wrong list was approved' },
      ],
      accounts: [{ account_id: 'crm', waiting: 0, on_their_way: 0 }],
    })
    const health = await server.call('GET', '/health/ready', {})
    expect(health.body).toMatchObject({ stops: 1 })
    const lifted = await server.call('POST', '/v1/stop', { key, body: { action: 'lift', reason: 'it was right' } })
    expect(lifted.body).toMatchObject({ stops: [] })
    expect(await server.call('GET', '/v1/stop', { key })).toMatchObject({ status: 200, body: { stops: [] } })
  })

  it('wants a reason that is no address, and an account of the controller', async () => {
    server = await TestServer.start()
    const key = server.keys.ops
    const call = async (body: unknown) => (await server.call('POST', '/v1/stop', { key, body })).body.code
    expect(await call({})).toBe('FIELD_INVALID')
    expect(await call({ reason: 'jane@example.com asked' })).toBe('FIELD_INVALID')
    expect(await call({ reason: 'a mistake', account_id: 'nobodys' })).toBe('NOT_FOUND')
    expect(await call({ reason: 'a mistake', action: 'lift' })).toBe('NOT_FOUND')
  })
})
