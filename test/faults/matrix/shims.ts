import type { Connector, WritingVerb } from '../../../src/connector/contract.ts'
import type { Sandbox } from '../../../src/connector/testing.ts'
import type { Transport } from '../../../src/connector/transport.ts'
import { DsrError } from '../../../src/domain/errors.ts'
import type { ObjectStore } from '../../../src/ports/objects.ts'
import type { JobQueue } from '../../../src/ports/queue.ts'
import type { Ports } from '../../../src/ports/runtime.ts'
import type { Store, Table, Tx } from '../../../src/ports/store.ts'
import type { Outside } from '../../../workers/deliver.ts'
import type { Boundaries, Mode } from './boundaries.ts'

/**
 * Which ports reach outside the process and are shimmed here, and which cannot. A port that is new has no row: the compiler says so,
 * and so does the test that holds this table against a running installation.
 */
export const PORTS = {
  store: 'shimmed',
  accounts: 'shimmed',
  parcels: 'shimmed',
  archives: 'shimmed',
  clock: 'pure',
  random: 'pure',
  vault: 'pure',
  policies: 'pure',
  signer: 'pure',
  events: 'pure',
  leaseMs: 'pure',
} as const satisfies Record<keyof Ports, 'shimmed' | 'pure'>

type Writes = 'insert' | 'insertNew' | 'update' | 'delete'

/** A transaction that writes is one boundary, named after the function that asked for it. One that only reads changes nothing. */
export function shimStore(store: Store, boundaries: Boundaries, dbNowMs: () => number): Store {
  return {
    transact: async (work) => {
      boundaries.requireAlive()
      // Its stack is worked out only when it is read.
      const call = new Error()
      const later: Mode[] = []
      const result = await store.transact(async (tx) => {
        const written = { isDirty: false }
        const answer = await work(watched(tx, written, dbNowMs))
        const mode = written.isDirty ? boundaries.arrive(`commit ${callerOf(call)}`) : undefined
        if (mode === 'crash_before') boundaries.die()
        if (mode === 'lost_before') throw unreachable()
        if (mode !== undefined) later.push(mode)
        return answer
      })
      if (later.includes('crash_after')) boundaries.die()
      if (later.includes('lost_after')) throw unreachable()
      return result
    },
  }
}

function unreachable(): DsrError {
  return new DsrError('DATABASE_UNREACHABLE', 'the connection broke')
}

