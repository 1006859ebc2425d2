import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { requestId, type RequestId } from '../../src/domain/ids.ts'
import { DAY, HOUR } from '../kit/sim/clock.ts'
import { contactOf, testPerson } from '../kit/sim/people.ts'
import { createBody, TestServer } from './kit.ts'

const ada = testPerson('ada')
const bea = testPerson('bea', ada.name)
let server: TestServer

beforeEach(async () => {
  server = await TestServer.start({ rig: { policy: { byRight: { access: { review: 'person' } } } } })
  server.rig.vendor().add(...contactOf(ada, 1))
})
afterEach(async () => server.close())

async function create(more: Readonly<Record<string, unknown>> = {}): Promise<RequestId> {
  const { body } = await server.post('/v1/requests', createBody(more))
  await server.rig.settle()
  return requestId(body.subject_request_id)
}

/** What people and keys did, as the journal tells it. */
function eventsOf(id: RequestId) {
  const rows = server.rig.store.rows('journal').filter((row) => row.requestId === id)
  return rows.map(({ kind, actor, detail }) => ({ kind, role: actor.role, detail }))
}

describe('orders', () => {
  it('verify-identity starts the search, in the name of the key', async () => {
    const id = await create({ identity_check: undefined })
    const answer = await server.post(
      `/v1/requests/${id}/verify-identity`,
      { method: 'account_login', level: 2 },
      { key: server.keys.portal },
    )
    expect(answer).toMatchObject({ status: 200, body: { state: 'discovering', request_status: 'in_progress' } })
    const { body } = await server.get(`/v1/requests/${id}`)
    expect(body.identity_check).toMatchObject({ method: 'account_login', level: 2 })
    expect(body.identity_check.by).toMatch(/^portal:key-/)
  })

  it('decide settles whose records are, and the search goes on to a plan', async () => {
    server.rig.vendor().add(...contactOf(bea))
    const id = await create({ subject_names: [ada.name] })
    const { body } = await server.get(`/v1/requests/${id}`)
    const decisions = body.candidates.map((one: { record_id: string }) => ({
      record_id: one.record_id,
      decision: 'not_subject',
    }))
    expect((await server.post(`/v1/requests/${id}/decide`, { decisions })).body.state).toBe('discovering')
    await server.rig.settle()
    const { body: after } = await server.get(`/v1/requests/${id}/plan`)
    expect(JSON.stringify(after.plan)).not.toContain('c-bea')
  })

  it('decide refuses to keep a record without a law and a date', async () => {
    server.rig.vendor().add(...contactOf(bea))
    const id = await create({ subject_names: [ada.name] })
    const { body } = await server.get(`/v1/requests/${id}`)
    const decisions = [{ record_id: body.candidates[0]!.record_id, decision: 'retain' }]
    expect((await server.post(`/v1/requests/${id}/decide`, { decisions })).body.code).toBe('FIELD_INVALID')
  })

  it('approve takes the plan with its hash and no other', async () => {
    const id = await create()
    const wrong = await server.post(`/v1/requests/${id}/approve`, { plan_hash: 'b'.repeat(64) })
    expect(wrong).toMatchObject({ status: 409, body: { code: 'PLAN_HASH_MISMATCH', field: 'plan_hash' } })
    const { body: plan } = await server.get(`/v1/requests/${id}/plan`)
    const right = await server.post(
      `/v1/requests/${id}/approve`,
      { plan_hash: plan.plan_hash, reason: 'checked by two' },
      { key: server.keys.approver },
    )
    expect(right).toMatchObject({ status: 200, body: { state: 'awaiting_approval', needs: [] } })
    expect(eventsOf(id)).toContainEqual(expect.objectContaining({ kind: 'plan.approved', role: 'approver' }))
    expect(JSON.stringify(eventsOf(id))).not.toContain('checked by two')
  })

  it('refuse and withdraw end a request until acting begins', async () => {
    const refused = await create()
    const answer = await server.post(`/v1/requests/${refused}/refuse`, { reason: 'manifestly unfounded' })
    expect(answer.body).toMatchObject({ state: 'refused', result: 'refused', request_status: 'completed' })
    const withdrawn = await create()
    const twice = [
      await server.post(`/v1/requests/${withdrawn}/withdraw`, undefined, { key: server.keys.portal }),
      await server.call('POST', `/v1/requests/${withdrawn}/withdraw`, { key: server.keys.portal }),
    ]
    expect(twice.map((one) => [one.status, one.body.state])).toEqual([
      [200, 'withdrawn'],
      [200, 'withdrawn'],
    ])
    const acting = await create()
    await server.rig.approve(acting)
    await server.rig.after(DAY)
    const late = await server.post(`/v1/requests/${acting}/withdraw`)
    expect(late).toMatchObject({ status: 409, body: { code: 'WITHDRAW_TOO_LATE' } })
  })

  it('resume lets a stopped system go on, and says when nothing waits', async () => {
    server.rig.vendor().faultOf = (verb) => (verb === 'discover' ? 'revoked' : 'none')
    const id = await create()
    await server.rig.settle()
    const { body } = await server.get(`/v1/requests/${id}`)
    expect(body).toMatchObject({ needs: expect.arrayContaining(['system']) })
    expect(body.legs[0]!.parked).toMatchObject({ reason: 'credentials_rejected' })
    server.rig.vendor().faultOf = () => 'none'
    const order = { leg_id: body.legs[0]!.leg_id, action: 'retry' }
    expect((await server.post(`/v1/requests/${id}/resume`, order)).status).toBe(200)
    expect((await server.post(`/v1/requests/${id}/resume`, order)).body.code).toBe('ILLEGAL_TRANSITION')
    expect(eventsOf(id)).toContainEqual(expect.objectContaining({ kind: 'leg.resumed', role: 'admin' }))
    await server.rig.settle()
    expect(server.rig.leg(id).parkedReason).not.toBe('credentials_rejected')
  })

  it('review releases an archive, recheck looks again at what was answered', async () => {
    const id = await create({ right: 'access' })
    await server.rig.after(8 * HOUR)
    expect((await server.get(`/v1/requests/${id}`)).body.needs).toEqual(['review'])
    expect((await server.post(`/v1/requests/${id}/recheck`)).body.code).toBe('ILLEGAL_TRANSITION')
    expect((await server.post(`/v1/requests/${id}/review`)).body.state).toBe('sealing')
    await server.rig.settle()
    expect((await server.post(`/v1/requests/${id}/recheck`)).status).toBe(200)
    expect(server.rig.store.rows('recheck')).toMatchObject([{ requestId: id, why: 'ordered' }])
  })
})

