import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'

const projectDirectory = path.resolve(import.meta.dirname, '../..')
const cruiser = path.join(projectDirectory, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs')

interface RuleSet {
  readonly forbidden: readonly { readonly name: string }[]
}
interface Verdict {
  readonly summary: {
    readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[]
  }
}

/** A small tree in which every layer imports what it may; nothing in it may be reported. */
const lawful: Record<string, string> = {
  'src/domain/errors.ts': 'export const code = 1',
  'src/domain/deadline.ts': "import 'date-holidays'\nimport 'temporal-polyfill'\nimport './errors.ts'",
  'src/crypto/digest.ts': "import 'node:crypto'\nimport '../domain/errors.ts'",
  'src/ledger/entry.ts': "import '../crypto/digest.ts'\nimport '../domain/errors.ts'\nexport type Entry = string",
  'src/pipeline.ts': "import './domain/errors.ts'",
  'src/ports.ts': "export type { Store } from './ports/store.ts'",
  'src/ports/store.ts': [
    "import type { Readable } from 'node:stream'",
    "import type { Entry } from '../ledger/entry.ts'",
    "import type { Connector } from '../connector/contract.ts'",
    'export type Store = [Readable, Entry, Connector]',
  ].join('\n'),
  'src/connector/contract.ts': "import '../domain/errors.ts'\nexport type Connector = string",
  'src/connector/index.ts':
    "export type { Connector } from './contract.ts'\nimport 'undici'\nimport 'node:dns/promises'",
  'src/connector/testing.ts': "import 'node:http'\nimport './index.ts'",
  'connectors/index.ts': "import './hubspot/index.ts'",
  'connectors/hubspot/index.ts':
    "import '@hubspot/api-client'\nimport './mapping.ts'\nimport '../../src/connector/index.ts'",
  'connectors/hubspot/mapping.ts': "import 'node:crypto'",
  'connectors/hubspot/sandbox.ts': "import '../../src/connector/testing.ts'\nimport './mapping.ts'",
  'src/effects/sender.ts':
    "import type { Store } from '../ports.ts'\nimport '../connector/index.ts'\nexport type S = Store",
  'src/stages/plan.ts': [
    "import './plan-hash.ts'",
    "import '../ledger/entry.ts'",
    "import '../ports.ts'",
    "import type { Connector } from '../connector/contract.ts'",
    'export type C = Connector',
  ].join('\n'),
  'src/stages/plan-hash.ts': "import '../crypto/digest.ts'\nimport './common/journal.ts'",
  'src/stages/common/journal.ts': "import '../../domain/errors.ts'",
  'src/stages/intake.ts': "import '../domain/errors.ts'",
  'src/flow/run-leg.ts': "import '../stages/plan.ts'\nimport '../stages/intake.ts'\nimport '../effects/sender.ts'",
  'src/adapters/postgres/store.ts':
    "import 'pg'\nimport '../../ports.ts'\nimport './pool.ts'\nimport '../../connector/index.ts'",
  'src/adapters/postgres/pool.ts': "import 'node:fs/promises'",
  'src/adapters/queue/index.ts': "import 'bullmq'\nimport 'ioredis'",
  'src/http/server.ts':
    "import 'fastify'\nimport 'zod'\nimport '../pipeline.ts'\nimport '../stages/intake.ts'\nimport '../ports.ts'",
  'src/config.ts': "import 'yaml'\nimport 'zod'\nimport './domain/errors.ts'",
  'src/log.ts': "import 'pino'",
  'workers/connector.ts':
    "import '../src/stages/plan.ts'\nimport '../src/effects/sender.ts'\nimport '../src/adapters/queue/index.ts'",
  'workers/main.ts':
    "import './connector.ts'\nimport '../src/config.ts'\nimport '../src/log.ts'\nimport '../connectors/index.ts'",
  'src/bin/habeas.ts':
    "import 'commander'\nimport '../http/server.ts'\nimport '../../workers/main.ts'\nimport '../connector/testing.ts'",
  'test/domain/errors.test.ts':
    "import '../../src/domain/errors.ts'\nimport 'fast-check'\nimport '../../connectors/hubspot/index.ts'",
}

/** One file per offence: the rule that must report it, where it stands, what it imports. */
const offences: readonly (readonly [rule: string, file: string, imports: string])[] = [
  ['layer-domain', 'src/domain/x1.ts', '../crypto/digest.ts'],
  ['layer-domain', 'src/domain/x2.ts', 'node:crypto'],
  ['layer-domain', 'src/domain/x3.ts', 'zod'],
  ['layer-dated-domain', 'src/domain/deadline.ts', 'zod'],
  ['layer-crypto', 'src/crypto/x1.ts', 'node:fs'],
  ['layer-crypto', 'src/crypto/x2.ts', '../ledger/entry.ts'],
  ['layer-ledger', 'src/ledger/x1.ts', 'node:crypto'],
  ['layer-ledger', 'src/ledger/x2.ts', '../ports.ts'],
  ['layer-pipeline', 'src/pipeline.ts', './stages/intake.ts'],
  ['layer-ports', 'src/ports/x1.ts', '../crypto/digest.ts'],
  ['layer-ports-types-only', 'src/ports/x2.ts', '../ledger/entry.ts'],
  ['layer-ports-types-only', 'src/ports/x3.ts', '../connector/contract.ts'],
  ['layer-kit', 'src/connector/x1.ts', '../ports.ts'],
  ['layer-kit', 'src/connector/x2.ts', 'fastify'],
  ['layer-vendor', 'connectors/hubspot/x1.ts', '../pipedrive/index.ts'],
  ['layer-vendor', 'connectors/hubspot/x2.ts', 'pipedrive'],
  ['layer-vendor', 'connectors/hubspot/x3.ts', '../../src/connector/contract.ts'],
  ['layer-vendor', 'connectors/hubspot/x4.ts', '../../src/connector/testing.ts'],
  ['layer-vendor', 'connectors/hubspot/x5.ts', 'node:https'],
  ['layer-sandbox', 'connectors/pipedrive/sandbox.ts', 'node:http'],
  ['layer-registry', 'connectors/index.ts', './hubspot/mapping.ts'],
  ['layer-registry-types-only', 'connectors/index.ts', '../src/connector/testing.ts'],
  ['layer-effects', 'src/effects/x1.ts', '../stages/plan.ts'],
  ['layer-effects', 'src/effects/x2.ts', 'node:timers'],
  ['layer-stages', 'src/stages/verify.ts', './plan.ts'],
  ['layer-stages', 'src/stages/seal.ts', 'node:fs'],
  ['layer-stages', 'src/stages/common/x1.ts', '../plan.ts'],
  ['layer-stages', 'src/stages/answer.ts', 'zod'],
  ['layer-stages', 'src/stages/recheck.ts', '../adapters/postgres/store.ts'],
  ['layer-flow', 'src/flow/advance.ts', '../adapters/postgres/store.ts'],
  ['layer-flow', 'src/flow/watch/due.ts', 'node:fs'],
  ['layer-flow-types-only', 'src/flow/commands.ts', '../connector/contract.ts'],
  ['layer-stages-types-only', 'src/stages/act.ts', '../connector/index.ts'],
  ['layer-adapters', 'src/adapters/queue/x1.ts', '../postgres/store.ts'],
  ['layer-adapters', 'src/adapters/queue/x2.ts', '../../stages/plan.ts'],
  ['layer-http', 'src/http/x1.ts', '../stages/plan.ts'],
  ['layer-http', 'src/http/x2.ts', '../adapters/postgres/store.ts'],
  ['layer-workers', 'workers/x1.ts', '../src/adapters/postgres/store.ts'],
  ['layer-workers', 'workers/x2.ts', 'bullmq'],
  ['layer-workers-types-only', 'workers/x3.ts', '../src/connector/contract.ts'],
  ['layer-config', 'src/config.ts', './http/server.ts'],
  ['layer-log', 'src/log.ts', './http/server.ts'],
  ['home-of-calendar', 'src/domain/x4.ts', 'date-holidays'],
  ['home-of-queue', 'src/adapters/postgres/x1.ts', 'bullmq'],
  ['home-of-redis', 'src/adapters/postgres/x2.ts', 'ioredis'],
  ['home-of-postgres', 'src/adapters/objects/x1.ts', 'pg'],
  ['home-of-objects', 'src/adapters/archive/x1.ts', '@aws-sdk/client-s3'],
  ['home-of-archive', 'src/adapters/objects/x2.ts', 'yazl'],
  ['home-of-mail', 'src/adapters/webhook/x1.ts', 'nodemailer'],
  ['home-of-webhook', 'src/adapters/mail/x1.ts', 'standardwebhooks'],
  ['home-of-metrics', 'src/adapters/mail/x2.ts', 'prom-client'],
  ['home-of-web', 'src/adapters/mail/x3.ts', 'fastify'],
  ['home-of-transport', 'src/http/x3.ts', 'undici'],
  ['home-of-console', 'src/http/x4.ts', 'commander'],
  ['home-of-yaml', 'src/http/x5.ts', 'yaml'],
  ['home-of-pino', 'src/http/x6.ts', 'pino'],
  ['door-to-registry', 'workers/x4.ts', '../connectors/index.ts'],
  ['door-to-vendors', 'src/bin/x1.ts', '../../connectors/hubspot/index.ts'],
  ['door-to-config', 'src/adapters/mail/x4.ts', '../../config.ts'],
  ['door-to-log', 'src/effects/x3.ts', '../log.ts'],
  ['door-to-entry-points', 'src/http/x7.ts', '../bin/habeas.ts'],
  ['door-to-kit-testing', 'src/effects/x4.ts', '../connector/testing.ts'],
  ['no-test-in-product', 'src/bin/x2.ts', '../../test/domain/errors.test.ts'],
  ['no-development-dependency-in-product', 'src/bin/x3.ts', 'fast-check'],
  ['no-development-dependency-in-product', 'src/bin/x4.ts', '@smithy/types'],
  ['no-circle', 'src/domain/x5.ts', './x6.ts'],
  ['no-unresolvable', 'src/bin/x5.ts', './nowhere.ts'],
]

/** The other half of two offences; a circle is reported once. */
const extraFiles: Record<string, string> = {
  'connectors/pipedrive/index.ts': 'export {}',
  'src/domain/x6.ts': "import './x5.ts'",
}

let lawfulDirectory = ''
let unlawfulDirectory = ''

beforeAll(async () => {
  lawfulDirectory = await plant(lawful)
  const sources: Record<string, string> = { ...lawful, ...extraFiles }
  for (const [, file, imports] of offences) sources[file] = `${sources[file] ?? ''}\nimport '${imports}'\n`
  unlawfulDirectory = await plant(sources)
})

afterAll(async () => {
  await rm(lawfulDirectory, { recursive: true })
  await rm(unlawfulDirectory, { recursive: true })
})

describe('the layer rules', () => {
  it('let every layer import what the diagram grants it', async () => {
    expect(await reported(lawfulDirectory)).toEqual([])
  })

  it('report every seeded violation', async () => {
    const found = new Set(await reported(unlawfulDirectory))
    const expected = offences.map(([rule, file]) => `${file} breaks ${rule}`)
    expect(expected.filter((offence) => !found.has(offence))).toEqual([])
  })

  it('have at least one seeded violation each', () => {
    const { forbidden } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as RuleSet
    const seeded = new Set(offences.map(([rule]) => rule))
    expect(forbidden.map(({ name }) => name).filter((name) => !seeded.has(name))).toEqual([])
  })
})

async function plant(sources: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'habeas-layers-'))
  for (const name of ['package.json', 'tsconfig.json', '.dependency-cruiser.cjs']) {
    await cp(path.join(projectDirectory, name), path.join(directory, name))
  }
  await symlink(path.join(projectDirectory, 'node_modules'), path.join(directory, 'node_modules'))
  for (const [file, source] of Object.entries(sources)) {
    await mkdir(path.dirname(path.join(directory, file)), { recursive: true })
    await writeFile(path.join(directory, file), source)
  }
  return directory
}

async function reported(directory: string): Promise<string[]> {
  const options = [
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'json',
    'src',
    'workers',
    'connectors',
    'test',
  ]
  const run = await promisify(execFile)(process.execPath, [cruiser, ...options], {
    cwd: directory,
    maxBuffer: 64 * 1024 * 1024,
  })
  const { summary } = JSON.parse(run.stdout) as Verdict
  return summary.violations.map(({ from, rule }) => `${from} breaks ${rule.name}`)
}
