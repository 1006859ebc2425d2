import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { requestId, type RequestId } from '../../src/domain/ids.ts'
import { wordsFor } from '../../src/http/pages/words.ts'
import { createBody, TestServer } from '../http/kit.ts'
import { contactOf, testPerson } from '../kit/sim/people.ts'
import { Visitor, type PageAnswer } from './visitor.ts'

const ada = testPerson('ada')
const others = ['bea', 'bob', 'bo', 'ben'].map((key) => testPerson(key, ada.name))
let server: TestServer
let id: RequestId
let visitor: Visitor
let page: PageAnswer

beforeEach(async () => {
  server = await TestServer.start()
  server.rig.vendor().add(...contactOf(ada), ...others.flatMap((one) => contactOf(one)))
  const { body } = await server.post('/v1/requests', createBody({ subject_names: [ada.name] }))
  await server.rig.settle()
  id = requestId(body.subject_request_id)
  visitor = await Visitor.signedIn(server, server.keys.ops)
  page = await visitor.get(`/ops/requests/${id}`)
})
afterEach(async () => server.close())

const decisions = () =>
  server.rig.store
    .rows('record')
    .filter((row) => !row.isCertain)
    .map((row) => row.decision)

it('answers for all that are uncertain for one reason at once', async () => {
  await visitor.submit(page, `/ops/requests/${id}/decide`, { 'group.0': 'not_subject' })
  expect(decisions()).toEqual(others.map(() => 'not_subject'))
})

it('lets a record’s own answer go before the one for all', async () => {
  const [own = ''] = [...page.html.matchAll(/name="(decision\.[^"]+)"/g)].map(([, name]) => name)
  await visitor.submit(page, `/ops/requests/${id}/decide`, { 'group.0': 'not_subject', [own]: 'subject' })
  expect(decisions().sort()).toEqual(['not_subject', 'not_subject', 'not_subject', 'subject'])
})

it('decides nothing when nothing was chosen', async () => {
  const answer = await visitor.submit(page, `/ops/requests/${id}/decide`, { 'group.0': '' })
  expect([answer.status, decisions()]).toEqual([400, others.map(() => null)])
})

it('shows each beside the person who asks, here and in the API', async () => {
  const { match } = wordsFor('en')
  expect(page.text).toContain(`${match.asks} ${match.record}`)
  for (const one of [ada, ...others]) expect(page.text).toContain(one.email)
  const { body } = await server.get(`/v1/requests/${id}`, { key: server.keys.ops })
  const emails = body.candidates.map(({ facts }) => facts.find(({ fact }) => fact === 'email'))
  expect(emails.map((one) => one?.person)).toEqual(others.map(() => [ada.email]))
  expect(emails.flatMap((one) => one?.record ?? []).sort()).toEqual(others.map((one) => one.email).sort())
})

it('shows the API’s other readers no fact', async () => {
  const { body } = await server.get(`/v1/requests/${id}`, { key: server.keys.auditor })
  expect(body.candidates.map(({ facts }) => facts)).toEqual(others.map(() => undefined))
})
