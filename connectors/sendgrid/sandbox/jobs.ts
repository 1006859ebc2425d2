import type { JsonObject } from '../../../src/connector/index.ts'
import { newId } from './state.ts'
import type { ContactJob, SandboxContact, SandboxMessage, Tenant, World } from './state.ts'

const CONTACT_JOB_MS = 60_000
const PENDING_POLLS = 2
const LAG_MS = 30_000
const ERASE_JOB_MS = 2 * 3_600_000

export function startContactJob(
  world: World,
  job: Pick<ContactJob, 'subuser' | 'type' | 'contactIds' | 'contacts' | 'listId' | 'atMs'>,
): string {
  const id = newId(world)
  world.vendor.jobs.set(id, { ...job, id, polls: 0, status: 'pending', deleted: 0 })
  return id
}

/** One question after a job: it stays pending for some polls, whatever the clock says. */
export function pollContactJob(world: World, job: ContactJob, nowMs: number): void {
  job.polls += 1
  if (job.polls > PENDING_POLLS) finish(world, job, nowMs)
}

export function startEraseJob(world: World, subuser: string, ask: { emails: readonly string[]; atMs: number }): string {
  const { emails, atMs } = ask
  world.vendor.eraseJobs.push({ subuser, emails, dueAtMs: atMs + ERASE_JOB_MS / world.speed })
  return newId(world)
}

/** Does what has come due since the last call. */
export function settle(world: World, nowMs: number): void {
  for (const job of world.vendor.jobs.values()) {
    if (nowMs >= job.atMs + CONTACT_JOB_MS / world.speed) finish(world, job, nowMs)
  }
  for (const tenant of world.vendor.tenants.values()) {
    tenant.ghosts = tenant.ghosts.filter(({ untilMs }) => untilMs > nowMs)
  }
  const due = world.vendor.eraseJobs.filter(({ dueAtMs }) => dueAtMs <= nowMs)
  world.vendor.eraseJobs = world.vendor.eraseJobs.filter((job) => !due.includes(job))
  for (const { subuser, emails } of due) {
    const tenant = world.vendor.tenants.get(subuser)
    if (tenant !== undefined) for (const email of emails) eraseEvents(world, tenant, email.toLowerCase())
  }
}

function finish(world: World, job: ContactJob, nowMs: number): void {
  const tenant = world.vendor.tenants.get(job.subuser)
  if (job.status !== 'pending' || tenant === undefined || world.switches.is('contact_job', 'stays_pending')) return
  if (world.switches.is('contact_job', 'errors')) {
    job.status = 'errored'
    return
  }
  const isPartial = world.switches.is('contact_job', 'errors_for_one')
  switch (job.type) {
    case 'delete':
      for (const id of job.contactIds.slice(isPartial ? 1 : 0)) deleteContact(world, tenant, { job, id, nowMs })
      break
    case 'remove_from_list':
      for (const id of job.contactIds) leaveList(tenant, id, job.listId)
      break
    case 'upsert':
      for (const contact of job.contacts) upsert(world, tenant, { contact, nowMs })
      break
  }
  job.status = isPartial ? 'errored' : 'completed'
}

function deleteContact(
  world: World,
  tenant: Tenant,
  { job, id, nowMs }: { readonly job: ContactJob; readonly id: string; readonly nowMs: number },
): void {
  const contact = tenant.contacts.get(id)
  if (contact === undefined) return
  tenant.contacts.delete(id)
  job.deleted += 1
  const lag = world.switches.get('index_lag')
  if (lag === 'none') return
  const untilMs = lag === 'once' ? Number.POSITIVE_INFINITY : nowMs + LAG_MS / world.speed
  tenant.ghosts.push({ contact, untilMs })
}

function leaveList(tenant: Tenant, contactId: string, listId: string): void {
  const contact = tenant.contacts.get(contactId)
  if (contact !== undefined) contact.listIds = contact.listIds.filter((id) => id !== listId)
}

const IDENTIFIERS = ['email', 'phone_number_id', 'external_id', 'anonymous_id']

/** Updates the contact whose identifiers are all named, and creates one when none fits. */
function upsert(
  world: World,
  tenant: Tenant,
  { contact, nowMs }: { readonly contact: JsonObject; readonly nowMs: number },
): void {
  const email = typeof contact.email === 'string' ? contact.email.toLowerCase() : ''
  const now = new Date(nowMs).toISOString()
  const existing = [...tenant.contacts.values()].find((one) => one.email === email && isNamedWhole(one, contact))
  const target = existing ?? newContact(world, { email, now })
  target.updatedAt = now
  const alternates = Array.isArray(contact.alternate_emails)
    ? (contact.alternate_emails as readonly string[])
    : undefined
  if (alternates !== undefined) {
    const kept = world.switches.is('alternate_put', 'merges') ? target.alternates : []
    target.alternates = [...new Set([...kept, ...alternates])]
  }
  const fields = Object.entries(contact).filter(([name]) => ![...IDENTIFIERS, 'alternate_emails'].includes(name))
  target.fields = { ...target.fields, ...Object.fromEntries(fields) }
  tenant.contacts.set(target.id, target)
}

function isNamedWhole(existing: SandboxContact, contact: JsonObject): boolean {
  const has = (stored: string, name: string) => stored === '' || contact[name] === stored
  return (
    has(existing.phone, 'phone_number_id') &&
    has(existing.externalId, 'external_id') &&
    has(existing.anonymousId, 'anonymous_id')
  )
}

function newContact(world: World, { email, now }: { readonly email: string; readonly now: string }): SandboxContact {
  return {
    id: newId(world),
    email,
    alternates: [],
    phone: '',
    externalId: '',
    anonymousId: '',
    fields: {},
    listIds: [],
    segmentIds: [],
    createdAt: now,
    updatedAt: now,
  }
}

/** Names, addresses, subjects and IP addresses go; the message's id stays. */
function eraseEvents(world: World, tenant: Tenant, email: string): void {
  const stores = world.switches.is('erasejob_logs', 'covered') ? [tenant.activity, tenant.logs] : [tenant.activity]
  for (const store of stores) for (const message of store.values()) if (message.to === email) blank(message)
  if (world.switches.is('erasejob_suppression', 'removes')) tenant.global.delete(email)
}

function blank(message: SandboxMessage): void {
  message.to = ''
  message.subject = ''
  message.ip = ''
}
