import { normaliseIdentifier } from '../../../../src/connector/index.ts'
import type { Clock, JsonObject } from '../../../../src/connector/index.ts'
import { startSandboxServer } from '../../../../src/connector/testing.ts'
import type {
  InventedPerson,
  PlantedPerson,
  Sandbox,
  SandboxReply,
  SandboxRequest,
  SandboxRoute,
  StartSandbox,
} from '../../../../src/connector/testing.ts'

// A vendor that nobody has: small, with a page size of 2, a batch form, a job and a business record.
interface Kept {
  readonly contacts: Map<string, JsonObject>
  readonly notes: Map<string, JsonObject>
  readonly deals: Map<string, JsonObject>
  stopped: string[]
  readonly jobs: Map<string, { readonly contact: string; readonly readyAtMs: number }>
  next: number
}

const PAGE = 2
const JOB_MS = 90_000
const NOTES_EACH = 5

export const startToySandbox: StartSandbox = async ({ clock, port = 0, speed = 1, seed = 1 }) => {
  const desk = { kept: empty(seed), clock, jobMs: JOB_MS / speed, isLagging: false }
  const token = `toy-token-${seed}-of-the-sandbox`
  const server = await startSandboxServer({
    clock,
    port,
    speed,
    routes: routesOf(desk),
    authorise: ({ headers }, isRevoked) =>
      !isRevoked && headers.authorization === `Bearer ${token}` ? undefined : { status: 401, json: { error: 'who?' } },
    limits: [
      {
        bucket: 'second',
        limit: 20,
        windowMs: 1_000,
        weigh: () => 1,
        refuse: ({ resetAtMs, nowMs }) => ({
          status: 429,
          headers: { 'retry-after': String(Math.ceil((resetAtMs - nowMs) / 1_000)) },
        }),
      },
    ],
    state: { save: () => structuredClone(desk.kept), restore: (saved) => void (desk.kept = saved as Kept) },
    gzip: true,
  })
  return sandboxOf(desk, { server, token })
}

interface Desk {
  kept: Kept
  readonly clock: Clock
  readonly jobMs: number
  isLagging: boolean
}

function empty(seed: number): Kept {
  return { contacts: new Map(), notes: new Map(), deals: new Map(), stopped: [], jobs: new Map(), next: seed * 1_000 }
}

function sandboxOf(
  desk: Desk,
  { server, token }: { readonly server: Awaited<ReturnType<typeof startSandboxServer>>; readonly token: string },
): Sandbox {
  return {
    connector: 'toy',
    baseUrl: server.baseUrl,
    token,
    plant: (person) => plant(desk, person),
    picture: (planted) => JSON.stringify([...recordsOf(desk, planted), stopsOf(desk, planted)]),
    remaining: (planted) => {
      const count = (of: (kept: Kept) => ReadonlyMap<string, unknown>, refs: readonly string[] = []): number => (
        settleJobs(desk),
        refs.filter((ref) => of(desk.kept).has(ref)).length
      )
      return {
        contact: count(({ contacts }) => contacts, planted.refs.contact),
        notes: count(({ notes }) => notes, planted.refs.notes),
        deals: count(({ deals }) => deals, planted.refs.deals),
        suppression: stopsOf(desk, planted).length,
      }
    },
    switches: { deals: ['open', 'locked'] },
    set: (_, value) => void (desk.isLagging = value === 'locked'),
    arm: (fault) => server.arm(fault),
    calls: () => server.calls(),
    revoke: (isRevoked) => server.revoke(isRevoked),
    stop: () => server.stop(),
  }
}

function plant({ kept }: Desk, person: InventedPerson): PlantedPerson {
  const newId = (letter: string): string => `${letter}${(kept.next += 7)}`
  const contact = newId('c')
  kept.contacts.set(contact, {
    id: contact,
    name: `${person.firstName} ${person.lastName}`,
    email: person.email,
    phone: person.phone,
    external_id: person.externalId,
  })
  const notes = Array.from({ length: NOTES_EACH }, () => newId('n'))
  for (const id of notes) kept.notes.set(id, { id, contact, text: `note about ${person.key}` })
  const deal = newId('d')
  kept.deals.set(deal, { id: deal, contact, title: `kitchen of ${person.key}` })
  return {
    person,
    identifiers: [
      normaliseIdentifier('email', person.email),
      normaliseIdentifier('phone', person.phone),
      normaliseIdentifier('external_id', person.externalId),
    ],
    refs: { contact: [contact], notes, deals: [deal] },
    attachments: { notes: 1 },
  }
}

