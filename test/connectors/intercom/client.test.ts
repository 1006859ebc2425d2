import { describe, expect, it } from '@jest/globals'
import { openIntercom } from '../../../connectors/intercom/client.ts'
import type { Intercom } from '../../../connectors/intercom/client.ts'
import { interpretHold } from '../../../connectors/intercom/limits.ts'
import { nextOf } from '../../../connectors/intercom/paging.ts'
import { withBench } from './bench.ts'

const DANGEROUS: readonly (readonly [string, (api: Intercom) => Promise<unknown>])[] = [
  ['an empty id', (api) => api.sdk((client) => client.contacts.delete({ contact_id: '' }))],
  ['the word undefined', (api) => api.sdk((client) => client.contacts.delete({ contact_id: String(undefined) }))],
  ['no id at all, raw', async (api) => api.raw({ method: 'DELETE', path: '/conversations/' })],
  ['archiving', (api) => api.sdk((client) => client.contacts.archive({ contact_id: 'c1' }))],
  ['blocking', (api) => api.sdk((client) => client.contacts.blockContact({ contact_id: 'c1' }))],
  ['deleting in bulk', async (api) => api.raw({ method: 'POST', path: '/contacts/bulk/delete', body: {} })],
]

describe('calls to Intercom', () => {
  it.each(DANGEROUS)('never leave with %s', (_, send) =>
    withBench({}, async ({ lab, context }) => {
      const ending = Promise.resolve().then(() => send(openIntercom(context)))
      await expect(ending).rejects.toMatchObject({ code: 'CONNECTOR_BUG' })
      expect(lab.sandbox.calls()).toHaveLength(0)
    }),
  )

  it('read what is named like a dangerous call', () =>
    withBench({}, async ({ context }) => {
      const reply = await openIntercom(context).sdk((client) => client.visitors.find({ user_id: 'archive' }))
      expect(reply.status).toBe(404)
    }))

  it('keep every digit of a long id', () =>
    withBench({}, async ({ lab, context }) => {
      const id = '215470000000000007'
      await openIntercom(context).sdk((client) => client.conversations.find({ conversation_id: id }))
      expect(lab.sandbox.calls().map(({ path }) => path)).toEqual([`/conversations/${id}`])
    }))

  it('are not repeated by the SDK', () =>
    withBench({}, async ({ lab, context }) => {
      lab.sandbox.arm({ times: 1, what: { kind: 'status', status: 503 } })
      const ending = openIntercom(context).sdk((client) => client.admins.list())
      await expect(ending).rejects.toMatchObject({ code: 'VENDOR_UNAVAILABLE' })
      expect(lab.sandbox.calls()).toHaveLength(1)
    }))

  it('carry the account’s token and not the environment’s', () =>
    withBench({}, async ({ lab, context }) => {
      await openIntercom(context).sdk((client) => client.admins.list())
      expect(lab.sandbox.calls()[0]?.headers.authorization).toBe(`Bearer ${lab.sandbox.token}`)
    }))
})

describe('limits of Intercom', () => {
  const reply = (status: number, headers: Record<string, string>) => ({ status, headers, body: Buffer.from('') })

  it('waits until the window that the vendor names, at least a second and at most a minute', () => {
    const at = (reset: string) => interpretHold(reply(429, { 'x-ratelimit-reset': reset }), 1_700_000_000_000)?.waitMs
    expect([at('1700000007'), at('1700000000'), at('1800000000')]).toEqual([7_000, 1_000, 60_000])
  })

  it('waits before the vendor has to say no', () => {
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1700000003' }
    expect(interpretHold(reply(200, headers), 1_700_000_000_000)).toEqual({ bucket: 'ten_seconds', waitMs: 3_000 })
    expect(interpretHold(reply(200, { ...headers, 'x-ratelimit-remaining': '9' }), 1_700_000_000_000)).toBeUndefined()
  })

  it('leaves Retry-After and unreadable words to the transport', () => {
    expect(interpretHold(reply(429, { 'retry-after': '5', 'x-ratelimit-reset': '1' }), 0)).toBeUndefined()
    expect(interpretHold(reply(429, { 'x-ratelimit-reset': 'soon' }), 0)).toBeUndefined()
  })
})

describe('pages of Intercom', () => {
  it.each([
    ['a cursor', { pages: { next: { starting_after: 'a=b', per_page: 5 } } }, 'starting_after=a%3Db'],
    ['an address', { pages: { next: 'https://api.intercom.io/x?page=2&per_page=5' } }, 'page=2&per_page=5'],
    ['a number', { pages: { page: 1, total_pages: 2, next: null } }, 'page=2'],
    ['the last number', { pages: { page: 2, total_pages: 2 } }, undefined],
    ['no pages', {}, undefined],
    ['an empty cursor', { pages: { next: { starting_after: null }, page: 1, total_pages: 1 } }, undefined],
  ])('go on after %s', (_, answer, next) => {
    expect(nextOf(answer)).toBe(next)
  })

  it('end with an error when an address names no page', () => {
    expect(() => nextOf({ pages: { next: 'https://api.intercom.io/x' } })).toThrow()
  })
})
