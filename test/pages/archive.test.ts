import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { createBody, TestServer } from '../http/kit.ts'
import { describeInBrowser, startBrowser } from './browser.ts'

describeInBrowser('a person with a link and a code', () => {
  let server: TestServer
  let browser: Browser
  let shots: string
  beforeAll(async () => {
    server = await TestServer.start()
    browser = await startBrowser()
    shots = process.env.SCREENSHOTS ?? (await mkdtemp(path.join(tmpdir(), 'habeas-pages-')))
  })
  afterAll(async () => {
    await browser.close()
    await server.close()
  })

  it('is told alike what does not open, and downloads the copy on a phone', async () => {
    const { body: made } = await server.post('/v1/requests', createBody({ right: 'access' }))
    await server.rig.settle()
    const { body: link } = await server.post(`/v1/requests/${made.subject_request_id}/archive`)
    const page = await browser.newPage({
      viewport: { width: 375, height: 740 },
      locale: 'nl-BE',
      acceptDownloads: true,
    })
    const shoot = async (name: string) => page.screenshot({ path: path.join(shots, `${name}.png`), fullPage: true })
    await page.goto(`${server.url}${new URL(link.url).pathname}`)
    await shoot('archive-code')
    await page.getByLabel('Code').fill('1234')
    await page.getByRole('button', { name: 'Openen' }).click()
    expect(await page.getByRole('alert').isVisible()).toBe(true)
    await shoot('archive-closed')
    await page.getByLabel('Code').fill(link.code)
    await page.getByRole('button', { name: 'Openen' }).click()
    await shoot('archive-ready')
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Kopie downloaden' }).click(),
    ])
    expect(download.suggestedFilename()).toBe(`dsr-${made.subject_request_id}.zip`)
    expect(await readFile(await download.path(), 'utf8')).toBe(server.archive.toString())
    await page.close()
  })
})
