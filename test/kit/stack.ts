import { randomBytes } from 'node:crypto'
/**
 * Starts a Redis, a PostgreSQL and an S3 endpoint on free ports of 127.0.0.1 for a program outside the tests, writes their
 * settings to the named file as lines of shell, and stops them when it is told to end.
 *
 *     node test/kit/stack.ts settings.sh &   # wait for settings.sh, source it, use them, kill the process
 */
import { rename, writeFile } from 'node:fs/promises'
import { startTestPostgres } from './services/postgres.ts'
import { startTestRedis } from './services/redis.ts'
import { running } from './services/running.ts'
import { startTestS3 } from './services/s3.ts'

const [file] = process.argv.slice(2)
if (file === undefined) throw new Error('name the file that the settings are written to')

const ended = new Promise<void>((resolve) => {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => resolve())
})
try {
  const [redis, postgres, s3] = await Promise.all([
    startTestRedis({}),
    startTestPostgres(),
    startTestS3({ objectLock: true }),
  ])
  await writeSettings(file, {
    REDIS_URL: redis.url,
    DATABASE_URL: postgres.url,
    // A database of one's own comes with a key of one's own.
    HABEAS_MASTER_KEY: randomBytes(32).toString('base64'),
    S3_ENDPOINT: s3.endpoint,
    S3_REGION: s3.region,
    S3_BUCKET: s3.bucket,
    S3_ACCESS_KEY_ID: s3.accessKeyId,
    S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
    S3_FORCE_PATH_STYLE: 'true',
  })
  // Listening for a signal alone does not keep a process alive.
  const heartbeat = setInterval(() => undefined, 60_000)
  await ended
  clearInterval(heartbeat)
} finally {
  await running.stopAll()
}

/** The file appears complete or not at all: whoever waits for it may read it at once. */
async function writeSettings(name: string, settings: Readonly<Record<string, string>>): Promise<void> {
  const lines = Object.entries(settings).map(([key, value]) => `export ${key}='${value}'\n`)
  await writeFile(`${name}.part`, lines.join(''), { mode: 0o600 })
  await rename(`${name}.part`, name)
}
