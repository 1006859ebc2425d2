import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { requestId, type RequestId } from '../../src/domain/ids.ts'
import { wordsFor } from '../../src/http/pages/words.ts'
import { createBody, TestServer } from '../http/kit.ts'
import { HOUR } from '../kit/sim/clock.ts'
import { contactOf, testPerson } from '../kit/sim/people.ts'
import { Visitor } from './visitor.ts'

const ada = testPerson('ada')
const STRANGER = 'stranger@example.net'
const words = wordsFor('en')
let server: TestServer
let id: RequestId

const copyShape = z.object({
  copy_hash: z.string(),
  places: z.array(z.object({ leg_id: z.string(), part: z.string(), records: z.int(), redactions: z.int() })),
  shown: z
    .object({
      records: z.array(
        z.object({
          position: z.int(),
          redaction_id: z.string().nullable(),
          fields: z.array(
            z.object({
              path: z.string(),
              value: z.string(),
              is_of_others: z.boolean(),
              redaction_id: z.string().nullable(),
            }),
          ),
        }),
      ),
    })
    .nullable(),
})

beforeEach(async () => {
  server = await TestServer.start({ rig: { policy: { byRight: { access: { review: 'person' } } } } })
  const [contact] = contactOf(ada)
  server.rig.vendor().add({ ...contact!, emails: [ada.email, STRANGER] })
  const { body } = await server.post('/v1/requests', createBody({ right: 'access' }))
  id = requestId(body.subject_request_id)
  await server.rig.settle()
  await server.rig.after(8 * HOUR)
  // The search learned the second address; for this test it is somebody else's.
  for (const row of server.rig.store.rows('identifier').filter((one) => one.source === 'vendor'))
    await server.ports.store.transact(async (tx) => tx.identifier.update(row.id, { isCertain: false }))
})
afterEach(async () => server.close())

async function readCopy(query = ''): Promise<z.output<typeof copyShape>> {
  return copyShape.parse(JSON.parse((await server.get(`/v1/requests/${id}/copy${query}`)).text))
}

async function readContact() {
  const { places } = await readCopy()
  const place = places.find(({ part }) => part === 'contact')
  const copy = await readCopy(`?leg_id=${place?.leg_id ?? ''}&part=contact`)
  return { copy, place: place!, fields: copy.shown?.records[0]?.fields ?? [] }
}

const history = (kind: string) => server.rig.store.rows('journal').filter((line) => line.kind === kind)

