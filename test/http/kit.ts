import { Readable } from 'node:stream'
import type { AddressInfo } from 'node:net'
import { createSigner } from '../../src/adapters/signer.ts'
import { newSigningKey, trustedKeyOf, type Envelope } from '../../src/crypto/signature.ts'
import { DsrError } from '../../src/domain/errors.ts'
import { controllerId, type ControllerId, type RequestId } from '../../src/domain/ids.ts'
import { createSuppressions } from '../../src/flow/suppressions.ts'
import { createApiKey } from '../../src/http/access/keys.ts'
import type { Role } from '../../src/http/access/roles.ts'
import { createMetrics } from '../../src/http/metrics.ts'
import type { ByteRange } from '../../src/http/byte-range.ts'
import type { App, OpenedArchive, RateLimits, ReadyCheck, ServerOptions } from '../../src/http/options.ts'
import { createStopping } from '../../src/flow/stopping.ts'
import { createServer } from '../../src/http/server.ts'
import type { Accounts, Policies, Ports } from '../../src/ports/runtime.ts'
import { receiveRequest } from '../../src/stages/intake.ts'
import { testAccount } from '../kit/sim/accounts.ts'
import { fakeConnector } from '../kit/sim/fake-connector.ts'
import { FakeVendor } from '../kit/sim/fake-vendor.ts'
import { CONTROLLER } from '../kit/sim/policies.ts'
import { intakeForm, Rig, type RigOptions } from '../kit/sim/rig.ts'

export const OTHER = controllerId('northwind')
export const ROLES = ['portal', 'ops', 'approver', 'auditor', 'admin'] as const satisfies readonly Role[]

const SIGNING_KEY = newSigningKey()
export const TRUSTED_KEY = trustedKeyOf(SIGNING_KEY)

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: Body
}

interface LegBody {
  readonly leg_id: string
  readonly parts: readonly unknown[]
  readonly looked_again: readonly unknown[]
  readonly parked: unknown
}

