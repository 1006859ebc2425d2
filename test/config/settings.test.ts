import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { readConfiguration, readMasterKey, startMasterKeyChange, readSettings } from '../../src/config.ts'
import { CANARY, CONNECTORS, refusalOf } from './example.ts'

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'habeas-config-'))
})
afterAll(() => rm(directory, { recursive: true }))

describe('the settings', () => {
  it('make an embedded installation when nothing is set', () => {
    expect(readSettings({})).toEqual({
      configPath: 'habeas.config.yaml',
      dataDirectory: '.data',
      databaseUrl: undefined,
      redisUrl: undefined,
      objects: undefined,
      adminKey: undefined,
      http: { host: '127.0.0.1', port: 8080, publicUrl: 'http://localhost:8080', trustedProxies: [] },
      logLevel: 'info',
      mail: { url: undefined, from: 'privacy@localhost.localdomain' },
    })
  })

  it('say where everything is', () => {
    const settings = readSettings({
      DATABASE_URL: 'postgres://h:p@db/habeas',
      REDIS_URL: 'redis://r1,redis://r2',
      S3_BUCKET: 'habeas',
      S3_ENDPOINT: 'http://s3:8333',
      S3_ACCESS_KEY_ID: 'id',
      S3_SECRET_ACCESS_KEY: CANARY,
      S3_FORCE_PATH_STYLE: 'true',
      HABEAS_ADMIN_KEY: `${CANARY}-and-more`,
      HOST: '0.0.0.0',
      PORT: '0',
      PUBLIC_URL: 'https://privacy.example.com/',
      LOG_LEVEL: 'debug',
      SMTP_URL: `smtps://me:${CANARY}@mail.example.com`,
      MAIL_FROM: 'privacy@example.com',
      HOME: '/home/other',
    })
    expect(settings).toMatchObject({
      databaseUrl: 'postgres://h:p@db/habeas',
      redisUrl: 'redis://r1,redis://r2',
      objects: { bucket: 'habeas', endpoint: 'http://s3:8333', region: 'us-east-1', isPathStyle: true },
      http: { host: '0.0.0.0', port: 0, publicUrl: 'https://privacy.example.com' },
      logLevel: 'debug',
    })
    expect(settings.objects?.secretAccessKey.reveal()).toBe(CANARY)
    expect(JSON.stringify(settings)).not.toContain(CANARY)
  })

  it('may stand in files', async () => {
    const file = path.join(directory, 'admin')
    await writeFile(file, 'an-admin-key-of-some-length\n')
    expect(readSettings({ HABEAS_ADMIN_KEY_FILE: file }).adminKey?.reveal()).toBe('an-admin-key-of-some-length')
    expect(refusalOf(() => readSettings({ HABEAS_ADMIN_KEY_FILE: file, HABEAS_ADMIN_KEY: CANARY }))?.field).toBe(
      'HABEAS_ADMIN_KEY',
    )
    expect(refusalOf(() => readSettings({ HABEAS_ADMIN_KEY_FILE: `${file}-absent` }))?.field).toBe(
      'HABEAS_ADMIN_KEY_FILE',
    )
  })

  it.each<[string, Record<string, string>]>([
    ['DATABASE_URL', { DATABASE_URL: `mysql://${CANARY}` }],
    ['PORT', { PORT: CANARY }],
    ['PORT', { PORT: '65536' }],
    ['LOG_LEVEL', { LOG_LEVEL: CANARY }],
    ['HABEAS_ADMIN_KEY', { HABEAS_ADMIN_KEY: 'canary-5f3a' }],
    ['S3_FORCE_PATH_STYLE', { S3_FORCE_PATH_STYLE: CANARY }],
    ['S3_BUCKET', { S3_ENDPOINT: 'https://s3.example.com' }],
    ['S3_ACCESS_KEY_ID', { S3_BUCKET: 'b' }],
    ['S3_SECRET_ACCESS_KEY', { S3_BUCKET: 'b', S3_ACCESS_KEY_ID: CANARY }],
    ['SMTP_URL', { SMTP_URL: CANARY }],
    ['MAIL_FROM', { SMTP_URL: 'smtp://mail.example.com' }],
    ['PUBLIC_URL', { PUBLIC_URL: CANARY }],
  ])('refuse a bad %s', (field, env) => {
    const refusal = refusalOf(() => readSettings(env))
    expect(refusal).toMatchObject({ code: 'CONFIG_INVALID', field })
    expect(refusal?.message).not.toContain(CANARY)
  })

  it('refuse a configuration that is not there', () => {
    expect(refusalOf(() => readConfiguration(path.join(directory, 'none.yaml'), CONNECTORS, {}))?.field).toBe(
      'HABEAS_CONFIG',
    )
  })
})

