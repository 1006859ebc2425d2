import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { validate } from 'dockerfile-utils'
import { parse } from 'yaml'
import { z } from 'zod'

const project = path.resolve(import.meta.dirname, '../..')
const linter = path.join(project, 'node_modules/dclint/bin/dclint.cjs')
const read = (name: string): string => readFileSync(path.join(project, name), 'utf8')

const service = z.looseObject({
  image: z.string(),
  command: z.array(z.string()).default([]),
  healthcheck: z.looseObject({ disable: z.boolean().optional() }).optional(),
  restart: z.string().optional(),
  user: z.string().optional(),
  read_only: z.boolean().optional(),
  ports: z.array(z.string()).default([]),
  networks: z.array(z.string()).default([]),
  container_name: z.string().optional(),
  environment: z.record(z.string(), z.string()).default({}),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  deploy: z.object({ replicas: z.string() }).optional(),
})
const lintReport = z.array(z.object({ messages: z.array(z.object({ rule: z.string() })) }))

const composeSource = read('docker-compose.yml')
const { services } = z
  .looseObject({ services: z.record(z.string(), service) })
  .parse(parse(composeSource, { merge: true }))
const dockerfile = read('Dockerfile')
const scaled = ['api', 'coordinator', 'connector']
const habeas = [...scaled, 'migrate']

describe('docker-compose.yml', () => {
  it('passes the compose schema and linter', async () => {
    expect(await lint(composeSource)).toEqual([])
  })

  it.each([
    {
      fault: 'an image without a tag',
      before: 'redis:8.8.0-trixie',
      after: 'redis',
      rule: 'service-image-require-explicit-tag',
    },
    {
      fault: 'a port on every interface',
      before: "'127.0.0.1:${API_PORTS:-8080-8089}:8080'",
      after: "'8080:8080'",
      rule: 'no-unbound-port-interfaces',
    },
    {
      fault: 'a key that compose does not know',
      before: 'stop_grace_period: 90s',
      after: 'stop_grace_perod: 90s',
      rule: 'invalid-schema',
    },
  ])('would not pass with $fault', async ({ before, after, rule }) => {
    expect(await lint(composeSource.replace(before, after))).toContain(rule)
  })

  it('runs the stores, the migration and the three kinds of process', () => {
    expect(Object.keys(services).sort()).toEqual([...habeas, 'postgres', 'redis', 's3'].sort())
    expect(habeas.map((name) => services[name]?.command)).toEqual(habeas.map((name) => [name]))
  })

  it('pins every image to one release and invents no digest', () => {
    for (const { image } of Object.values(services)) expect(image).toMatch(/^[a-z/]+:\d+\.\d+(\.\d+)?(-[a-z-]+)?$/)
  })

  it('checks the health of all but the one-shot migration, which nothing starts without', () => {
    for (const [name, { healthcheck, restart }] of Object.entries(services)) {
      const isOneShot = name === 'migrate'
      expect([name, healthcheck?.disable ?? false, restart]).toEqual([
        name,
        isOneShot,
        isOneShot ? 'no' : 'unless-stopped',
      ])
    }
    for (const name of scaled) {
      expect(services[name]?.depends_on.migrate).toEqual({ condition: 'service_completed_successfully' })
    }
  })

  it('lets api, coordinator and connector be scaled', () => {
    for (const name of scaled) {
      expect(services[name]?.container_name).toBeUndefined()
      expect(services[name]?.deploy?.replicas).toBe(`\${${name.toUpperCase()}_REPLICAS:-1}`)
    }
    expect(services.api?.ports).toEqual(['127.0.0.1:${API_PORTS:-8080-8089}:8080'])
  })

  it('keeps every acknowledged job: append-only file each second, no eviction', () => {
    const command = services.redis?.command.join(' ')
    expect(command).toContain('--appendonly yes --appendfsync everysec --maxmemory-policy noeviction')
  })

  it('keeps what bypasses Object Lock on the loopback of the object store', () => {
    expect(services.s3?.command).toEqual(expect.arrayContaining(['-ip.bind=127.0.0.1', '-s3.ip.bind=0.0.0.0']))
  })

  it('gives the stores no port, no way out and no root', () => {
    for (const name of ['postgres', 'redis', 's3']) {
      expect(services[name]).toMatchObject({ ports: [], networks: ['stores'], cap_drop: ['ALL'] })
      expect(services[name]?.user).toMatch(/^(postgres|redis|1000:1000)$/)
    }
    for (const name of habeas) expect(services[name]).toMatchObject({ read_only: true, cap_drop: ['ALL'] })
    expect(parse(composeSource)).toMatchObject({ networks: { stores: { internal: true } } })
  })

  it('asks for nothing that .env.example does not explain', () => {
    const explained = new Set(
      read('.env.example')
        .match(/^(# )?[A-Z0-9_]+(?==)/gm)
        ?.map((line) => line.replace('# ', '')),
    )
    const asked = [...composeSource.matchAll(/\$\{([A-Z0-9_]+)/g)].map(([, name]) => name)
    const given = habeas.flatMap((name) => Object.keys(services[name]?.environment ?? {}))
    expect([...asked, ...given].filter((name) => !explained.has(name ?? ''))).toEqual([])
  })
})

describe('Dockerfile', () => {
  const lines = dockerfile.split('\n')

  it('passes the linter, which refuses a broken one', () => {
    expect(validate(dockerfile)).toEqual([])
    expect(validate(dockerfile.replace('COPY bin ./bin', 'COPPY bin ./bin'))).not.toEqual([])
  })

  it('builds in stages from one pinned Debian image of the launcher’s Node', () => {
    const version = /^version=(.+)$/m.exec(read('bin/node'))?.[1]
    const bases = lines.filter((line) => line.startsWith('FROM ')).map((line) => line.split(' ')[1])
    expect(bases).toEqual([`node:${version}-bookworm-slim`, `node:${version}-bookworm-slim`])
  })

  it('ends as an ordinary user with a health check', () => {
    expect(lines.findLast((line) => line.startsWith('USER '))).toBe('USER 1000:1000')
    expect(lines.filter((line) => line.startsWith('HEALTHCHECK '))).toHaveLength(1)
  })

  it('copies only what .dockerignore lets in', () => {
    const allowed = read('.dockerignore').match(/(?<=^!).+$/gm)
    const copied = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
      .flatMap((line) => line.split(' ').slice(1, -1))
    expect(new Set(copied)).toEqual(new Set(allowed))
  })
})

/** The names of the rules that the compose linter reports, under the project's own .dclintrc. */
async function lint(source: string): Promise<string[]> {
  const directory = await mkdtemp(path.join(tmpdir(), 'habeas-compose-'))
  try {
    const file = path.join(directory, 'docker-compose.yml')
    await writeFile(file, source)
    const options = ['--config', path.join(project, '.dclintrc'), '--formatter', 'json', file]
    const { stdout } = spawnSync(process.execPath, [linter, ...options], { encoding: 'utf8' })
    return lintReport.parse(JSON.parse(stdout)).flatMap(({ messages }) => messages.map(({ rule }) => rule))
  } finally {
    await rm(directory, { recursive: true })
  }
}
