import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import type { ErrorCode } from '../../src/domain/errors.ts'
import { createBody, TestServer, type Call } from './kit.ts'

let server: TestServer

beforeAll(async () => {
  server = await TestServer.start()
})
afterAll(async () => server.close())

const NAME = 'zoe.secret@example.com'

function identity(value: unknown, type = 'email'): Record<string, unknown> {
  return createBody({ subject_identities: [{ identity_type: type, identity_value: value }] })
}

/** What is sent to `POST /v1/requests`, and the code and field it is refused with. */
const refusals: readonly (readonly [what: string, call: Call, code: ErrorCode, field?: string])[] = [
  ['malformed JSON', { raw: '{"right":' }, 'JSON_INVALID'],
  ['bytes that are not UTF-8', { raw: Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d) }, 'JSON_INVALID'],
  ['a list instead of an object', { body: [createBody()] }, 'FIELD_INVALID'],
  ['nothing at all', { raw: '' }, 'RIGHT_UNKNOWN', 'right'],
  ['an unknown field', { body: createBody({ email: NAME }) }, 'FIELD_UNKNOWN', 'email'],
  ['an address as the name of a field', { body: createBody({ [NAME]: 1 }) }, 'FIELD_UNKNOWN'],
  [
    'an unknown field inside an identity',
    { body: createBody({ subject_identities: [{ identity_type: 'email', identity_value: NAME, name: NAME }] }) },
    'FIELD_UNKNOWN',
    'subject_identities.0.name',
  ],
  ['an unknown right', { body: createBody({ right: 'forget_me' }) }, 'RIGHT_UNKNOWN', 'right'],
  ['a right that is no text', { body: createBody({ right: { $ne: 1 } }) }, 'RIGHT_UNKNOWN', 'right'],
  ['a right that no system supports', { body: createBody({ right: 'restriction' }) }, 'RIGHT_UNSUPPORTED', 'right'],
  ['no identifier', { body: createBody({ subject_identities: [] }) }, 'IDENTIFIER_MISSING', 'subject_identities'],
  [
    'no list of identifiers',
    { body: createBody({ subject_identities: undefined }) },
    'IDENTIFIER_MISSING',
    'subject_identities',
  ],
  ['an e-mail that is none', { body: identity('zoe at example.com') }, 'IDENTIFIER_INVALID', 'subject_identities'],
  ['an e-mail with a query in it', { body: identity(`"or 1=1"${NAME}`) }, 'IDENTIFIER_INVALID', 'subject_identities'],
  ['a phone number that is none', { body: identity('ring me', 'phone') }, 'IDENTIFIER_INVALID', 'subject_identities'],
  [
    'an unknown kind of identity',
    { body: identity(NAME, 'android_id') },
    'FIELD_INVALID',
    'subject_identities.0.identity_type',
  ],
  [
    'a hashed identity',
    {
      body: createBody({
        subject_identities: [{ identity_type: 'email', identity_value: NAME, identity_format: 'sha256' }],
      }),
    },
    'FIELD_INVALID',
    'subject_identities.0.identity_format',
  ],
  [
    'more identifiers than are searched',
    {
      body: createBody({
        subject_identities: Array.from({ length: 51 }, (_, index) => ({
          identity_type: 'email',
          identity_value: `p${index}@example.com`,
        })),
      }),
    },
    'LIMIT_REACHED',
    'subject_identities',
  ],
  ['a body of 2 MB', { body: createBody({ external_reference: 'x'.repeat(2_000_000) }) }, 'BODY_TOO_LARGE'],
  [
    'a time in the future',
    { body: createBody({ submitted_time: '2999-01-01T00:00:00Z' }) },
    'SUBMITTED_IN_FUTURE',
    'submitted_time',
  ],
  ['a time that is none', { body: createBody({ submitted_time: 'yesterday' }) }, 'FIELD_INVALID', 'submitted_time'],
  [
    'a time without a zone',
    { body: createBody({ submitted_time: '2026-01-01T00:00:00' }) },
    'FIELD_INVALID',
    'submitted_time',
  ],
  ['a lone surrogate', { raw: JSON.stringify(createBody()).replace('ada@', '\\ud800@') }, 'JSON_INVALID'],
  ['a NUL', { raw: JSON.stringify(createBody()).replace('ada@', '\\u0000@') }, 'JSON_INVALID'],
  ['__proto__', { raw: '{"__proto__":{"right":"access"}}' }, 'FIELD_UNKNOWN', '__proto__'],
  ['constructor', { raw: '{"constructor":{"prototype":{}}}' }, 'FIELD_UNKNOWN', 'constructor'],
  ['a nest of 50,000 lists', { raw: `${'['.repeat(50_000)}${']'.repeat(50_000)}` }, 'JSON_INVALID'],
  ['a nest of 20,000 objects', { raw: `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}` }, 'JSON_INVALID'],
  ['a number beyond all measure', { raw: '{"right":1e999}' }, 'JSON_INVALID'],
  ['a number that is not exact', { raw: '{"right":9007199254740993}' }, 'JSON_INVALID'],
  [
    'another media type',
    { raw: 'right=access', headers: { 'content-type': 'text/plain' } },
    'FIELD_INVALID',
    'Content-Type',
  ],
  [
    'a form',
    { raw: 'right=access', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    'FIELD_INVALID',
    'Content-Type',
  ],
  [
    'an address as a reference',
    { body: createBody({ external_reference: NAME }) },
    'FIELD_INVALID',
    'external_reference',
  ],
  [
    'a callback that is no web address',
    { body: createBody({ callback_url: 'file:///etc/passwd' }) },
    'FIELD_INVALID',
    'callback_url',
  ],
  [
    'a callback with a password in it',
    { body: createBody({ callback_url: 'https://a:b@example.com/' }) },
    'FIELD_INVALID',
    'callback_url',
  ],
  [
    'an empty Idempotency-Key',
    { body: createBody(), headers: { 'idempotency-key': '' } },
    'FIELD_INVALID',
    'Idempotency-Key',
  ],
  [
    'an endless Idempotency-Key',
    { body: createBody(), headers: { 'idempotency-key': 'k'.repeat(256) } },
    'FIELD_INVALID',
    'Idempotency-Key',
  ],
  ['a wrong key', { body: createBody(), key: 'hbs_key-0123456789ab_wrong' }, 'UNAUTHENTICATED', 'Authorization'],
  ['no key', { body: createBody(), key: '' }, 'UNAUTHENTICATED', 'Authorization'],
]

