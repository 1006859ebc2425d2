import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { batcher, chunks, neverPolled, pages, retryAfterMs, secretOf } from '../../../src/connector/index.ts'
import { addressGuard } from '../../../src/connector/address.ts'

async function all<Entry>(stream: AsyncIterable<Entry>): Promise<Entry[]> {
  const entries: Entry[] = []
  for await (const entry of stream) entries.push(entry)
  return entries
}

describe('pages', () => {
  it('yields every entry of every page, in order', async () => {
    const book: Readonly<Record<string, { entries: number[]; next?: string }>> = {
      first: { entries: [1, 2], next: 'b' },
      b: { entries: [], next: 'c' },
      c: { entries: [3] },
    }
    expect(await all(pages((cursor) => Promise.resolve(book[cursor ?? 'first']!)))).toEqual([1, 2, 3])
  })

  it('fetches no page before its entries are wanted', async () => {
    let fetched = 0
    for await (const entry of pages(() => Promise.resolve({ entries: [(fetched += 1)], next: String(fetched) }))) {
      if (entry === 2) break
    }
    expect(fetched).toBe(2)
  })

  it('ends with LIMIT_REACHED, not silently, when there are too many', async () => {
    let page = 0
    const endless = pages(() => Promise.resolve({ entries: [1], next: String((page += 1)) }), { maxPages: 3 })
    await expect(all(endless)).rejects.toMatchObject({ code: 'LIMIT_REACHED' })
    expect(page).toBe(3)
  })

  it('reads exactly as many pages as allowed', async () => {
    let page = 0
    const three = pages(
      () => Promise.resolve((page += 1) < 3 ? { entries: [page], next: String(page) } : { entries: [page] }),
      { maxPages: 3 },
    )
    expect(await all(three)).toEqual([1, 2, 3])
  })

  it('sees a cursor that comes again', async () => {
    const round = pages((cursor) => Promise.resolve({ entries: [1], next: cursor === 'a' ? 'b' : 'a' }))
    await expect(all(round)).rejects.toMatchObject({ code: 'VENDOR_ANSWER_UNREADABLE' })
  })
})

describe('batcher', () => {
  it('reads together what is asked for at about the same time, at most so many in a call', async () => {
    const calls: (readonly number[])[] = []
    const read = batcher<number, number>(
      (keys) => {
        calls.push(keys)
        return Promise.resolve(keys.map((key) => key * 10))
      },
      { max: 3, lingerMs: 5 },
    )
    expect(await Promise.all([1, 2, 3, 4].map(read))).toEqual([10, 20, 30, 40])
    expect(calls).toEqual([[1, 2, 3], [4]])
  })

  it('looks again each time', async () => {
    let calls = 0
    const read = batcher<string, number>(() => Promise.resolve([(calls += 1)]), { max: 10, lingerMs: 0 })
    expect([await read('same'), await read('same')]).toEqual([1, 2])
  })

  it('fails one key without its companions', async () => {
    const gone = new Error('gone')
    const read = batcher<number, string>((keys) => Promise.resolve(keys.map((key) => (key === 2 ? gone : 'there'))), {
      max: 10,
      lingerMs: 1,
    })
    const [one, two] = await Promise.allSettled([read(1), read(2)])
    expect([one.status, two.status]).toEqual(['fulfilled', 'rejected'])
  })

  it('trusts no call that answers another number of keys', async () => {
    const read = batcher<number, string>(() => Promise.resolve(['only one']), { max: 10, lingerMs: 1 })
    const both = await Promise.allSettled([read(1), read(2)])
    expect(both).toEqual(
      [1, 2].map(() => ({ status: 'rejected', reason: expect.objectContaining({ code: 'CONNECTOR_BUG' }) })),
    )
  })
})

describe('chunks', () => {
  it('cuts a list in order and loses nothing', () => {
    expect(chunks([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]])
    expect(chunks([], 2)).toEqual([])
    expect(() => chunks([1], 0)).toThrow(expect.objectContaining({ code: 'CONNECTOR_BUG' }))
  })
})

