import { afterEach, expect, it } from '@jest/globals'
import { TestServer } from './kit.ts'

const LIMITS = { perSource: 3, perKey: 1000, failures: 1000 }
let server: TestServer
afterEach(async () => server.close())

/** How the last of five calls is answered that claim to come from five places. */
async function fifthAnswer(): Promise<number> {
  const statuses: number[] = []
  for (let call = 1; call <= 5; call += 1) {
    const headers = { 'x-forwarded-for': `203.0.113.${call}` }
    statuses.push((await server.get('/v1/requests', { headers })).status)
  }
  return statuses[4] ?? 0
}

it('believes nobody who says where a call comes from, unless told to', async () => {
  server = await TestServer.start({ limits: LIMITS })
  expect(await fifthAnswer()).toBe(429)
})

it('believes the proxies that it was told of', async () => {
  server = await TestServer.start({ limits: LIMITS, trustedProxies: ['127.0.0.0/8', '::1'] })
  expect(await fifthAnswer()).toBe(200)
})

it('believes no others', async () => {
  server = await TestServer.start({ limits: LIMITS, trustedProxies: ['10.0.0.0/8'] })
  expect(await fifthAnswer()).toBe(429)
})