describe('POST /v1/requests refuses', () => {
  // Rows of one more column than some have would be taken for a callback: pairs are safe.
  it.each(refusals.map((row) => [row[0], row] as const))('%s', async (_, [, call, code, field]) => {
    const answer = await server.call('POST', '/v1/requests', call)
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(answer.body).toMatchObject({ code, status: answer.status, type: `docs/errors.md#${code.toLowerCase()}` })
    expect(answer.body.field).toBe(field)
    expect(answer.text).not.toMatch(/zoe|secret@|example\.com|1=1|passwd/)
  })

  it('every one of these without writing anything', () => {
    expect(server.rig.store.rows('request')).toEqual([])
    expect(server.rig.store.rows('idempotency')).toEqual([])
    expect(server.rig.store.rows('identifier')).toEqual([])
  })

  it('every one of these without a trace of the person in the log', () => {
    expect(server.logged.length).toBeGreaterThan(refusals.length - 1)
    expect(server.logged.join('\n')).not.toMatch(/zoe|secret@|example\.com/)
  })
})

describe('the rest of the API refuses', () => {
  const id = '11111111-1111-4111-8111-111111111111'
  it.each([
    ['an address that does not exist', 'GET', '/v1/nothing', undefined, 404, 'NOT_FOUND'],
    ['an id that is none', 'GET', '/v1/requests/zoe.secret', undefined, 404, 'NOT_FOUND'],
    ['a broken escape in the address', 'GET', '/v1/requests/%zz', undefined, 404, 'NOT_FOUND'],
    ['an endless id', 'GET', `/v1/requests/${'a'.repeat(300)}`, undefined, 404, 'NOT_FOUND'],
    ['an unknown filter', 'GET', '/v1/requests?email=zoe', undefined, 400, 'FIELD_UNKNOWN'],
    ['an unknown state', 'GET', '/v1/requests?state=zoe', undefined, 400, 'FIELD_INVALID'],
    ['a page that is too large', 'GET', '/v1/requests?limit=100000', undefined, 400, 'FIELD_INVALID'],
    ['a cursor that is none of ours', 'GET', '/v1/requests?cursor=zoe', undefined, 400, 'FIELD_INVALID'],
    ['a hash that is none', 'POST', `/v1/requests/${id}/approve`, { plan_hash: 'zoe' }, 400, 'FIELD_INVALID'],
    ['a refusal without a reason', 'POST', `/v1/requests/${id}/refuse`, { reason: ' ' }, 400, 'FIELD_INVALID'],
    ['no decision at all', 'POST', `/v1/requests/${id}/decide`, { decisions: [] }, 400, 'FIELD_INVALID'],
    ['an unknown action', 'POST', `/v1/requests/${id}/resume`, { action: 'zoe' }, 400, 'FIELD_INVALID'],
  ] as const)('%s', async (...[, method, path, body, status, code]) => {
    const answer = await server.call(method, path, { body })
    expect(answer).toMatchObject({ status, body: { code, status } })
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(answer.text).not.toContain('zoe')
  })

  it('tells nothing of an unexpected fault, and logs it without the address', async () => {
    const spy = jest.spyOn(server.ports.store, 'transact').mockRejectedValue(new TypeError(`cannot read ${NAME}`))
    const answer = await server.get(`/v1/requests/${id}`)
    spy.mockRestore()
    expect(answer).toMatchObject({ status: 500, body: { code: 'INTERNAL' } })
    expect(answer.text).not.toContain('zoe')
  })
})
