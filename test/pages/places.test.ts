import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { TestServer } from '../http/kit.ts'
import { Visitor } from './visitor.ts'

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
let server: TestServer
beforeAll(async () => {
  server = await TestServer.start()
})
afterAll(async () => server.close())

async function ask(path: string, accept: string, language = 'en') {
  const reply = await fetch(`${server.url}${path}`, { headers: { accept, 'accept-language': language } })
  return { status: reply.status, type: reply.headers.get('content-type') ?? '', text: await reply.text() }
}

describe('where there is no page', () => {
  it.each(['/ops/nothing', '/ops/requests', '/nowhere', '/v2/requests', '/ops/sign-in/more'])(
    'a browser gets one that leads on, a program a problem (%s)',
    async (path) => {
      const page = await ask(path, BROWSER)
      expect([page.status, page.type]).toEqual([404, 'text/html; charset=utf-8'])
      for (const way of ['/ops', '/docs']) expect(page.text).toContain(`href="${way}"`)
      for (const accept of ['application/json', '*/*']) {
        const problem = await ask(path, accept)
        expect([problem.status, problem.type]).toEqual([404, 'application/problem+json; charset=utf-8'])
        expect(JSON.parse(problem.text)).toMatchObject({ code: 'NOT_FOUND' })
      }
    },
  )

  it('says it in the language of the browser', async () => {
    const pages = await Promise.all(['nl', 'fr', 'en'].map(async (language) => ask('/nowhere', BROWSER, language)))
    expect(pages.map(({ text }) => /<html lang="(..)"/.exec(text)?.[1])).toEqual(['nl', 'fr', 'en'])
  })
})

describe('the root', () => {
  it('shows a browser where to go', async () => {
    const page = await ask('/', BROWSER)
    expect([page.status, page.type]).toEqual([200, 'text/html; charset=utf-8'])
    for (const way of ['/ops', '/docs', '/health/ready']) expect(page.text).toContain(`href="${way}"`)
  })

  it('is nothing to a program', async () => {
    expect((await ask('/', 'application/json')).type).toBe('application/problem+json; charset=utf-8')
  })
})

it('a program that is signed in gets problems from the pages too', async () => {
  const visitor = await Visitor.signedIn(server, server.keys.ops)
  const reply = await fetch(`${server.url}/ops/requests/none`, {
    headers: { accept: 'application/json', cookie: visitor.cookie ?? '' },
  })
  expect(reply.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
})
