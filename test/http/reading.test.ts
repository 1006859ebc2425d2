import { createHash } from 'node:crypto'
import { afterEach, describe, expect, it } from '@jest/globals'
import { openEnvelope } from '../../src/crypto/signature.ts'
import { requestId, type RequestId } from '../../src/domain/ids.ts'
import { DAY, HOUR } from '../kit/sim/clock.ts'
import { contactOf, mailOf, testPerson } from '../kit/sim/people.ts'
import { createBody, TestServer, TRUSTED_KEY, type TestServerOptions } from './kit.ts'

const ada = testPerson('ada')
const bea = testPerson('bea', ada.name)
let server: TestServer

async function start(options: TestServerOptions = {}): Promise<void> {
  server = await TestServer.start(options)
  server.rig.vendor().add(...contactOf(ada, 2), mailOf(ada))
}
afterEach(async () => server.close())

async function create(more: Readonly<Record<string, unknown>> = {}): Promise<RequestId> {
  const { body } = await server.post('/v1/requests', createBody(more))
  await server.rig.settle()
  return requestId(body.subject_request_id)
}

describe('GET /v1/requests', () => {
  it('lists each request once over its pages, soonest due first, ties included', async () => {
    await start()
    const made: string[] = []
    for (let index = 0; index < 7; index += 1) {
      made.push(await create())
      if (index % 3 === 2) server.rig.clock.advance(5 * DAY)
    }
    const seen: { subject_request_id: string; due_date: string }[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const from: string = cursor === '' ? '' : `&cursor=${cursor}`
      const { body } = await server.get(`/v1/requests?limit=2${from}`)
      seen.push(...body.requests)
      cursor = body.next_cursor
    }
    expect(seen.map((one) => one.subject_request_id).sort()).toEqual([...made].sort())
    expect(seen.map((one) => one.due_date)).toEqual(seen.map((one) => one.due_date).sort())
  })

  it('filters by state, right and due date', async () => {
    await start()
    const erasure = await create()
    const access = await create({ right: 'access' })
    const ids = async (query: string) =>
      (await server.get(`/v1/requests?${query}`)).body.requests.map(
        (one: { subject_request_id: string }) => one.subject_request_id,
      )
    expect(await ids('state=awaiting_approval')).toEqual([erasure])
    expect(await ids('right=access')).toEqual([access])
    const due = new Date(server.rig.request(erasure).dueAtMs).toISOString()
    expect(await ids(`due_before=${due}`)).toEqual([])
    const after = new Date(server.rig.request(erasure).dueAtMs + 1).toISOString()
    expect((await ids(`due_before=${after}`)).sort()).toEqual([access, erasure].sort())
  })

  it('shows as late only what is past due and not answered', async () => {
    await start()
    const open = await create({ identity_check: undefined })
    await create({ right: 'access' })
    await server.rig.after(8 * HOUR)
    const late = async () => (await server.get('/v1/requests?late=true')).body.requests
    expect(await late()).toEqual([])
    server.rig.clock.advance(60 * DAY)
    expect(await late()).toMatchObject([{ subject_request_id: open, is_late: true, needs: ['identity'] }])
    expect((await late())[0]!.days_left).toBeLessThan(0)
  })
})

describe('GET /v1/requests/{id}', () => {
  it('tells where a request stands: clock, systems, what each part came to, and what happened', async () => {
    await start()
    const id = await create()
    await server.rig.approve(id)
    await server.rig.after(DAY)
    await server.rig.after(8 * HOUR)
    const { body } = await server.get(`/v1/requests/${id}`)
    expect(body).toMatchObject({ state: 'closed', request_status: 'completed', result: 'completed', needs: [] })
    expect(body.clock).toMatchObject({ due_date: body.due_date, days_left: null, is_late: false })
    expect(body.legs).toMatchObject([{ account_id: 'crm', state: 'settled', title: 'Fake CRM', parked: null }])
    expect(body.legs[0]!.parts).toContainEqual(
      expect.objectContaining({
        part: 'note',
        outcome: { kind: 'erased' },
        counts: { found: 2, done: 2, kept: 0, remaining: 0 },
      }),
    )
    expect(body.legs[0]!.looked_again.length).toBeGreaterThan(0)
    expect(body.approval).toMatchObject({ by: 'approver:approver-1', plan_hash: body.plan.plan_hash })
    expect(body.timeline[0]).toMatchObject({ kind: 'request.received', by: { role: 'admin' } })
    expect(body.record.sha256).toMatch(/^[0-9a-f]{64}$/)
  })

  it('counts the days of the due day itself as none left', async () => {
    await start()
    const id = await create()
    server.rig.clock.advance(server.rig.request(id).dueAtMs - server.rig.clock.nowMs() - HOUR)
    expect((await server.get(`/v1/requests/${id}`)).body).toMatchObject({ days_left: 0, is_late: false })
    server.rig.clock.advance(HOUR + 1)
    expect((await server.get(`/v1/requests/${id}`)).body).toMatchObject({ days_left: -1, is_late: true })
  })

  it('shows labels and reasons only to roles that decide', async () => {
    await start()
    server.rig.vendor().add(...contactOf(bea))
    const id = await create({ subject_names: [ada.name] })
    expect(server.rig.request(id).state).toBe('awaiting_decision')
    const decider = await server.get(`/v1/requests/${id}`, { key: server.keys.ops })
    expect(decider.body.candidates).toMatchObject([{ account_id: 'crm', part: 'contact', because: 'same_name' }])
    expect(decider.body.candidates[0]!.label).toContain(bea.name)
    await server.post(`/v1/requests/${id}/refuse`, { reason: 'Bea asked us not to' })
    const told = await server.get(`/v1/requests/${id}`, { key: server.keys.approver })
    expect(told.text).toContain('Bea asked us not to')
    for (const role of ['portal', 'auditor'] as const) {
      const answer = await server.get(`/v1/requests/${id}`, { key: server.keys[role] })
      expect(answer.body.candidates).toHaveLength(1)
      expect(answer.text).not.toMatch(/Bea|Ada|Peeters|@example/)
    }
  })

  it('names no person to anybody outside of labels and reasons', async () => {
    await start()
    const id = await create()
    const answer = await server.get(`/v1/requests/${id}`)
    expect(answer.text).not.toMatch(/ada|Peeters|@example/i)
  })
})

