import type { JsonObject } from '../../../src/connector/index.ts'
import type { SandboxReply, SandboxRequest, SandboxRoute } from '../../../src/connector/testing.ts'
import { invalid, listReply, notFound, refuse, textIn } from './replies.ts'
import type { Desk, StoredThread } from './state.ts'

const THREADS = '/conversations/v3/conversations/threads'
const THREADS_MAX = 500

/** Files and conversations. */
export function contentRoutes(desk: Desk): readonly SandboxRoute[] {
  const guarded = (work: (request: SandboxRequest) => SandboxReply) => (request: SandboxRequest) =>
    desk.switches.is('scopes', 'all')
      ? work(request)
      : refuse(403, 'MISSING_SCOPES', {
          message: 'This app has not been granted all required scopes.',
          errors: [{ message: 'missing', context: { requiredGranularScopes: ['conversations.read'] } }],
        })
  return [
    { method: 'GET', path: '/files/v3/files/:id', handle: ({ params }) => file(desk, params.id ?? '') },
    {
      method: 'GET',
      path: '/files/v3/files/:id/signed-url',
      handle: ({ params }) => signedUrl(desk, params.id ?? ''),
    },
    { method: 'GET', path: '/signed-files/:id', isOpen: true, handle: (request) => bytes(desk, request) },
    {
      method: 'DELETE',
      path: '/files/v3/files/:id/gdpr-delete',
      handle: ({ params }) => (desk.vendor.files.delete(params.id ?? '') ? { status: 204 } : notFound()),
    },
    { method: 'GET', path: THREADS, handle: guarded((request) => threads(desk, request)) },
    { method: 'GET', path: `${THREADS}/:id`, handle: guarded((request) => oneThread(desk, request)) },
    { method: 'DELETE', path: `${THREADS}/:id`, handle: guarded(({ params }) => deleteThread(desk, params.id ?? '')) },
    { method: 'GET', path: `${THREADS}/:id/messages`, handle: guarded((request) => messages(desk, request)) },
    {
      method: 'GET',
      path: `${THREADS}/:id/messages/:message/original-content`,
      handle: guarded(({ params }) => {
        const message = desk.vendor.threads.get(params.id ?? '')?.messages.find(({ id }) => id === params.message)
        if (message === undefined) return notFound()
        return { status: 200, json: { text: `${textIn(message, 'text') ?? ''} in full`, richText: '' } }
      }),
    },
  ]
}

function file(desk: Desk, id: string): SandboxReply {
  const stored = desk.vendor.files.get(id)
  if (stored === undefined) return notFound()
  const { name, extension, bytes: content, createdAtMs } = stored
  const at = new Date(createdAtMs).toISOString()
  const url = `https://files.example.net/${id}`
  const facts = { id, name, extension, size: content.length, type: 'DOCUMENT', access: 'PRIVATE', archived: false }
  return { status: 200, json: { ...facts, createdAt: at, updatedAt: at, url } }
}

const SIGNATURE = 'signed'

function signedUrl(desk: Desk, id: string): SandboxReply {
  const stored = desk.vendor.files.get(id)
  if (stored === undefined) return notFound()
  const { name, extension, bytes: content } = stored
  const expiresAt = new Date(desk.nowMs() + 5 * 60_000).toISOString()
  const url = `${desk.baseUrl}/signed-files/${id}?signature=${SIGNATURE}`
  return { status: 200, json: { url, name, extension, size: content.length, type: 'DOCUMENT', expiresAt } }
}

function bytes(desk: Desk, request: SandboxRequest): SandboxReply {
  const stored = desk.vendor.files.get(request.params.id ?? '')
  const isSigned = request.query.get('signature') === SIGNATURE
  // A signed address is for whoever holds it: a credential has no business there.
  if (stored === undefined || !isSigned || request.headers.authorization !== undefined) return { status: 403 }
  return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: stored.bytes }
}

function threads(desk: Desk, request: SandboxRequest): SandboxReply {
  const contactId = request.query.get('associatedContactId')
  const status = request.query.get('threadStatus')
  if (contactId !== null && status === null) return invalid('threadStatus is required with associatedContactId.')
  const isArchived = request.query.get('archived') === 'true'
  const hits = [...desk.vendor.threads.values()].filter(
    (thread) =>
      (contactId === null || thread.contactId === contactId) &&
      (status === null || thread.status === status) &&
      (thread.archivedAtMs !== undefined) === isArchived,
  )
  return listReply(desk, request, { all: hits.map(threadFacts), most: THREADS_MAX })
}

function threadFacts({ id, contactId, status, createdAtMs, archivedAtMs }: StoredThread): JsonObject {
  return {
    id,
    status,
    associatedContactId: contactId,
    createdAt: new Date(createdAtMs).toISOString(),
    archived: archivedAtMs !== undefined,
    inboxId: '1',
    spam: false,
  }
}

function oneThread(desk: Desk, request: SandboxRequest): SandboxReply {
  const thread = desk.vendor.threads.get(request.params.id ?? '')
  const isArchived = request.query.get('archived') === 'true'
  if (thread === undefined || (thread.archivedAtMs !== undefined) !== isArchived) return notFound()
  return { status: 200, json: threadFacts(thread) }
}

function deleteThread(desk: Desk, id: string): SandboxReply {
  const thread = desk.vendor.threads.get(id)
  if (thread === undefined || thread.archivedAtMs !== undefined) return notFound()
  thread.archivedAtMs = desk.nowMs()
  return { status: 204 }
}

function messages(desk: Desk, request: SandboxRequest): SandboxReply {
  const thread = desk.vendor.threads.get(request.params.id ?? '')
  return thread === undefined ? notFound() : listReply(desk, request, { all: thread.messages })
}
