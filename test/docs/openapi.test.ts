import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { requestId } from '../../src/domain/ids.ts'
import { ORDER_NAMES } from '../../src/http/wire/orders.ts'
import { HOUR } from '../kit/sim/clock.ts'
import { contactOf, testPerson } from '../kit/sim/people.ts'
import { createBody, TestServer } from '../http/kit.ts'

type Json = Record<string, unknown>

interface Operation {
  readonly summary?: string
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Json }[]
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Json }> }
  readonly responses: Record<string, { readonly content?: Record<string, { readonly schema: Json }> }>
}

let server: TestServer
let document: { openapi: string; info: Json; paths: Record<string, Record<string, Operation>> }
const ajv = new Ajv2020({ strict: false, allErrors: true })
;(addFormats as unknown as (one: Ajv2020) => void)(ajv)

beforeAll(async () => {
  server = await TestServer.start()
  server.rig.vendor().add(...contactOf(testPerson('ada'), 1))
  document = JSON.parse((await server.get('/openapi.json', { key: '' })).text) as typeof document
})
afterAll(async () => server.close())

function operations(): readonly (readonly [string, string, Operation])[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [path, method, operation] as const),
  )
}

describe('/openapi.json', () => {
  it('is an OpenAPI 3.1 document whose schemas are all sound', () => {
    expect(document.openapi).toMatch(/^3\.1\./)
    expect(document.info).toMatchObject({ title: 'Habeas', version: '0.0.0' })
    for (const [path, method, { parameters = [], requestBody, responses }] of operations()) {
      const bodies = Object.values(requestBody?.content ?? {})
      const answers = Object.values(responses).flatMap((one) => Object.values(one.content ?? {}))
      for (const { schema } of [...parameters, ...bodies, ...answers]) {
        expect([path, method, () => ajv.compile(schema)]).toEqual([path, method, expect.any(Function)])
        expect(() => ajv.compile(schema)).not.toThrow()
      }
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      expect(parameters.filter((one) => one.in === 'path').map((one) => one.name)).toEqual(named)
    }
  })

  it('says of every operation what it is for and how it fails', () => {
    for (const [path, , operation] of operations()) {
      expect([path, operation.summary ?? '']).toEqual([path, expect.stringMatching(/\S/)])
      const failures = Object.keys(operation.responses).filter((status) => Number(status) >= 400)
      expect([path, failures.length > 0 || /health|metrics/.test(path)]).toEqual([path, true])
    }
  })

  it('lists the routes of the API and no page', () => {
    const orders = ORDER_NAMES.map((name) => `/v1/requests/{id}/${name}`)
    expect(Object.keys(document.paths).sort()).toEqual(
      [
        ...orders,
        '/v1/requests/{id}/copy',
        '/v1/requests/{id}/copy/file',
        '/v1/requests/{id}/proof',
        '/v1/stop',
        '/v1/suppressions/check',
        '/v1/suppressions/lift',
        '/health/live',
        '/health/ready',
        '/metrics',
        '/v1/connectors',
        '/v1/requests',
        '/v1/requests/{id}',
        '/v1/requests/{id}/archive',
        '/v1/requests/{id}/plan',
        '/v1/requests/{id}/record',
      ].sort(),
    )
  })

  it('describes what the server really answers', async () => {
    const made = await server.post('/v1/requests', createBody())
    const id = requestId(made.body.subject_request_id)
    await server.rig.settle()
    await server.rig.after(HOUR)
    const answers = [
      ['/v1/requests', 'post', made],
      ['/v1/requests', 'get', await server.get('/v1/requests')],
      ['/v1/requests/{id}', 'get', await server.get(`/v1/requests/${id}`)],
      ['/v1/requests/{id}/plan', 'get', await server.get(`/v1/requests/${id}/plan`)],
      ['/v1/requests/{id}/withdraw', 'post', await server.post(`/v1/requests/${id}/withdraw`)],
      ['/v1/connectors', 'get', await server.get('/v1/connectors')],
      ['/health/ready', 'get', await server.get('/health/ready')],
      ['/v1/requests', 'post', await server.post('/v1/requests', {})],
    ] as const
    for (const [path, method, answer] of answers) {
      const type = (answer.headers.get('content-type') ?? '').split(';')[0] ?? ''
      const schema = document.paths[path]?.[method]?.responses[String(answer.status)]?.content?.[type]?.schema
      const validate = ajv.compile(schema ?? false)
      validate(answer.body)
      expect([path, method, answer.status, validate.errors ?? []]).toEqual([path, method, answer.status, []])
    }
  })

  it('describes bodies that the server takes, and refuses what the server refuses', () => {
    const schema = document.paths['/v1/requests']?.post?.requestBody?.content['application/json']?.schema ?? false
    const validate = ajv.compile(schema)
    expect(validate(createBody())).toBe(true)
    expect(validate(createBody({ email: 'ada@example.com' }))).toBe(false)
    expect(validate(createBody({ right: 'forget_me' }))).toBe(false)
  })
})

describe('/docs', () => {
  it('is served whole by ourselves, under a policy that runs nothing else', async () => {
    const page = await server.get('/docs/', { key: '' })
    expect(page.status).toBe(200)
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/script-src 'self' 'sha256-[^']+'/)
    expect(policy).not.toMatch(/script-src[^;]*unsafe|https?:/)
    expect([...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address)).toEqual(['js/scalar.js'])
    const script = await server.get('/docs/js/scalar.js', { key: '' })
    expect(script.headers.get('content-type')).toMatch(/javascript/)
  })
})
