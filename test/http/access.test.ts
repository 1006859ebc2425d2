import { afterEach, describe, expect, it } from '@jest/globals'
import { createApiKey, ensureAdminKey, LINK_LABEL, SESSION_LABEL } from '../../src/http/access/keys.ts'
import { PERMISSIONS, type Permission } from '../../src/http/access/roles.ts'
import { createSignInLink, startSessionByKey } from '../../src/http/access/sessions.ts'
import { CONTROLLER } from '../kit/sim/policies.ts'
import { createBody, ROLES, TestServer, type TestServerOptions } from './kit.ts'

let server: TestServer

async function start(options: TestServerOptions = {}): Promise<void> {
  server = await TestServer.start(options)
}
afterEach(async () => server.close())

const NO_ID = '11111111-1111-4111-8111-111111111111'
const PLAN_HASH = 'a'.repeat(64)
const RECORD = { record_id: NO_ID, decision: 'subject' }

/** A call for every permission that the API asks for. */
const CALLS: readonly (readonly [Permission, string, string, unknown?])[] = [
  ['create', 'POST', '/v1/requests', createBody()],
  ['read', 'GET', '/v1/requests'],
  ['read', 'GET', `/v1/requests/${NO_ID}`],
  ['read_plan', 'GET', `/v1/requests/${NO_ID}/plan`],
  ['read_record', 'GET', `/v1/requests/${NO_ID}/record`],
  ['read_archive', 'GET', `/v1/requests/${NO_ID}/archive`],
  ['verify_identity', 'POST', `/v1/requests/${NO_ID}/verify-identity`, { method: 'mail_link' }],
  ['withdraw', 'POST', `/v1/requests/${NO_ID}/withdraw`],
  ['decide', 'POST', `/v1/requests/${NO_ID}/decide`, { decisions: [RECORD] }],
  ['approve', 'POST', `/v1/requests/${NO_ID}/approve`, { plan_hash: PLAN_HASH }],
  ['review', 'POST', `/v1/requests/${NO_ID}/review`],
  ['refuse', 'POST', `/v1/requests/${NO_ID}/refuse`, { reason: 'not the person' }],
  ['resume', 'POST', `/v1/requests/${NO_ID}/resume`],
  ['recheck', 'POST', `/v1/requests/${NO_ID}/recheck`],
  ['read_connectors', 'GET', '/v1/connectors'],
  ['read_connectors', 'GET', '/v1/stop'],
  ['stop', 'POST', '/v1/stop', { reason: 'a wrong list' }],
]

/** Who may what, written down a second time: a change of the table must be meant. */
const MATRIX: Readonly<Record<(typeof ROLES)[number], readonly Permission[]>> = {
  portal: ['create', 'read', 'read_archive', 'verify_identity', 'withdraw'],
  ops: [
    'create',
    'read',
    'read_plan',
    'read_record',
    'verify_identity',
    'withdraw',
    'decide',
    'review',
    'refuse',
    'resume',
    'recheck',
    'read_connectors',
    'stop',
  ],
  approver: ['read', 'read_plan', 'read_record', 'approve', 'refuse', 'read_connectors'],
  auditor: ['read', 'read_record', 'read_connectors'],
  admin: [...new Set(CALLS.map(([permission]) => permission))],
}

describe('roles', () => {
  it.each(ROLES)('let %s do exactly what is theirs', async (role) => {
    await start()
    for (const [permission, method, path, body] of CALLS) {
      const answer = await server.call(method, path, { key: server.keys[role], body })
      const isForbidden = answer.status === 403
      expect([permission, path, isForbidden]).toEqual([permission, path, !MATRIX[role].includes(permission)])
      expect(isForbidden ? answer.body.code : 'FORBIDDEN').toBe('FORBIDDEN')
    }
  })

  it('keep people’s words from auditors and portals', async () => {
    await start()
    expect(PERMISSIONS.auditor).not.toContain('see_people')
    expect(PERMISSIONS.portal).not.toContain('see_people')
    expect(PERMISSIONS.portal).not.toContain('see_pages')
  })
})