const KEY = Buffer.alloc(32, 7)

describe('the master key', () => {
  it.each([KEY.toString('base64'), KEY.toString('base64url'), KEY.toString('hex'), `${KEY.toString('base64')}\n`])(
    'is 32 bytes, however written',
    (text) => {
      const settings = { dataDirectory: directory, databaseUrl: 'postgres://db' }
      expect(readMasterKey(settings, { HABEAS_MASTER_KEY: text })).toEqual({
        bytes: new Uint8Array(KEY),
        previous: [],
        isNew: false,
      })
    },
  )

  it.each([CANARY, KEY.subarray(1).toString('hex'), KEY.subarray(1).toString('base64'), `${KEY.toString('hex')}00`])(
    'is nothing else',
    (text) => {
      const refusal = refusalOf(() =>
        readMasterKey({ dataDirectory: directory, databaseUrl: undefined }, { HABEAS_MASTER_KEY: text }),
      )
      expect(refusal?.field).toBe('HABEAS_MASTER_KEY')
      expect(refusal?.message).not.toContain(text)
    },
  )

  it('must be given with a database of one’s own', () => {
    const settings = { dataDirectory: directory, databaseUrl: 'postgres://db' }
    expect(refusalOf(() => readMasterKey(settings, {}))?.field).toBe('HABEAS_MASTER_KEY')
  })

  it('is made once by an embedded installation, for its user alone', async () => {
    const settings = { dataDirectory: path.join(directory, 'data'), databaseUrl: undefined }
    const made = readMasterKey(settings, {})
    expect(made.isNew).toBe(true)
    expect(made.bytes).toHaveLength(32)
    expect(readMasterKey(settings, {})).toEqual({ bytes: made.bytes, previous: [], isNew: false })
    const file = path.join(directory, 'data', 'keys', 'master.key')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(Buffer.from(await readFile(file, 'utf8'), 'base64')).toEqual(Buffer.from(made.bytes))

    const other = readMasterKey({ ...settings, dataDirectory: path.join(directory, 'other') }, {})
    expect(other.bytes).not.toEqual(made.bytes)
  })

  it('is not made anew beside a database that was made with a lost one', async () => {
    const dataDirectory = path.join(directory, 'lost')
    await mkdir(path.join(dataDirectory, 'postgres', 'cluster'), { recursive: true })
    expect(refusalOf(() => readMasterKey({ dataDirectory, databaseUrl: undefined }, {}))?.field).toBe(
      'HABEAS_MASTER_KEY',
    )
    await expect(stat(path.join(dataDirectory, 'keys'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('is refused when others can read its file', async () => {
    const settings = { dataDirectory: path.join(directory, 'open'), databaseUrl: undefined }
    readMasterKey(settings, {})
    await chmod(path.join(directory, 'open', 'keys', 'master.key'), 0o644)
    expect(refusalOf(() => readMasterKey(settings, {}))?.field).toBe('HABEAS_MASTER_KEY')
  })

  it('is changed in its file, and a change that was cut short goes on', async () => {
    const settings = { dataDirectory: path.join(directory, 'change'), databaseUrl: undefined }
    const { bytes: old } = readMasterKey(settings, {})
    const { previousFile } = startMasterKeyChange(settings, {})
    const changed = readMasterKey(settings, {})
    expect(changed.previous).toEqual([old])
    expect(changed.bytes).not.toEqual(old)
    expect(startMasterKeyChange(settings, {})).toEqual({ previousFile })
    expect(readMasterKey(settings, {})).toEqual(changed)
    await rm(previousFile!)
    expect(readMasterKey(settings, {})).toEqual({ ...changed, previous: [] })
  })

  it('that is given is not touched', () => {
    const settings = { dataDirectory: path.join(directory, 'given'), databaseUrl: undefined }
    const change = startMasterKeyChange(settings, { HABEAS_MASTER_KEY: KEY.toString('hex') })
    expect(change).toEqual({ previousFile: undefined })
  })
})
