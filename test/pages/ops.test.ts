import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { requestId, type RequestId } from '../../src/domain/ids.ts'
import { wordsFor } from '../../src/http/pages/words.ts'
import { DAY, HOUR } from '../kit/sim/clock.ts'
import { contactOf, invoiceOf, mailOf, testPerson } from '../kit/sim/people.ts'
import { createBody, TestServer } from '../http/kit.ts'
import { Visitor, type PageAnswer } from './visitor.ts'

/** Names of the product's inside (design §2). What has a `_` in it is one too. */
const INNER_WORDS =
  /\b(legs?|parked|sealed|sealing|capacity|effects?|outcomes?|settled|settling|accepted|suppressed|retained|unverifiable|epoch|lease|outbox|wave|generation|round|attempt|job|parcel|envelope|candidate|subject|drift|payload)\b|[a-z]+_[a-z]+/i
const ada = testPerson('ada')
const bea = testPerson('bea', ada.name)
let server: TestServer

beforeEach(async () => {
  server = await TestServer.start({
    rig: {
      policy: { byRight: { access: { review: 'person' } } },
      accounts: { crm: {}, mailer: {} },
    },
  })
  server.rig.vendor().add(...contactOf(ada, 2), mailOf(ada))
})
afterEach(async () => server.close())

async function create(more: Readonly<Record<string, unknown>> = {}): Promise<RequestId> {
  const { body } = await server.post('/v1/requests', createBody(more))
  await server.rig.settle()
  return requestId(body.subject_request_id)
}

const DORA = { subject_identities: [{ identity_type: 'email', identity_value: 'dora@example.com' }] }

/** One request in every situation in which a person may look at it. */
async function everySituation(): Promise<Readonly<Record<string, RequestId>>> {
  const { rig } = server
  const made: Record<string, RequestId> = {}
  made.identity = await create({ identity_check: undefined, external_reference: 'DSR-1' })
  made.expired = await create({ external_reference: 'DSR-2' })
  await rig.after(4 * DAY)
  made.answered = await create({ external_reference: 'DSR-3' })
  await rig.approve(made.answered)
  await rig.after(DAY)
  await rig.after(8 * HOUR)
  rig.vendor().add(...contactOf(testPerson('cas'), 1), invoiceOf(testPerson('cas')))
  rig.vendor().lies.set('c-cas', 9)
  made.lied = await create({
    external_reference: 'DSR-4',
    subject_identities: [{ identity_type: 'email', identity_value: 'cas@example.com' }],
  })
  await rig.approve(made.lied)
  await rig.after(DAY)
  await rig.after(8 * HOUR)
  made.review = await create({ right: 'access', external_reference: 'DSR-5' })
  await rig.after(8 * HOUR)
  rig.vendor().add(...contactOf(bea))
  made.decision = await create({ subject_names: [ada.name], external_reference: 'DSR-6' })
  made.refused = await create({ external_reference: 'DSR-7' })
  await server.post(`/v1/requests/${made.refused}/refuse`, { reason: 'manifestly unfounded' })
  rig.vendor().faultOf = () => 'revoked'
  made.stopped = await create({ external_reference: 'DSR-8' })
  rig.vendor().faultOf = () => 'none'
  rig.vendor().add(...contactOf(testPerson('dora'), 3))
  made.approval = await create({ ...DORA, external_reference: 'DSR-9' })
  return made
}

describe('/ops', () => {
  it('sends who is not signed in to the door', async () => {
    const visitor = new Visitor(server)
    for (const path of ['/ops', `/ops/requests/${await create()}`]) {
      const answer = await visitor.get(path)
      expect([answer.status, answer.headers.get('location')]).toEqual([303, '/ops/sign-in'])
    }
  })

  it('says that all is quiet when there is nothing', async () => {
    const visitor = await Visitor.signedIn(server, server.keys.ops)
    expect((await visitor.get('/ops')).text).toContain(wordsFor('en').ui.all_quiet)
  })

  it('puts each request under the first heading that fits', async () => {
    const made = await everySituation()
    const visitor = await Visitor.signedIn(server, server.keys.ops)
    const sections = sectionsOf(await visitor.get('/ops'))
    for (const name of ['identity', 'expired', 'review', 'decision', 'stopped'])
      expect([name, sections['needs-decision']]).toEqual([name, expect.stringContaining(made[name] ?? '?')])
    expect(sections.completed).toContain(made.answered)
    expect(sections.completed).toContain(made.refused)
    const quiet = await create({ ...DORA, external_reference: 'DSR-10' })
    await server.rig.approve(quiet)
    expect(sectionsOf(await visitor.get('/ops'))['under-way']).toContain(quiet)
    server.rig.clock.advance(server.rig.request(quiet).dueAtMs - server.rig.clock.nowMs() - DAY)
    const later = await Visitor.signedIn(server, server.keys.ops)
    expect(sectionsOf(await later.get('/ops')).due).toContain(quiet)
    server.rig.clock.advance(2 * DAY)
    const last = await Visitor.signedIn(server, server.keys.ops)
    expect(sectionsOf(await last.get('/ops')).late).toContain(quiet)
  })

  it('shows one tenant nothing of another', async () => {
    const foreign = await server.foreignRequest()
    const visitor = await Visitor.signedIn(server, server.keys.admin)
    expect((await visitor.get('/ops')).html).not.toContain(foreign)
    const theirs = await visitor.get(`/ops/requests/${foreign}`)
    const unknown = await visitor.get('/ops/requests/99999999-9999-4999-8999-999999999999')
    expect(theirs.status).toBe(404)
    expect(theirs.html).toBe(unknown.html)
  })
})

