import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { newSigningKey, publicKeyPem, publicKeyRaw, trustedKeyOf } from '../../src/crypto/signature.ts'
import { WORDS } from '../../src/bin/verify/browser/words.ts'
import { verifierPage } from '../../src/bin/verify/page.ts'
import { LEAF_KINDS } from '../../src/ledger/leaf.ts'
import { NOT_PROVEN } from '../../src/ledger/not-proven.ts'
import { vkeyText } from '../../src/ledger/note.ts'
import { signTrustRoot } from '../../src/ledger/root-file.ts'
import { localSigner } from '../../src/ledger/signer.ts'
import { describeInBrowser, startBrowser } from '../pages/browser.ts'
import { FIRST_MS, ORIGIN, sampleLog, type SampleLog, text } from './sample-log.ts'

describe('the page that verifies', () => {
  it('is one file that loads nothing', async () => {
    const html = await verifierPage()
    expect(html).toContain("default-src 'none'")
    expect(html).not.toMatch(/\b(?:src|href)=|@import|url\(|https?:\/\/(?!in-toto\.io|habeas\.example|json-schema)/)
  })

  it('speaks of every kind and every open point in every language', () => {
    expect(Object.keys(WORDS).sort()).toEqual(['en', 'fr', 'nl'])
    for (const { kinds, notProven, ...more } of Object.values(WORDS)) {
      expect(Object.keys(kinds)).toEqual([...LEAF_KINDS])
      expect(Object.keys(notProven).sort()).toEqual(Object.keys(NOT_PROVEN).sort())
      expect(Object.keys(more)).toEqual(Object.keys(WORDS.en).filter((name) => !['kinds', 'notProven'].includes(name)))
    }
  })
})

describeInBrowser('the page that verifies, opened as a file', () => {
  let browser: Browser
  let page: Page
  let log: SampleLog
  let folder: string
  let proof: string
  const asked: string[] = []
  const troubles: string[] = []

  beforeAll(async () => {
    log = await sampleLog(300)
    folder = await mkdtemp(path.join(tmpdir(), 'habeas-verifier-'))
    proof = path.join(folder, 'request.tlog-proof')
    await writeFile(path.join(folder, 'verifier.html'), await verifierPage())
    await writeFile(proof, await log.proofOf(1))
    await writeFile(path.join(folder, 'root.json'), await rootOf(log))
    browser = await startBrowser()
    page = await browser.newPage({ locale: 'en-GB' })
    page.on('request', (request) => asked.push(request.url()))
    page.on('pageerror', (error) => troubles.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') troubles.push(message.text())
    })
  })
  afterAll(async () => {
    await browser.close()
  })

  async function rootOf(sample: SampleLog): Promise<Uint8Array> {
    const rootKey = newSigningKey()
    const hex = (key: Parameters<typeof trustedKeyOf>[0]) =>
      Buffer.from(publicKeyRaw(trustedKeyOf(key))).toString('hex')
    const root = {
      v: 1,
      version: 1,
      controller: 'cooperlink',
      issued_at: text(FIRST_MS),
      root_keys: [hex(rootKey)],
      logs: [{ origin: ORIGIN, keys: [{ vkey: vkeyText(sample.logKey), from_size: 0 }] }],
      record_keys: [{ public_key: hex(sample.recordKey), from: text(FIRST_MS) }],
      witnesses: [],
      timestamp_authorities: [],
      policy: { anchors: 'none', logged_within_seconds: 60 },
    } as const
    return signTrustRoot(root, [localSigner(rootKey)])
  }

  async function opened(...files: readonly string[]): Promise<string | null> {
    await page.goto(pathToFileURL(path.join(folder, 'verifier.html')).href)
    await page.setInputFiles('#files', [...files])
    return settledVerdict()
  }

  async function settledVerdict(): Promise<string | null> {
    await page.waitForFunction("document.getElementById('verdict').dataset.verdict !== 'waiting'")
    return page.getAttribute('#verdict', 'data-verdict')
  }

  it('finds a proof valid with its root, and shows what it is about', async () => {
    expect(await opened(proof, path.join(folder, 'root.json'))).toBe('valid')
    const facts = (await page.textContent('#facts')) ?? ''
    expect(facts).toContain(ORIGIN)
    expect(facts).toContain('1 / 300')
    expect(await page.locator('#open li').count()).toBeGreaterThan(3)
    expect(await page.textContent('#record')).toContain('completion-record')
  })

  it('takes pasted keys instead, and says that nothing anchors the log', async () => {
    await page.goto(pathToFileURL(path.join(folder, 'verifier.html')).href)
    await page.setInputFiles('#files', [proof])
    await page.fill('#keys', `${vkeyText(log.logKey)}\n${publicKeyPem(trustedKeyOf(log.recordKey))}`)
    expect(await settledVerdict()).toBe('notAnchored')
  })

  it('takes what is dropped on it', async () => {
    await page.goto(pathToFileURL(path.join(folder, 'verifier.html')).href)
    await page.fill('#keys', `${vkeyText(log.logKey)}\n${publicKeyPem(trustedKeyOf(log.recordKey))}`)
    const bytes = [...(await log.proofOf(3))]
    await page.evaluate(`
      const files = new DataTransfer()
      files.items.add(new File([new Uint8Array([${bytes.join()}])], 'dropped.tlog-proof'))
      document.dispatchEvent(new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true }))
    `)
    expect(await settledVerdict()).toBe('notAnchored')
    expect(await page.textContent('#facts')).toContain('a request came in')
  })

  it('refuses a changed proof, a changed root and other keys', async () => {
    const changed = path.join(folder, 'changed.tlog-proof')
    const bytes = Uint8Array.from(await log.proofOf(1))
    for (const at of [40, 2000, bytes.length - 300, bytes.length - 20]) {
      const copy = Uint8Array.from(bytes)
      copy[at]! ^= 1
      await writeFile(changed, copy)
      expect([at, await opened(changed, path.join(folder, 'root.json'))]).toEqual([at, 'invalid'])
    }
    const otherRoot = path.join(folder, 'other-root.json')
    await writeFile(otherRoot, await rootOf(await sampleLog(1)))
    expect(await opened(proof, otherRoot)).toBe('invalid')
  })

  it('speaks Dutch, French and English', async () => {
    await opened(proof, path.join(folder, 'root.json'))
    const said = new Set<string>()
    for (const language of ['nl', 'fr', 'en']) {
      await page.click(`[data-language=${language}]`)
      await page.waitForFunction(`document.documentElement.lang === '${language}'`)
      said.add((await page.textContent('#verdict')) ?? '')
    }
    expect(said).toEqual(new Set(['Geldig', 'Valable', 'Valid']))
  })

  it('asked nobody and made no complaint', () => {
    expect(asked.filter((url) => !url.startsWith('file:'))).toEqual([])
    expect(troubles).toEqual([])
  })
})
