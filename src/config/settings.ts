import type { ObjectSettings, Settings } from '../ports/config.ts'
import { parse } from './parse.ts'
import { refusal } from './refusal.ts'
import { settingsShape } from './shape.ts'
import { variable, type Environment } from './variables.ts'

type Written = ReturnType<typeof read>

/** The settings of the environment. @throws DsrError `CONFIG_INVALID`. */
export function settingsOf(env: Environment): Settings {
  const written = read(env)
  return {
    configPath: written.HABEAS_CONFIG,
    dataDirectory: written.HABEAS_DATA,
    databaseUrl: written.DATABASE_URL,
    redisUrl: written.REDIS_URL,
    objects: objectsOf(written),
    adminKey: written.HABEAS_ADMIN_KEY,
    http: {
      host: written.HOST,
      port: written.PORT,
      trustedProxies: written.TRUSTED_PROXIES ?? [],
      publicUrl: (written.PUBLIC_URL ?? `http://localhost:${written.PORT}`).replace(/\/+$/, ''),
    },
    logLevel: written.LOG_LEVEL,
    mail: mailOf(written),
  }
}

function read(env: Environment) {
  const names = Object.keys(settingsShape.shape)
  return parse(settingsShape, Object.fromEntries(names.map((name) => [name, variable(env, name)])))
}

function objectsOf(written: Written): ObjectSettings | undefined {
  const { S3_BUCKET: bucket, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = written
  if (bucket === undefined && accessKeyId === undefined && written.S3_ENDPOINT === undefined) return undefined
  if (bucket === undefined) throw refusal('S3_BUCKET', 'must be set with the other settings of S3')
  if (accessKeyId === undefined) throw refusal('S3_ACCESS_KEY_ID', 'must be set with the other settings of S3')
  if (secretAccessKey === undefined) throw refusal('S3_SECRET_ACCESS_KEY', 'must be set with the other settings of S3')
  const { S3_ENDPOINT: endpoint, S3_REGION: region, S3_FORCE_PATH_STYLE: isPathStyle } = written
  return { endpoint, region, bucket, accessKeyId, secretAccessKey, isPathStyle }
}

function mailOf(written: Written): Settings['mail'] {
  const { SMTP_URL: url, MAIL_FROM: from } = written
  if (url !== undefined && from === undefined) throw refusal('MAIL_FROM', 'must be set with SMTP_URL')
  return { url, from: from ?? 'privacy@localhost.localdomain' }
}