/** The function of the product nearest to the call. */
function callerOf(error: Error): string {
  const frames = (error.stack ?? '').split('\n').filter((line) => /\/(src\/(stages|flow|effects)|workers)\//.test(line))
  const frame = /at (?:async )?(?:Object[.])?(\S+) \(.*\/((?:src|workers)\/[^:]+)/.exec(frames[0] ?? '')
  return frame === null ? 'elsewhere' : `${frame[2] ?? ''}#${frame[1] ?? ''}`
}

function watched(tx: Tx, written: { isDirty: boolean }, dbNowMs: () => number): Tx {
  const table = <Row extends { readonly id: string }>(of: Table<Row>): Table<Row> => {
    const noting =
      <Given extends unknown[], Result>(write: (...given: Given) => Promise<Result>) =>
      (...given: Given) => {
        written.isDirty = true
        return write(...given)
      }
    const writes: Pick<Table<Row>, Writes> = {
      insert: noting((row: Row) => of.insert(row)),
      insertNew: noting((row: Row) => of.insertNew(row)),
      update: noting((id: Row['id'], patch: Partial<Omit<Row, 'id'>>) => of.update(id, patch)),
      delete: noting((where: Parameters<Table<Row>['delete']>[0]) => of.delete(where)),
    }
    return { ...of, ...writes }
  }
  return {
    request: table(tx.request),
    identifier: table(tx.identifier),
    leg: table(tx.leg),
    record: table(tx.record),
    plan: table(tx.plan),
    effect: table(tx.effect),
    call: table(tx.call),
    journal: table(tx.journal),
    outbox: table(tx.outbox),
    leaf: table(tx.leaf),
    parcel: table(tx.parcel),
    seal: table(tx.seal),
    recheck: table(tx.recheck),
    stop: table(tx.stop),
    start: table(tx.start),
    cap: table(tx.cap),
    apiKey: table(tx.apiKey),
    idempotency: table(tx.idempotency),
    archiveLink: table(tx.archiveLink),
    suppression: table(tx.suppression),
    redaction: table(tx.redaction),
    identityLink: table(tx.identityLink),
    ledger: table(tx.ledger),
    dbNowMs: () => Promise.resolve(dbNowMs()),
  }
}

/**
 * Every verb of the contract; what changes something may have arrived although its answer is lost. Where the calls over HTTP are
 * boundaries of their own, `perform` breaks there instead.
 */
export function shimConnector(connector: Connector, boundaries: Boundaries, { isHttpShimmed = false } = {}): Connector {
  const away = (): never => {
    throw new DsrError('VENDOR_UNAVAILABLE', 'the vendor is away')
  }
  const silent = (): never => {
    throw new DsrError('VENDOR_TIMEOUT', 'no answer', { mayHaveArrived: true })
  }
  const streamed = <One>(name: string, read: () => AsyncIterable<One>): AsyncIterable<One> =>
    each(() => boundaries.cross(name, () => drained(read()), away))
  const erasure = connector.writing.erasure
  const shimmed: WritingVerb | undefined = erasure && {
    plan: (context, subject) => boundaries.cross('vendor plan', () => erasure.plan(context, subject), away),
    perform: (context, call) =>
      isHttpShimmed
        ? erasure.perform(context, call)
        : boundaries.cross(`vendor perform ${call.step}`, () => erasure.perform(context, call), silent),
    readBack: (context, call) =>
      boundaries.cross(`vendor readBack ${call.step}`, () => erasure.readBack(context, call), away),
    poll: (context, call) => boundaries.cross(`vendor poll ${call.step}`, () => erasure.poll(context, call), away),
  }
  return {
    ...connector,
    check: (context) => boundaries.cross('vendor check', () => connector.check(context), away),
    discover: (context, search) => streamed('vendor discover', () => connector.discover(context, search)),
    export: (context, records) => streamed('vendor export', () => connector.export(context, records)),
    verify: (context, subject) => boundaries.cross('vendor verify', () => connector.verify(context, subject), away),
    writing: shimmed === undefined ? {} : { erasure: shimmed },
  }
}

export interface VendorOver {
  readonly name: string
  readonly sandbox: Pick<Sandbox, 'arm'>
}

/** Every call over HTTP that changes something; a lost answer is a connection that really breaks. */
export function shimTransport(transport: Transport, boundaries: Boundaries, { name, sandbox }: VendorOver): Transport {
  const lose = (kind: 'reset_before' | 'reset_after') =>
    sandbox.arm({ times: 1, match: { changesOnly: true }, what: { kind } })
  return {
    send: async (call) => {
      boundaries.requireAlive()
      if (!call.effect) return transport.send(call)
      const mode = boundaries.arrive(`http ${name} ${call.method} ${routeOf(call.path)}`)
      if (mode === 'crash_before') boundaries.die()
      if (mode === 'lost_before') lose('reset_before')
      if (mode === 'lost_after') lose('reset_after')
      const reply = await transport.send(call)
      if (mode === 'crash_after') boundaries.die()
      return reply
    },
    stream: async (call) => {
      boundaries.requireAlive()
      return transport.stream(call)
    },
  }
}

/** The route without what it is about: words stay, references go. */
function routeOf(path: string): string {
  const words = (path.split('?')[0] ?? '').split('/').filter((word) => /^[a-z_-]+$/.test(word))
  return words.slice(-3).join('/')
}

async function* each<One>(read: () => Promise<readonly One[]>): AsyncGenerator<One> {
  yield* await read()
}

async function drained<One>(from: AsyncIterable<One>): Promise<readonly One[]> {
  const all: One[] = []
  for await (const one of from) all.push(one)
  return all
}

export function shimObjects(objects: ObjectStore, boundaries: Boundaries): ObjectStore {
  const away = (): never => {
    throw new DsrError('OBJECT_STORE_UNREACHABLE', 'the object store is away')
  }
  return {
    put: (key, body, options) => boundaries.cross('object put', () => objects.put(key, body, options), away),
    get: (key, options) => boundaries.cross('object get', () => objects.get(key, options), away),
    head: (key) => boundaries.cross('object head', () => objects.head(key), away),
    delete: (key) => boundaries.cross('object delete', () => objects.delete(key), away),
    list: (prefix) => objects.list(prefix),
    probe: () => objects.probe(),
    close: () => objects.close(),
  }
}

export function shimQueue(queue: JobQueue, boundaries: Boundaries): JobQueue {
  const away = (): never => {
    throw new DsrError('QUEUE_UNREACHABLE', 'the queue is away')
  }
  return {
    add: (job) => boundaries.cross(`queue add ${job.kind}`, () => queue.add(job), away),
    addFlow: (parent, children) => boundaries.cross('queue addFlow', () => queue.addFlow(parent, children), away),
    close: () => queue.close(),
  }
}

export function shimOutside(outside: Outside, boundaries: Boundaries): Outside {
  const unanswered = () => ({ kind: 'retry', waitMs: undefined }) as const
  return {
    retryAfterMs: outside.retryAfterMs,
    sendEvent: (row, request) => boundaries.cross('message event', () => outside.sendEvent(row, request), unanswered),
    sendNotice: (row) => boundaries.cross('message notice', () => outside.sendNotice(row), unanswered),
  }
}