/** Every field of an answer that some test reads. What an answer lacks is undefined, and then the test fails. */
export interface Body {
  readonly code: string
  readonly url: string
  readonly expires_time: string
  readonly field: string
  readonly subject_request_id: string
  readonly controller_id: string
  readonly state: string
  readonly due_date: string
  readonly received_time: string
  readonly days_left: number
  readonly needs: readonly string[]
  readonly receipt: Envelope
  readonly requests: readonly (Body & Readonly<Record<string, unknown>>)[]
  readonly next_cursor: string | null
  readonly plan_hash: string
  readonly plan: { readonly plan_hash: string; readonly accounts: readonly { records: readonly { ref: string }[] }[] }
  readonly clock: unknown
  readonly legs: readonly LegBody[]
  readonly approval: unknown
  readonly timeline: readonly unknown[]
  readonly record: { readonly sha256: string }
  readonly candidates: readonly {
    readonly record_id: string
    readonly label: string
    readonly facts: readonly {
      readonly fact: string
      readonly person: readonly string[]
      readonly record: readonly string[]
    }[]
  }[]
  readonly identity_check: { readonly by: string }
  readonly accounts: readonly { readonly controller_id: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

export interface Call {
  readonly key?: string | undefined
  readonly body?: unknown
  /** Instead of `body`: bytes as they are. */
  readonly raw?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

export interface TestServerOptions {
  readonly rig?: RigOptions
  readonly limits?: Partial<RateLimits>
  readonly publicUrl?: string
  readonly trustedProxies?: readonly string[]
  readonly board?: ServerOptions['board']
}

/** The real HTTP side on the real stages, with fake vendors and two tenants: `cooperlink`, and `northwind` beside it. */
export class TestServer {
  readonly rig: Rig
  readonly ports: Ports
  logged: string[] = []
  readonly keys: Readonly<Record<Role, string>>
  readonly app: App
  readonly url: string
  readyChecks: readonly ReadyCheck[] = [{ name: 'database', isOk: true }]
  archive: Buffer = Buffer.from('PK zip bytes')

  private constructor(of: { rig: Rig; ports: Ports; keys: Record<Role, string>; app: App; url: string }) {
    this.rig = of.rig
    this.ports = of.ports
    this.keys = of.keys
    this.app = of.app
    this.url = of.url
  }

  static async start(options: TestServerOptions = {}): Promise<TestServer> {
    const rig = new Rig(options.rig)
    const ports = twoTenants(rig)
    const keys = Object.fromEntries(
      await Promise.all(ROLES.map(async (role) => [role, await keyFor(ports, role, CONTROLLER)] as const)),
    ) as Record<Role, string>
    const logged: string[] = []
    const note = (facts: object, event: string) => void logged.push(`${event} ${JSON.stringify(facts)}`)
    const made: { server: TestServer | undefined } = { server: undefined }
    const app = await createServer({
      ports,
      commands: rig.commands,
      suppressions: createSuppressions(ports),
      stopping: createStopping(ports),
      settings: {
        publicUrl: options.publicUrl ?? 'http://127.0.0.1',
        version: '0.0.0',
        ...(options.limits && { limits: options.limits }),
        ...(options.trustedProxies && { trustedProxies: options.trustedProxies }),
      },
      log: { info: note, warn: note, error: note },
      checks: { ready: () => Promise.resolve(made.server?.readyChecks ?? []) },
      openArchive: (_, range) => Promise.resolve(opened(made.server, range)),
      openProof: () => Promise.reject(new DsrError('PROOF_NOT_READY', 'no log in these tests')),
      metrics: createMetrics({
        ports,
        queueDepth: () => Promise.resolve([{ queue: 'crm', state: 'waiting', count: 3 }]),
      }),
      ...(options.board && { board: options.board }),
    })
    await app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.server.address() as AddressInfo
    const server = new TestServer({ rig, ports, keys, app, url: `http://127.0.0.1:${port}` })
    server.logged = logged
    made.server = server
    return server
  }

  async close(): Promise<void> {
    await this.app.close()
  }

  async call(method: string, path: string, { key = this.keys.admin, body, raw, headers }: Call = {}): Promise<Answer> {
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    const reply = await fetch(`${this.url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(key !== '' && { authorization: `Bearer ${key}` }),
        ...(sent !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(sent !== undefined && { body: sent }),
    })
    const text = await reply.text()
    const isJson = (reply.headers.get('content-type') ?? '').includes('json')
    return { status: reply.status, headers: reply.headers, text, body: (isJson ? JSON.parse(text) : {}) as Body }
  }

  async get(path: string, call: Call = {}): Promise<Answer> {
    return this.call('GET', path, call)
  }

  async post(path: string, body: unknown = {}, call: Call = {}): Promise<Answer> {
    return this.call('POST', path, { ...call, body })
  }

  /** A request of the other tenant. */
  async foreignRequest(): Promise<RequestId> {
    const form = intakeForm('noa@example.net', { controllerId: OTHER })
    return (await receiveRequest(this.ports, form)).request.id
  }

  async keyFor(role: Role, controller: ControllerId | null): Promise<string> {
    return keyFor(this.ports, role, controller)
  }
}

async function keyFor(ports: Ports, role: Role, controller: ControllerId | null): Promise<string> {
  const order = { role, controllerId: controller, label: `${role} of a test`, createdAtMs: ports.clock.nowMs() }
  return (await createApiKey(ports.store, order)).key
}

function opened(server: TestServer | undefined, range: ByteRange | undefined): OpenedArchive {
  const bytes = server?.archive ?? Buffer.alloc(0)
  const part = range === undefined ? bytes : bytes.subarray(range.start, range.end + 1)
  return { bytes: bytes.byteLength, stream: Readable.from([part]) }
}

function twoTenants(rig: Rig): Ports {
  const { policies: mine } = rig.ports
  const policies: Policies = {
    of: (id) => {
      if (id === OTHER) return { ...mine.of(CONTROLLER), controllerId: OTHER, controllerName: 'Northwind' }
      if (id !== CONTROLLER) throw new DsrError('NOT_FOUND', 'no such controller')
      return mine.of(id)
    },
    controllers: () => [CONTROLLER, OTHER],
  }
  const foreign = {
    ...testAccount({ id: 'other-crm', connector: fakeConnector(new FakeVendor(rig.clock)), clock: rig.clock }),
    controllerId: OTHER,
  }
  const accounts: Accounts = {
    of: (id) => (id === CONTROLLER ? rig.ports.accounts.of(id) : [foreign]),
    get: (id) => (id === foreign.id ? foreign : rig.ports.accounts.get(id)),
  }
  return { ...rig.ports, policies, accounts, signer: createSigner(SIGNING_KEY) }
}

/** A body that intake takes. */
export function createBody(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    right: 'erasure',
    subject_identities: [{ identity_type: 'email', identity_value: 'ada@example.com' }],
    identity_check: { method: 'account_login', level: 2 },
    ...more,
  }
}
