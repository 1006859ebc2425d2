import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { createSignInLink } from '../../src/http/access/sessions.ts'
import { requestId, type RequestId } from '../../src/domain/ids.ts'
import { DAY, HOUR } from '../kit/sim/clock.ts'
import { CONTROLLER } from '../kit/sim/policies.ts'
import { contactOf, invoiceOf, mailOf, testPerson } from '../kit/sim/people.ts'
import { createBody, TestServer } from '../http/kit.ts'
import { describeInBrowser, startBrowser } from './browser.ts'

const PHONE = { width: 375, height: 740 }
const DESK = { width: 1200, height: 900 }

describeInBrowser('the pages in a browser', () => {
  let server: TestServer
  let browser: Browser
  let page: Page
  let shots: string
  const troubles: string[] = []

  beforeAll(async () => {
    server = await TestServer.start({ rig: { accounts: { crm: {}, mailer: {} } } })
    browser = await startBrowser()
    shots = process.env.SCREENSHOTS ?? (await mkdtemp(path.join(tmpdir(), 'habeas-pages-')))
    page = await browser.newPage({ viewport: DESK, locale: 'en-GB' })
    page.on('console', (message) => {
      if (message.type() === 'error') troubles.push(message.text())
    })
    page.on('pageerror', (error) => {
      troubles.push(error.message)
    })
    page.on('request', (httpRequest) => {
      if (!httpRequest.url().startsWith(server.url)) troubles.push(httpRequest.url())
    })
  })
  afterAll(async () => {
    await browser.close()
    await server.close()
  })

  async function create(key: string, more: Readonly<Record<string, unknown>> = {}): Promise<RequestId> {
    const subject_identities = [{ identity_type: 'email', identity_value: `${key}@example.com` }]
    const { body } = await server.post('/v1/requests', createBody({ subject_identities, ...more }))
    await server.rig.settle()
    return requestId(body.subject_request_id)
  }

  async function shoot(name: string): Promise<void> {
    await page.screenshot({ path: path.join(shots, `${name}.png`), fullPage: true })
  }

  async function isWiderThanScreen(): Promise<boolean> {
    return page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth')
  }

  it('sign in by link, approve a plan, and show the end of it', async () => {
    const ada = testPerson('ada')
    server.rig.vendor().add(...contactOf(ada, 3), mailOf(ada), invoiceOf(ada))
    const id = await create('ada', { external_reference: 'DSR-101' })
    await page.goto(
      await createSignInLink(server.ports.store, { publicUrl: server.url, role: 'admin', controllerId: CONTROLLER }),
    )
    await shoot('sign-in')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('link', { name: 'Erasure · DSR-101' }).click()
    await shoot('approve')
    await page.getByLabel('Reason', { exact: true }).first().fill('checked against the ticket')
    await page.getByRole('button', { name: 'Approve this plan' }).click()
    await page.getByRole('status').waitFor()
    expect(server.rig.request(id).approval).not.toBeNull()
    await server.rig.after(DAY)
    await server.rig.after(8 * HOUR)
    await page.goto(`${server.url}/ops/sign-in`)
    await page.getByLabel('API key').fill(server.keys.admin)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.goto(`${server.url}/ops/requests/${id}`)
    await shoot('completed')
    expect(await page.getByRole('row', { name: /^contact/ }).innerText()).toContain('erased')
  })

  it('decide between two people of one name, on a phone', async () => {
    const bea = testPerson('bea', 'Bea Peeters')
    server.rig
      .vendor()
      .add(...contactOf(bea), ...contactOf(testPerson('bob', bea.name)), ...contactOf(testPerson('bo', bea.name)))
    const id = await create('bea', { subject_names: [bea.name], external_reference: 'DSR-102' })
    await page.setViewportSize(PHONE)
    await page.goto(`${server.url}/ops/requests/${id}`)
    expect(await isWiderThanScreen()).toBe(false)
    await shoot('decide-phone')
    for (const choice of await page.getByLabel('Somebody else').all()) await choice.check()
    await page.getByRole('button', { name: 'Save the decisions' }).click()
    await page.getByRole('status').waitFor()
    expect(server.rig.request(id).state).toBe('discovering')
    await page.setViewportSize(DESK)
  })

  it('show the list and a caught lie, in light and dark, on desk and phone', async () => {
    await server.rig.settle()
    const cas = testPerson('cas')
    server.rig.vendor().add(...contactOf(cas, 1), mailOf(cas))
    server.rig.vendor().lies.set('c-cas', 9)
    const lied = await create('cas', { external_reference: 'DSR-103' })
    await server.rig.approve(lied)
    await server.rig.after(DAY)
    await server.rig.after(8 * HOUR)
    await create('dora', { right: 'access', external_reference: 'DSR-104' })
    await create('eve', { identity_check: undefined, external_reference: 'DSR-105' })
    await page.goto(`${server.url}/ops/sign-in`)
    await page.getByLabel('API key').fill(server.keys.admin)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await shoot('list')
    await page.goto(`${server.url}/ops/requests/${lied}`)
    expect(await page.getByText('still there').count()).toBeGreaterThan(0)
    await shoot('lied')
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.goto(`${server.url}/ops`)
    await shoot('list-dark')
    await page.setViewportSize(PHONE)
    await shoot('list-phone')
    expect(await isWiderThanScreen()).toBe(false)
    await page.goto(`${server.url}/ops/requests/${lied}`)
    await shoot('lied-phone')
    expect(await isWiderThanScreen()).toBe(false)
    await page.emulateMedia({ colorScheme: 'light' })
    await page.setViewportSize(DESK)
  })

  it('show the API document from our own server alone', async () => {
    await page.goto(`${server.url}/docs/`)
    await page.getByText('Hand in a request of a person').first().waitFor()
    await shoot('docs')
    expect(await page.title()).toContain('Habeas')
  })

  it('ask nobody else for anything and report no error on the way', () => {
    expect(troubles).toEqual([])
  })
})
