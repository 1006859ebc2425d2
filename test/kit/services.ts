import { afterAll, describe, it } from '@jest/globals'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { startTestPostgres, type PostgresOptions, type TestPostgres } from './services/postgres.ts'
import { startTestRedis, type RedisOptions, type TestRedis } from './services/redis.ts'
import { startTestS3, type S3Options, type TestS3 } from './services/s3.ts'
import { running } from './services/running.ts'

export type Service = 'postgres' | 'redis' | 's3'

/** A fresh database of its own, or a copy; the server is shared within the test file and ends with it. */
export function startPostgres(options: PostgresOptions = {}): Promise<TestPostgres> {
  return startTestPostgres(options)
}

/** An empty Redis of its own (or a shared one by TEST_REDIS_URL); `cluster: 3` starts that many masters. */
export function startRedis(options: RedisOptions = {}): Promise<TestRedis> {
  return startTestRedis(options)
}

/** An S3 endpoint with a fresh bucket; `objectLock: true` makes the bucket versioned and lockable. */
export function startS3(options: S3Options = {}): Promise<TestS3> {
  return startTestS3(options)
}

/**
 * `describe` for tests that need a service: skipped with the reason in its name where it cannot be had, and failed instead when
 * REQUIRE_SERVICES=1. A service comes from the first that works of: the given address, containers, a program on this machine.
 */
export function describeWithService(service: Service, name: string, tests: () => void): void {
  const lack = lackOf(service)
  if (lack === undefined) {
    describe(name, tests)
  } else if (process.env.REQUIRE_SERVICES === '1') {
    describe(name, () => {
      it(`has ${service}`, () => {
        throw new Error(lack)
      })
    })
  } else {
    describe.skip(`${name} (skipped: ${lack})`, tests)
  }
}

function lackOf(service: Service): string | undefined {
  const { variable, program } = NEEDS[service]
  const isThere =
    process.env[variable] !== undefined || isContainerRuntimeLikely() || program === undefined || isOnPath(program)
  return isThere ? undefined : `no ${variable}, no containers, no ${program}`
}

const NEEDS = {
  postgres: { variable: 'TEST_POSTGRES_URL', program: undefined },
  redis: { variable: 'TEST_REDIS_URL', program: 'redis-server' },
  s3: { variable: 'TEST_S3_ENDPOINT', program: 'radosgw' },
} as const

function isContainerRuntimeLikely(): boolean {
  return process.env.DOCKER_HOST !== undefined || existsSync('/var/run/docker.sock')
}

function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(path.delimiter).some((directory) => existsSync(path.join(directory, program)))
}

afterAll(() => running.stopAll(), 60_000)