describe('a copy that waits for its review', () => {
  it('is read place by place, with what is about others marked, and each look is noted', async () => {
    const { fields } = await readContact()
    expect(fields.map(({ value, is_of_others }) => [value, is_of_others])).toEqual([
      [ada.email, false],
      [STRANGER, true],
    ])
    expect(
      history('copy.viewed')
        .map((line) => `${line.actor.role} ${JSON.stringify(line.detail.part ?? null)}`)
        .sort(),
    ).toEqual(['admin "contact"', 'admin null'])
  })

  it('loses what is taken out, once however often, and gets it back', async () => {
    const { place, fields, copy } = await readContact()
    const path = fields[1]?.path ?? ''
    const redactions = [{ leg_id: place.leg_id, part: 'contact', kind: 'field', position: 0, path }]
    for (const reason of ['her colleague', 'once more'])
      await server.post(`/v1/requests/${id}/redact`, { redactions, reason })
    const seen = await readContact()
    expect(seen.place.redactions).toBe(1)
    expect(seen.copy.copy_hash).not.toBe(copy.copy_hash)
    const [redaction_id] = seen.fields.flatMap((field) => (field.redaction_id === null ? [] : [field.redaction_id]))
    await server.post(`/v1/requests/${id}/restore`, { redaction_ids: [redaction_id] })
    expect((await readContact()).copy.copy_hash).toBe(copy.copy_hash)
    expect([history('copy.redacted').length, history('copy.restored').length]).toEqual([2, 1])
    expect(JSON.stringify(server.rig.store.rows('redaction'))).not.toContain('emails')
  })

  it.each([
    ['path', { kind: 'field', position: 0, path: '/nobody' }],
    ['position', { kind: 'field', position: 7, path: '/emails/0' }],
    ['position', { kind: 'attachment', position: 0 }],
  ])('refuses to take out what is not there (%s)', async (field, wanted) => {
    const { place } = await readContact()
    const redactions = [{ leg_id: place.leg_id, part: 'contact', ...wanted }]
    const answer = await server.post(`/v1/requests/${id}/redact`, { redactions })
    expect([answer.status, answer.body.field]).toEqual([400, field])
    expect(server.rig.store.rows('redaction')).toEqual([])
  })

  it('is released as it was read, and not as somebody else left it since', async () => {
    const { place, copy } = await readContact()
    const redactions = [{ leg_id: place.leg_id, part: 'contact', kind: 'record', position: 0 }]
    await server.post(`/v1/requests/${id}/redact`, { redactions })
    const stale = await server.post(`/v1/requests/${id}/review`, { copy_hash: copy.copy_hash })
    expect([stale.status, stale.body.code]).toEqual([409, 'COPY_CHANGED'])
    const { copy_hash } = await readCopy()
    expect((await server.post(`/v1/requests/${id}/review`, { copy_hash })).body.state).toBe('sealing')
  })

  it('says in its record what was left out and why, and nothing more of it', async () => {
    const { place } = await readContact()
    const redactions = [{ leg_id: place.leg_id, part: 'contact', kind: 'field', position: 0, path: '/emails/1' }]
    await server.post(`/v1/requests/${id}/redact`, { redactions, reason: 'her colleague' })
    await server.post(`/v1/requests/${id}/review`)
    await server.rig.settle()
    const record = z
      .object({ payload: z.string() })
      .parse(JSON.parse((await server.get(`/v1/requests/${id}/record`)).text))
    const payload = Buffer.from(record.payload, 'base64').toString()
    expect(JSON.parse(payload)).toMatchObject({
      predicate: {
        withheld: [{ account: 'crm', part: 'contact', kind: 'field', reason: 'third_party', count: 1 }],
        identity_check: { by: { role: 'admin' } },
      },
    })
    expect(payload).not.toMatch(/stranger|colleague|emails/)
    expect((await server.get(`/v1/requests/${id}/copy`)).body.code).toBe('ILLEGAL_TRANSITION')
  })

  it.each(['portal', 'approver', 'auditor'] as const)('is shown to no %s', async (role) => {
    expect((await server.get(`/v1/requests/${id}/copy`, { key: server.keys[role] })).status).toBe(403)
    expect(history('copy.viewed')).toEqual([])
  })
})

it('the page marks and ticks what is about others, leaves it out and releases what it showed', async () => {
  const visitor = await Visitor.signedIn(server, server.keys.ops)
  const request = await visitor.get(`/ops/requests/${id}`)
  expect(request.html).toContain(`href="/ops/requests/${id}/copy"`)
  const { place } = await readContact()
  const address = `/ops/requests/${id}/copy?leg_id=${place.leg_id}&part=contact`
  const page = await visitor.get(address)
  expect(page.text).toContain(STRANGER)
  expect(page.text).toContain(words.copy.others)
  const ticked = [...page.html.matchAll(/name="(field\.[^"]+)"\s+value="([^"]+)"\s+checked/g)]
  expect(ticked).toHaveLength(1)
  const fields = Object.fromEntries(ticked.map(([, name = '', value = '']) => [name, value]))
  const form = { ...fields, action: 'redact', why: 'third_party' }
  expect((await visitor.submit(page, `/ops/requests/${id}/copy`, form)).status).toBe(303)
  const after = await visitor.get(address)
  expect(after.text).toContain(words.copy.is_out)
  const stale = await visitor.submit(page, `/ops/requests/${id}/review`)
  expect(stale.status).toBe(409)
  await visitor.submit(after, `/ops/requests/${id}/review`)
  expect(server.rig.request(id).state).toBe('sealing')
})