describe('every page', () => {
  it.each(['en', 'nl', 'fr'])('speaks the users’ words and no inner one (%s)', async (language) => {
    const made = await everySituation()
    for (const role of ['ops', 'approver', 'auditor', 'admin'] as const) {
      const visitor = await Visitor.signedIn(server, server.keys[role])
      visitor.language = language
      const paths = ['/ops', ...Object.values(made).map((id) => `/ops/requests/${id}`)]
      for (const path of paths) {
        const page = await visitor.get(path)
        const read = page.text.replace(/\b[A-Z]+(_[A-Z]+)+\b/g, 'CODE')
        expect([role, path, page.status, INNER_WORDS.exec(read)?.[0]]).toEqual([role, path, 200, undefined])
        expect(page.html).toContain(`<html lang="${language}">`)
        expect(page.text).not.toMatch(/undefined|\[object|NaN|\{\w+\}/)
      }
    }
  })

  it('runs no script and lets nothing else in', async () => {
    const made = await everySituation()
    const visitor = await Visitor.signedIn(server, server.keys.admin)
    for (const path of ['/ops', '/ops/sign-in', ...Object.values(made).map((id) => `/ops/requests/${id}`)]) {
      const page = await visitor.get(path)
      expect(page.html).not.toMatch(/<script|javascript:|\son\w+=|\sstyle=|<style/i)
      expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none';/)
      expect(page.headers.get('content-security-policy')).not.toMatch(/unsafe|\*/)
      expect(page.headers.get('cache-control')).toBe('no-store')
    }
  })

  it('prints what vendors and people wrote as text', async () => {
    const eve = testPerson('eve', '<img src=x onerror=alert(1)>')
    server.rig.vendor().add(...contactOf(eve), ...contactOf(testPerson('eva', eve.name)))
    const id = await create({
      subject_names: [eve.name],
      subject_identities: [{ identity_type: 'email', identity_value: 'eve@example.com' }],
      external_reference: '<b>bold</b>',
    })
    const visitor = await Visitor.signedIn(server, server.keys.ops)
    await server.post(`/v1/requests/${id}/refuse`, { reason: '</q><script>alert(2)</script>' })
    const page = await visitor.get(`/ops/requests/${id}`)
    expect(page.html).not.toMatch(/<img|<b>|<script/)
    expect(page.text).toContain('<script>alert(2)</script>')
  })

  it('names people only where somebody decides', async () => {
    const made = await everySituation()
    const auditor = await Visitor.signedIn(server, server.keys.auditor)
    for (const path of ['/ops', ...Object.values(made).map((id) => `/ops/requests/${id}`)])
      expect((await auditor.get(path)).text).not.toMatch(/Peeters|@example|unfounded/)
    const ops = await Visitor.signedIn(server, server.keys.ops)
    const page = await ops.get(`/ops/requests/${made.decision ?? ''}`)
    expect(page.text).toContain('ada@example.com')
    expect(page.text).toContain(bea.name)
  })
})

describe('forms', () => {
  it('approve the plan that was read, in the name of who is signed in', async () => {
    const id = await create()
    const visitor = await Visitor.signedIn(server, server.keys.approver)
    const page = await visitor.get(`/ops/requests/${id}`)
    expect(page.text).toContain(server.rig.request(id).planHash)
    const done = await visitor.submit(page, `/ops/requests/${id}/approve`, { reason: 'read it' })
    expect([done.status, done.headers.get('location')]).toEqual([303, `/ops/requests/${id}?done=1`])
    const [, keyId = ''] = server.keys.approver.split('_')
    expect(server.rig.request(id).approval).toMatchObject({ by: { role: 'approver', id: keyId } })
  })

  it('decide between people, side by side, and may leave one for later', async () => {
    server.rig.vendor().add(...contactOf(bea), ...contactOf(testPerson('bob', ada.name)))
    const id = await create({ subject_names: [ada.name] })
    const visitor = await Visitor.signedIn(server, server.keys.ops)
    const page = await visitor.get(`/ops/requests/${id}`)
    const [first = '', second = ''] = [
      ...new Set([...page.html.matchAll(/name="(decision\.[^"]+)"/g)].map(([, name]) => name)),
    ]
    await visitor.submit(page, `/ops/requests/${id}/decide`, { [first]: 'not_subject', [second]: '' })
    expect(server.rig.request(id).state).toBe('awaiting_decision')
    const next = await visitor.get(`/ops/requests/${id}`)
    await visitor.submit(next, `/ops/requests/${id}/decide`, {
      [second]: 'retain',
      [second.replace('decision', 'law')]: 'VAT Code Art. 60',
      [second.replace('decision', 'until')]: '2035-01-01',
    })
    const row = server.rig.store.rows('record').find((one) => second.endsWith(one.id))
    expect(row).toMatchObject({ decision: 'retain', law: 'VAT Code Art. 60', untilMs: Date.UTC(2035, 0, 1) })
  })

  it('let a stopped system go on, and end requests', async () => {
    const made = await everySituation()
    const visitor = await Visitor.signedIn(server, server.keys.ops)
    const lied = made.lied ?? requestId('')
    const page = await visitor.get(`/ops/requests/${lied}`)
    expect(page.text).toContain(wordsFor('en').stop.still_present)
    await visitor.submit(page, `/ops/requests/${lied}/resume`, { action: 'act_again' })
    expect(server.rig.leg(lied).parkedReason).toBeNull()
    const approval = made.approval ?? requestId('')
    const other = await visitor.get(`/ops/requests/${approval}`)
    const unexplained = await visitor.submit(other, `/ops/requests/${approval}/refuse`)
    expect(unexplained.status).toBe(400)
    await visitor.submit(other, `/ops/requests/${approval}/refuse`, { reason: 'not the person' })
    expect(server.rig.request(approval).state).toBe('refused')
    const tooLate = await visitor.submit(other, `/ops/requests/${approval}/withdraw`)
    expect(tooLate.status).toBe(409)
    expect(tooLate.html).toContain(`/ops/requests/${approval}`)
  })

  it('are refused without the word of the session', async () => {
    const id = await create()
    const visitor = await Visitor.signedIn(server, server.keys.admin)
    const another = await Visitor.signedIn(server, server.keys.admin)
    const theirs = /name="csrf" value="([^"]+)"/.exec((await another.get('/ops')).html)?.[1] ?? ''
    for (const csrf of ['', 'wrong', theirs]) {
      const answer = await visitor.post(`/ops/requests/${id}/withdraw`, { csrf })
      expect(answer.status).toBe(403)
    }
    expect(server.rig.request(id).state).toBe('awaiting_approval')
  })

  it('show nobody an order that is not theirs, and take none from them', async () => {
    const id = await create()
    const visitor = await Visitor.signedIn(server, server.keys.auditor)
    const page = await visitor.get(`/ops/requests/${id}`)
    expect([...page.html.matchAll(/action="([^"]+)"/g)].map(([, action]) => action)).toEqual(['/ops/sign-out'])
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? ''
    expect((await visitor.post(`/ops/requests/${id}/withdraw`, { csrf })).status).toBe(403)
    expect(server.rig.request(id).state).toBe('awaiting_approval')
  })
})

describe('the words', () => {
  it('are there in three languages, none left in another', () => {
    const tables = ['nl', 'fr', 'en'].map((language) => flat(wordsFor(language)))
    const [dutch = {}, french = {}, english = {}] = tables
    expect(Object.keys(dutch)).toEqual(Object.keys(english))
    expect(Object.keys(french)).toEqual(Object.keys(english))
    for (const [name, text] of Object.entries(english))
      for (const other of [dutch[name] ?? '', french[name] ?? ''])
        expect([name, placesOf(other)]).toEqual([name, placesOf(text)])
  })
})

function flat(words: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(words).flatMap(([table, entries]: [string, unknown]) =>
      typeof entries === 'object' && entries !== null
        ? Object.entries(entries).map(([name, text]) => [`${table}.${name}`, String(text)] as const)
        : [],
    ),
  )
}

function placesOf(text: string): readonly string[] {
  return [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort()
}

function sectionsOf(page: PageAnswer): Record<string, string> {
  return Object.fromEntries(
    page.html
      .split('<section aria-labelledby="')
      .slice(1)
      .map((section) => [section.split('"')[0] ?? '', section] as const),
  )
}