describe('health', () => {
  it('is live whatever happens, and ready when every check is', async () => {
    expect((await server.get('/health/live', { key: '' })).status).toBe(200)
    expect((await server.get('/health/ready', { key: '' })).body).toEqual({
      status: 'ready',
      checks: [{ name: 'database', is_ok: true }],
      stops: 0,
    })
    server.readyChecks = [{ name: 'database', isOk: false, code: 'DATABASE_UNREACHABLE' }]
    expect(await server.get('/health/ready', { key: '' })).toMatchObject({
      status: 503,
      body: { status: 'not_ready', checks: [{ code: 'DATABASE_UNREACHABLE' }] },
    })
  })
})

describe('metrics', () => {
  it('count requests, systems that wait, changes and calls, without an id or a person', async () => {
    const id = await create()
    await server.get(`/v1/requests/${id}`)
    const { text } = await server.get('/metrics', { key: await server.keyFor('auditor', null) })
    expect(text).toContain('habeas_requests{right="erasure",state="awaiting_approval"} 1')
    expect(text).toContain('habeas_requests_overdue 0')
    expect(text).toContain('habeas_effects_open{state="unknown"} 0')
    expect(text).toContain('habeas_queue_jobs{queue="crm",state="waiting"} 3')
    expect(text).toContain('route="/v1/requests/:id",method="GET",status="200"')
    expect(text).not.toContain(id)
    expect(text).not.toMatch(/cooperlink|@example|[0-9a-f]{8}-[0-9a-f]{4}-/)
    server.rig.clock.advance(60 * DAY)
    const later = await server.get('/metrics', { key: await server.keyFor('auditor', null) })
    expect(later.text).toContain('habeas_requests_overdue 1')
  })

  it('name why systems wait', async () => {
    server.rig.vendor().faultOf = () => 'revoked'
    await create()
    const { text } = await server.get('/metrics', { key: await server.keyFor('auditor', null) })
    expect(text).toContain('habeas_legs_parked{reason="credentials_rejected"} 1')
  })
})