function recordsOf(desk: Desk, { refs }: PlantedPerson): readonly unknown[] {
  settleJobs(desk)
  const { contacts, notes, deals } = desk.kept
  return Object.values(refs).flatMap((ids) =>
    ids.map((id) => contacts.get(id) ?? notes.get(id) ?? deals.get(id) ?? null),
  )
}

function stopsOf({ kept }: Desk, { person }: PlantedPerson): readonly string[] {
  return kept.stopped.filter((address) => address === person.email)
}

function settleJobs({ kept, clock }: Desk): void {
  for (const { contact, readyAtMs } of kept.jobs.values()) {
    if (clock.nowMs() >= readyAtMs) kept.contacts.delete(contact)
  }
}

function routesOf(desk: Desk): readonly SandboxRoute[] {
  const lists = ['contacts', 'notes', 'deals'] as const
  return [
    { method: 'GET', path: '/me', handle: () => ok({ account: 'toy' }) },
    ...lists.flatMap((list): readonly SandboxRoute[] => [
      { method: 'GET', path: `/${list}`, handle: (request) => listed(desk, list, request) },
      {
        method: 'GET',
        path: `/${list}/:id`,
        handle: ({ params }) => (settleJobs(desk), found(desk.kept[list].get(params.id ?? ''))),
      },
    ]),
    {
      method: 'GET',
      path: '/notes/:id/file',
      handle: () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'a file' }),
    },
    { method: 'POST', path: '/notes/delete', handle: (request) => deleteNotes(desk, request) },
    { method: 'DELETE', path: '/deals/:id', handle: ({ params }) => deleteDeal(desk, params.id ?? '') },
    { method: 'POST', path: '/stops', handle: (request) => stop(desk, request) },
    {
      method: 'GET',
      path: '/stops/:email',
      handle: ({ params }) => found(desk.kept.stopped.includes(params.email ?? '') ? {} : undefined),
    },
    { method: 'POST', path: '/contacts/:id/erase', handle: ({ params }) => startJob(desk, params.id ?? '') },
    { method: 'GET', path: '/jobs/:id', handle: ({ params, atMs }) => jobState(desk, params.id ?? '', atMs) },
  ]
}

const ok = (json: JsonObject): SandboxReply => ({ status: 200, json })
const found = (record: JsonObject | undefined): SandboxReply =>
  record === undefined ? { status: 404, json: {} } : ok(record)

function listed(desk: Desk, list: 'contacts' | 'notes' | 'deals', { query }: SandboxRequest): SandboxReply {
  settleJobs(desk)
  const conditions = [...query.entries()].filter(([name]) => name !== 'cursor')
  const all = [...desk.kept[list].values()].filter((record) =>
    conditions.every(([name, value]) => record[name] === value),
  )
  const from = Number(query.get('cursor') ?? 0)
  const next = from + PAGE < all.length ? { next: String(from + PAGE) } : {}
  return ok({ results: all.slice(from, from + PAGE), ...next })
}

function deleteNotes({ kept }: Desk, request: SandboxRequest): SandboxReply {
  const ids = textsOf(request, 'ids')
  for (const id of ids) kept.notes.delete(id)
  return { status: 204 }
}

function deleteDeal({ kept, isLagging }: Desk, id: string): SandboxReply {
  if (isLagging) return { status: 409, json: { error: 'locked' } }
  return kept.deals.delete(id) ? { status: 204 } : { status: 404, json: {} }
}

function stop({ kept }: Desk, request: SandboxRequest): SandboxReply {
  kept.stopped = [...new Set([...kept.stopped, ...textsOf(request, 'emails')])]
  return ok({})
}

function startJob(desk: Desk, contact: string): SandboxReply {
  settleJobs(desk)
  if (!desk.kept.contacts.has(contact)) return { status: 404, json: {} }
  const id = `j${(desk.kept.next += 7)}`
  desk.kept.jobs.set(id, { contact, readyAtMs: desk.clock.nowMs() + desk.jobMs })
  return { status: 202, json: { job: id } }
}

function jobState(desk: Desk, id: string, nowMs: number): SandboxReply {
  const job = desk.kept.jobs.get(id)
  return job === undefined ? { status: 404, json: {} } : ok({ state: nowMs >= job.readyAtMs ? 'done' : 'running' })
}

function textsOf(request: SandboxRequest, field: string): readonly string[] {
  const body = request.json()
  const list = typeof body === 'object' && body !== null && field in body ? (body as JsonObject)[field] : []
  return Array.isArray(list) ? list.map(String) : []
}
