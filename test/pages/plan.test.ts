import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { accountId, requestId, type RequestId } from '../../src/domain/ids.ts'
import { fill, wordsFor } from '../../src/http/pages/words.ts'
import { createBody, TestServer } from '../http/kit.ts'
import { contactOf, invoiceOf, mailOf, testPerson } from '../kit/sim/people.ts'
import { Visitor, visibleText } from './visitor.ts'

const words = wordsFor('en')
const ada = testPerson('ada')
const ACCOUNT = accountId('crm')
let server: TestServer
afterEach(async () => server.close())

async function approvalPage(more: Readonly<Record<string, unknown>> = {}): Promise<{ html: string; id: RequestId }> {
  const { body } = await server.post('/v1/requests', createBody(more))
  await server.rig.settle()
  const visitor = await Visitor.signedIn(server, server.keys.approver)
  const id = requestId(body.subject_request_id)
  return { html: (await visitor.get(`/ops/requests/${id}`)).html, id }
}

/** The plan's table as it is read: a list of rows, each a list of cells. */
function planRows(html: string): readonly (readonly string[])[] {
  const table = /<table class="wide plan">([^]*?)<\/table>/.exec(html)?.[1] ?? ''
  return [...table.matchAll(/<tr[^>]*>([^]*?)<\/tr>/g)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd][^>]*>([^]*?)<\/t[hd]>/g)].map(([, cell = '']) => visibleText(cell).trim()),
  )
}

describe('the page of a plan', () => {
  beforeEach(async () => {
    server = await TestServer.start({
      rig: {
        policy: { exemptions: [{ accountId: ACCOUNT, part: 'invoice', law: 'VAT Code, Art. 60', keepYears: 10 }] },
      },
    })
    server.rig.vendor().add(...contactOf(ada, 2), mailOf(ada), invoiceOf(ada), {
      part: 'log',
      ref: 'l-ada',
      person: 'ada',
      emails: [ada.email],
      createdAtMs: Date.UTC(2024, 4, 3),
    })
  })

  it('counts for each system and place what is found, done, kept and why, and stays and why', async () => {
    const { html } = await approvalPage()
    const rows = planRows(html)
    const row = (name: string) => rows.find(([first]) => first?.startsWith(name))
    expect(row('Fake CRM')?.slice(1)).toEqual(['6', '4', '1', '1'])
    expect(row('note')?.slice(1)).toEqual(['2', fill(words.plan.erased, { count: 2 }), '', ''])
    expect(row('invoice')?.[3]).toContain('VAT Code, Art. 60')
    expect(row('invoice')?.[3]).toContain('2035')
    expect(row('log')?.[4]).toBe('1: the vendor keeps its logs')
  })

  it('says by what was searched, and puts the counts before the fingerprint', async () => {
    const { html, id } = await approvalPage()
    const text = visibleText(html)
    expect(text).toContain(`${ada.email} ${words.plan.given}`)
    const total = text.indexOf(fill(words.plan.records, { count: 6 }))
    expect(total).toBeGreaterThan(0)
    expect(total).toBeLessThan(text.indexOf(server.rig.request(id).planHash ?? '?'))
  })

  it('tells the API the same', async () => {
    const { id } = await approvalPage()
    const { body } = await server.get(`/v1/requests/${id}/plan`, { key: server.keys.approver })
    expect(body).toMatchObject({
      counts: { found: 6, acted: 4, kept: 1, cannot: 1 },
      systems: [{ account_id: ACCOUNT, counts: { found: 6, acted: 4, kept: 1, cannot: 1 } }],
    })
  })
})

it('promises nothing in an account that is read only', async () => {
  server = await TestServer.start({ rig: { accounts: { crm: { effects: 'read_only' }, mailer: {} } } })
  server.rig.vendor('crm').add(...contactOf(ada))
  server.rig.vendor('mailer').add(...contactOf(ada))
  const { html } = await approvalPage()
  const contacts = planRows(html).filter(([first]) => first === 'contact')
  expect(contacts.map((row) => row.slice(2))).toEqual([
    ['', '', `1: ${words.plan.read_only}`],
    [fill(words.plan.erased, { count: 1 }), '', ''],
  ])
})