describe('GET /v1/requests/{id}/plan', () => {
  it('shows the plan whose hash is approved', async () => {
    await start()
    const id = await create()
    const { body } = await server.get(`/v1/requests/${id}/plan`)
    expect(body).toMatchObject({ version: 1, is_present: true, plan_hash: server.rig.request(id).planHash })
    expect(body.plan.accounts[0]!.records.map((one: { ref: string }) => one.ref).sort()).toEqual([
      'c-ada',
      'm-ada',
      'n-ada-1',
      'n-ada-2',
    ])
  })

  it('says that there is none yet', async () => {
    await start()
    const id = await create({ identity_check: undefined })
    const answer = await server.get(`/v1/requests/${id}/plan`)
    expect(answer).toMatchObject({ status: 409, body: { code: 'PLAN_NOT_READY' } })
    expect(answer.headers.get('retry-after')).toBe('5')
  })
})

describe('GET /v1/requests/{id}/record', () => {
  it('hands out the sealed bytes as they are', async () => {
    await start()
    const id = await create({ right: 'access' })
    await server.rig.after(8 * HOUR)
    const answer = await server.get(`/v1/requests/${id}/record`, { key: server.keys.auditor })
    const [seal] = server.rig.store.rows('seal')
    expect(answer.text).toBe(Buffer.from(seal?.envelope ?? []).toString())
    expect(createHash('sha256').update(answer.text).digest('hex')).toBe(
      createHash('sha256')
        .update(seal?.envelope ?? '')
        .digest('hex'),
    )
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    expect((await server.get(`/v1/requests/${id}/record?sequence=1`)).text).toBe(answer.text)
    expect((await server.get(`/v1/requests/${id}/record?sequence=2`)).body.code).toBe('RECORD_NOT_READY')
  })

  it('says that it is not sealed yet', async () => {
    await start()
    const id = await create()
    expect(await server.get(`/v1/requests/${id}/record`)).toMatchObject({
      status: 409,
      body: { code: 'RECORD_NOT_READY' },
    })
  })
})

describe('GET /v1/requests/{id}/archive', () => {
  it('streams the archive to the portal, and the history says who took it', async () => {
    await start()
    const { body: made } = await server.post('/v1/requests', createBody({ right: 'access' }))
    const id = made.subject_request_id
    expect((await server.get(`/v1/requests/${id}/archive`)).body.code).toBe('ARCHIVE_NOT_READY')
    await server.rig.settle()
    const answer = await server.get(`/v1/requests/${id}/archive`, { key: server.keys.portal })
    expect(answer).toMatchObject({ status: 200, text: 'PK zip bytes' })
    expect(answer.headers.get('content-type')).toBe('application/zip')
    expect(answer.headers.get('content-length')).toBe('12')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const { body } = await server.get(`/v1/requests/${id}`)
    expect(body.timeline.at(-1)).toMatchObject({ kind: 'archive.opened', by: { role: 'portal' } })
  })

  it('has nothing for an erasure, and nothing once the archive was deleted', async () => {
    await start()
    const erasure = await create()
    expect((await server.get(`/v1/requests/${erasure}/archive`)).body.code).toBe('NOT_FOUND')
    const access = await create({ right: 'access' })
    await server.rig.after(8 * HOUR)
    server.rig.clock.advance(31 * DAY)
    expect((await server.get(`/v1/requests/${access}/archive`)).body.code).toBe('NOT_FOUND')
  })
})

describe('a request that was forgotten', () => {
  it('is still shown, without what can no longer be opened', async () => {
    await start()
    const id = await create()
    await server.post(`/v1/requests/${id}/withdraw`, { reason: 'changed her mind' })
    await server.ports.store.transact((tx) => tx.request.update(id, { wrappedKey: new Uint8Array() }))
    const answer = await server.get(`/v1/requests/${id}`)
    expect(answer).toMatchObject({ status: 200, body: { state: 'withdrawn' } })
    expect(answer.text).not.toContain('changed her mind')
    expect((await server.get(`/v1/requests/${id}/plan`)).body.code).toBe('PLAN_NOT_READY')
  })
})

describe('the receipt', () => {
  it('verifies against the installation’s key', async () => {
    await start()
    const { body } = await server.post('/v1/requests', createBody())
    expect(body.receipt.payloadType).toBe('application/vnd.habeas.event+json')
    const { payload } = openEnvelope(body.receipt, body.receipt.payloadType, [TRUSTED_KEY])
    expect(JSON.parse(Buffer.from(payload).toString())).toMatchObject({
      kind: 'received',
      request: body.subject_request_id,
      action: 'erasure',
    })
  })
})