describe('API keys', () => {
  it('are stored as a digest only', async () => {
    await start()
    const stored = JSON.stringify(server.rig.store.rows('apiKey'))
    for (const key of Object.values(server.keys)) {
      expect(stored).not.toContain(key)
      // The secret may hold underscores itself.
      expect(stored).not.toContain(key.slice(-43))
    }
  })

  it('with a right id and another secret open nothing', async () => {
    await start()
    const [, id = ''] = server.keys.admin.split('_')
    const [, , secret = ''] = server.keys.portal.split('_')
    const answer = await server.get('/v1/requests', { key: `hbs_${id}_${secret}` })
    expect(answer).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } })
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
  })

  it('open nothing once revoked', async () => {
    await start()
    const { key, row } = await createApiKey(server.ports.store, {
      role: 'ops',
      controllerId: CONTROLLER,
      label: 'short-lived',
      createdAtMs: 0,
    })
    expect((await server.get('/v1/requests', { key })).status).toBe(200)
    await server.ports.store.transact((tx) => tx.apiKey.update(row.id, { revokedAtMs: 1 }))
    expect((await server.get('/v1/requests', { key })).status).toBe(401)
  })

  it('cannot be a session or a link of the pages', async () => {
    await start()
    const session = await startSessionByKey(server.ports.store, server.keys.ops)
    const link = await createSignInLink(server.ports.store, { publicUrl: server.url, role: 'ops', controllerId: null })
    const token = new URL(link).searchParams.get('token') ?? ''
    expect((await server.get('/v1/requests', { key: session.secret })).status).toBe(401)
    expect((await server.get('/v1/requests', { key: token })).status).toBe(401)
    expect(server.rig.store.rows('apiKey').map((row) => row.label)).toEqual(
      expect.arrayContaining([SESSION_LABEL, LINK_LABEL]),
    )
  })

  it('in a cookie open no door of the API: another site could send it', async () => {
    await start()
    const session = await startSessionByKey(server.ports.store, server.keys.admin)
    const answer = await server.get('/v1/requests', { key: '', headers: { cookie: `habeas=${session.secret}` } })
    expect(answer.status).toBe(401)
  })
})

describe('HABEAS_ADMIN_KEY', () => {
  it('is an admin key for all controllers, whatever text it is', async () => {
    await start()
    await ensureAdminKey(server.ports.store, 'correct horse battery', 1)
    const spaced = await server.get('/v1/requests', { key: 'correct horse battery' })
    expect(spaced.status).toBe(401)
    await ensureAdminKey(server.ports.store, 'correct-horse-battery', 1)
    const answer = await server.get('/v1/connectors', { key: 'correct-horse-battery' })
    expect(answer.body.accounts.map((one: { controller_id: string }) => one.controller_id)).toEqual([
      'cooperlink',
      'northwind',
    ])
  })

  it('may be set again, and replaces the one before', async () => {
    await start()
    await ensureAdminKey(server.ports.store, 'the-first-admin-key', 1)
    await ensureAdminKey(server.ports.store, 'the-first-admin-key', 2)
    expect((await server.get('/v1/requests', { key: 'the-first-admin-key' })).status).toBe(200)
    await ensureAdminKey(server.ports.store, 'the-second-admin-key', 3)
    expect((await server.get('/v1/requests', { key: 'the-first-admin-key' })).status).toBe(401)
    expect((await server.get('/v1/requests', { key: 'the-second-admin-key' })).status).toBe(200)
    await ensureAdminKey(server.ports.store, 'the-first-admin-key', 4)
    expect((await server.get('/v1/requests', { key: 'the-first-admin-key' })).status).toBe(200)
  })

  it('is refused when it is too short', async () => {
    await start()
    await expect(ensureAdminKey(server.ports.store, 'short', 1)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

describe('limits', () => {
  it('stop a source that tries keys, even with a right one, and say when to come back', async () => {
    await start({ limits: { failures: 3 } })
    for (const tail of ['a', 'b', 'c']) {
      const answer = await server.get('/v1/requests', { key: `hbs_key-000000000000_${tail.repeat(43)}` })
      expect(answer.status).toBe(401)
    }
    const next = await server.get('/v1/requests')
    expect(next).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } })
    expect(Number(next.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  it('stop a key that calls too often, and no other key', async () => {
    await start({ limits: { perKey: 2 } })
    const statuses = [
      await server.get('/v1/requests'),
      await server.get('/v1/requests'),
      await server.get('/v1/requests'),
    ]
    expect(statuses.map((one) => one.status)).toEqual([200, 200, 429])
    expect((await server.get('/v1/requests', { key: server.keys.ops })).status).toBe(200)
  })

  it('stop a source that calls too often', async () => {
    await start({ limits: { perSource: 2 } })
    await server.get('/health/ready')
    await server.get('/health/ready')
    expect(await server.get('/health/ready')).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } })
    expect((await server.get('/health/live')).status).toBe(200)
  })
})
