import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { requestId } from '../../src/domain/ids.ts'
import { createBody, OTHER, TestServer } from './kit.ts'

let server: TestServer

beforeAll(async () => {
  server = await TestServer.start()
})
afterAll(async () => server.close())

describe('POST /v1/requests', () => {
  it('takes a request in, starts the clock and hands out a signed receipt', async () => {
    const answer = await server.post('/v1/requests', createBody(), { key: server.keys.portal })
    expect(answer.status).toBe(201)
    const { subject_request_id: id, receipt, ...rest } = answer.body
    expect(rest).toMatchObject({ request_status: 'in_progress', state: 'discovering', controller_id: 'cooperlink' })
    const statement: unknown = JSON.parse(Buffer.from(receipt.payload, 'base64').toString())
    expect(statement).toMatchObject({
      kind: 'received',
      request: id,
      action: 'erasure',
      received_at: rest.received_time,
    })
    expect(receipt.signatures).toHaveLength(1)
    expect(server.rig.request(requestId(id))).toMatchObject({ state: 'discovering', dueDate: rest.due_date })
  })

  it('waits for an identity check when none that the policy accepts came along', async () => {
    const unknown = await server.post('/v1/requests', createBody({ identity_check: undefined }))
    expect(unknown.body).toMatchObject({ request_status: 'pending', state: 'awaiting_identity' })
    const weak = await server.post('/v1/requests', createBody({ identity_check: { method: 'said_so' } }))
    expect(weak.body).toMatchObject({ request_status: 'pending', state: 'awaiting_identity' })
  })

  it('counts from the time the portal was asked', async () => {
    const asked = new Date(server.rig.clock.nowMs() - 3 * 86_400_000).toISOString()
    const answer = await server.post('/v1/requests', createBody({ submitted_time: asked }))
    expect(answer.body.received_time).toBe(asked)
  })

  it('finds the person under every kind of identity', async () => {
    const identities = [
      { identity_type: 'email', identity_value: 'Eve@Example.com', identity_format: 'raw' },
      { identity_type: 'phone', identity_value: '+32 470 11 22 33' },
      { identity_type: 'controller_customer_id', identity_value: 'C-77' },
    ]
    const answer = await server.post('/v1/requests', createBody({ subject_identities: identities }))
    expect(answer.status).toBe(201)
    const kinds = server.rig.store.rows('identifier').filter((row) => row.requestId === answer.body.subject_request_id)
    expect(kinds.map((row) => row.kind).sort()).toEqual(['email', 'external_id', 'phone'])
  })
})

describe('Idempotency-Key', () => {
  it('answers a repeated call with the same 201, though the request has moved on', async () => {
    const call = { headers: { 'idempotency-key': 'ticket-1' } }
    const first = await server.post('/v1/requests', createBody(), call)
    await server.rig.settle()
    expect(server.rig.request(requestId(first.body.subject_request_id)).state).not.toBe('discovering')
    const second = await server.post('/v1/requests', createBody(), call)
    expect(second.status).toBe(201)
    expect(second.body).toEqual(first.body)
  })

  it('answers the same 201 when the identity was accepted since', async () => {
    const call = { headers: { 'idempotency-key': 'ticket-2' } }
    const body = createBody({ identity_check: undefined, external_reference: 'T-2' })
    const first = await server.post('/v1/requests', body, call)
    const id = first.body.subject_request_id
    await server.post(`/v1/requests/${id}/verify-identity`, { method: 'account_login' })
    expect((await server.post('/v1/requests', body, call)).body).toEqual(first.body)
  })

  it('refuses another body under the same key and creates nothing', async () => {
    const call = { headers: { 'idempotency-key': 'ticket-3' } }
    await server.post('/v1/requests', createBody(), call)
    const before = server.rig.store.rows('request').length
    const other = await server.post('/v1/requests', createBody({ right: 'access' }), call)
    expect(other).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_CONFLICT' } })
    expect(server.rig.store.rows('request')).toHaveLength(before)
  })

  it('keeps the keys of two tenants apart', async () => {
    const call = { headers: { 'idempotency-key': 'ticket-4' } }
    const mine = await server.post('/v1/requests', createBody(), call)
    const theirs = await server.post('/v1/requests', createBody(), {
      ...call,
      key: await server.keyFor('portal', OTHER),
    })
    expect(theirs.status).toBe(201)
    expect(theirs.body.subject_request_id).not.toBe(mine.body.subject_request_id)
  })
})

describe('the controller of a request', () => {
  it('is the one of the key', async () => {
    const answer = await server.post('/v1/requests', createBody(), { key: await server.keyFor('portal', OTHER) })
    expect(answer.body.controller_id).toBe('northwind')
  })

  it('must be named by a key that sees several', async () => {
    const key = await server.keyFor('admin', null)
    const unnamed = await server.post('/v1/requests', createBody(), { key })
    expect(unnamed.body).toMatchObject({ code: 'FIELD_INVALID', field: 'controller_id' })
    const named = await server.post('/v1/requests', createBody({ controller_id: 'northwind' }), { key })
    expect(named).toMatchObject({ status: 201, body: { controller_id: 'northwind' } })
  })

  it('cannot be another one: that answers as an unknown one does', async () => {
    const foreign = await server.post('/v1/requests', createBody({ controller_id: 'northwind' }))
    const unknown = await server.post('/v1/requests', createBody({ controller_id: 'nobody' }))
    expect(foreign.status).toBe(404)
    expect(foreign.text).toBe(unknown.text)
  })
})