describe('retryAfterMs', () => {
  const nowMs = Date.parse('2026-03-01T12:00:00Z')
  it.each([
    ['30', 30_000],
    ['0', 0],
    ['1.5', 1_500],
    ['Sun, 01 Mar 2026 12:01:00 GMT', 60_000],
    ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
    ['999999999', 25 * 3_600_000],
    ['soon', undefined],
    ['-5', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads %j as %j ms', (header, waitMs) => {
    expect(retryAfterMs(header, nowMs)).toBe(waitMs)
  })
})

describe('secretOf', () => {
  it('shows its text to nobody but reveal', () => {
    const secret = secretOf('token-of-the-vendor')
    const shown = [JSON.stringify({ secret }), inspect({ secret }, { showHidden: true }), Object.keys(secret)]
    expect(secret.reveal()).toBe('token-of-the-vendor')
    expect(shown.join()).not.toContain('token-of-the-vendor')
    expect(shown[0]).toBe('{"secret":"[secret]"}')
  })
})

describe('neverPolled', () => {
  it('fails, since there is no job to ask after', async () => {
    await expect(neverPolled()).rejects.toMatchObject({ code: 'CONNECTOR_BUG' })
  })
})

describe('addressGuard', () => {
  const check = (address: string, allow: readonly string[] = []): boolean => {
    try {
      addressGuard(allow).check(address, { hostname: 'vendor.example.com', port: 443 })
      return true
    } catch {
      return false
    }
  }

  it.each([
    ['loopback', '127.0.0.1'],
    ['private', '10.1.2.3'],
    ['private', '172.16.0.1'],
    ['private', '192.168.1.1'],
    ['link-local, where clouds keep credentials', '169.254.169.254'],
    ['carrier-grade NAT', '100.64.0.1'],
    ['unspecified', '0.0.0.0'],
    ['multicast', '224.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['documentation', '192.0.2.1'],
    ['Azure’s wire server', '168.63.129.16'],
    ['loopback', '::1'],
    ['unspecified', '::'],
    ['unique local', 'fd00:ec2::254'],
    ['link-local', 'fe80::1'],
    ['site-local', 'fec0::1'],
    ['mapped loopback', '::ffff:127.0.0.1'],
    ['mapped wire server', '::ffff:168.63.129.16'],
    ['compatible loopback', '::127.0.0.1'],
    ['NAT64 of a private address', '64:ff9b::a00:1'],
    ['local NAT64', '64:ff9b:1::1'],
    ['6to4 of loopback', '2002:7f00:1::'],
    ['Teredo', '2001:0:1::1'],
    ['no address', 'vendor.example.com'],
  ])('refuses %s: %s', (_, address) => {
    expect(check(address)).toBe(false)
  })

  it.each(['93.184.215.14', '2606:2800:21f:cb07:6820:80da:af6b:8b2c', '::ffff:93.184.215.14'])(
    'lets %s pass',
    (address) => {
      expect(check(address)).toBe(true)
    },
  )

  it('lets pass what the installation lists, and nothing beside it', () => {
    expect(check('10.1.2.3', ['10.1.0.0/16'])).toBe(true)
    expect(check('10.2.2.3', ['10.1.0.0/16'])).toBe(false)
    expect(check('::ffff:10.1.2.3', ['10.1.0.0/16'])).toBe(true)
    expect(check('10.1.2.3', ['10.1.2.3:8443'])).toBe(false)
    expect(check('10.1.2.3', ['vendor.example.com:443'])).toBe(true)
    expect(check('10.1.2.3', ['other.example.com'])).toBe(false)
    expect(check('fd00::1', ['[fd00::1]:443'])).toBe(true)
  })

  it.each(['', 'a b', 'http://x', '10.0.0.0/99', 'host:port'])('refuses the entry %j', (entry) => {
    expect(() => addressGuard([entry])).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })
})
