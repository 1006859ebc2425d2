import { findingOf, identifierOf, isAt, recordsIn, textAt, textsAt } from '../../src/connector/index.ts'
import type { HttpReply, JsonObject, Left, Look, PlannedRecord, VerifySubject } from '../../src/connector/index.ts'
import { readOrAbsent } from './answers.ts'
import { idPath } from './client.ts'
import type { Intercom } from './client.ts'
import { searchAuthored } from './contacts.ts'
import { participantsOf, readConversation } from './conversations.ts'
import { instancePath } from './custom-objects.ts'
import { findDeleted } from './deleted-conversations.ts'
import { valuesOf } from './mapping.ts'
import { fileIn, filePlace, isFile, messagesOf } from './messages.ts'
import { readTicket } from './tickets.ts'
import { readVisitor } from './visitors.ts'

/** Conversations, tickets and whatever hangs on them, each by its id. */
export async function lookAtRecords(api: Intercom, subject: VerifySubject): Promise<Look> {
  const view = viewOf(api)
  const looks: Look[] = [await lookAtConversations(api, subject, view)]
  for (const [part, isThere] of Object.entries(PARTS)) {
    const records = recordsIn(subject.records, part)
    if (records.length === 0) continue
    let remaining = 0
    for (const record of records) if (await isThere(api, record, view)) remaining += 1
    looks.push({
      findings: [findingOf(part, records.length, { live: remaining, nowMs: api.context.clock.nowMs() })],
      seen: [[`${part}_by_id`, remaining]],
    })
  }
  looks.push(await lookAtRatings(api, recordsIn(subject.records, 'ratings'), view))
  return { findings: looks.flatMap(({ findings }) => findings), seen: looks.flatMap(({ seen }) => seen) }
}

/** Conversations and tickets as they are now, each read once in a look. */
interface View {
  readonly conversation: (id: string) => Promise<JsonObject | undefined>
  readonly ticket: (id: string) => Promise<JsonObject | undefined>
}

function viewOf(api: Intercom): View {
  const once = (read: (api: Intercom, id: string) => Promise<JsonObject | undefined>) => {
    const known = new Map<string, Promise<JsonObject | undefined>>()
    return (id: string) => {
      const reading = known.get(id) ?? read(api, id)
      known.set(id, reading)
      return reading
    }
  }
  return { conversation: once(readConversation), ticket: once(readTicket) }
}

type IsThere = (api: Intercom, record: PlannedRecord, view: View) => Promise<boolean>

const isParentThere: IsThere = async (_, { parentRef = '' }, view) => (await view.conversation(parentRef)) !== undefined

const isTicketThere: IsThere = async (_, { ref }, view) => (await view.ticket(ref)) !== undefined

const isFileThere: IsThere = async (_, { ref }, view) => {
  const { kind, id } = filePlace(ref)
  return fileIn(await (kind === 'ticket' ? view.ticket(id) : view.conversation(id)), ref) !== undefined
}

const PARTS: Readonly<Record<string, IsThere>> = {
  side_conversations: isParentThere,
  shared_conversation_extras: isParentThere,
  attachments: isFileThere,
  calls: async (api, { ref }) =>
    readOrAbsent(await api.sdk((client) => client.calls.showCall({ call_id: checked(ref) }))) !== undefined,
  call_recordings: async (api, { ref }) =>
    isRecorded(await api.sdk((client) => client.calls.showCallRecording({ call_id: checked(ref) }))),
  tickets: isTicketThere,
  shared_tickets: (api, record, view) => (isFile(record) ? isFileThere : isTicketThere)(api, record, view),
  custom_objects: async (api, { ref }) =>
    readOrAbsent(await api.raw({ method: 'GET', path: instancePath(ref) })) !== undefined,
  visitors: async (api, { content }) => (await readVisitor(api, textAt(content, 'user_id'))) !== undefined,
}

function checked(id: string): string {
  idPath(id)
  return id
}

/** A recording answers with a redirection to a signed address. */
function isRecorded(reply: HttpReply): boolean {
  return reply.status === 302 || readOrAbsent(reply) !== undefined
}

async function lookAtConversations(api: Intercom, subject: VerifySubject, view: View): Promise<Look> {
  const records = recordsIn(subject.records, 'conversations')
  const emails = valuesOf(subject.identifiers, 'email')
  let [remaining, hidden] = [0, 0]
  for (const record of records) {
    const conversation = await view.conversation(record.ref)
    if (conversation === undefined) continue
    if (isTheirs(record, conversation, emails)) remaining += 1
    else if (textAt(record.content, 'parts_not_shown') !== '') hidden += 1
  }
  const known = new Set([...records, ...recordsIn(subject.others ?? [], 'conversations')].map(({ ref }) => ref))
  let byAddress = 0
  for (const { id } of await searchAuthored(api, emails)) {
    const ref = textAt({ id: id ?? null }, 'id')
    const isLeft = !known.has(ref) && (await view.conversation(ref)) !== undefined
    if (isLeft) byAddress += 1
  }
  const left: Left = {
    live: remaining + byAddress,
    nowMs: api.context.clock.nowMs(),
    ...(hidden > 0 ? { unseenBecause: 'Intercom shows no more than the 500 newest parts of a conversation' } : {}),
  }
  return {
    findings: records.length + left.live > 0 ? [findingOf('conversations', records.length, left)] : [],
    seen: [
      ['conversation_by_id', remaining],
      ['conversation_by_address', byAddress],
    ],
  }
}

/** Whether a conversation that is there is still the subject's: one with others is not, once it shows nothing of them. */
function isTheirs({ content }: PlannedRecord, conversation: JsonObject, emails: readonly string[]): boolean {
  if (textsAt(content, 'shared_with').length === 0) return true
  const ownIds = textsAt(content, 'own_ids')
  if (participantsOf(conversation).some((id) => ownIds.includes(id))) return true
  return messagesOf(conversation).some(({ authorId, authorEmail, hasBody, isRedacted, files }) => {
    const email = identifierOf('email', authorEmail)?.value
    const isNamed = email !== undefined && emails.includes(email)
    return isNamed || (ownIds.includes(authorId) && ((hasBody && !isRedacted) || files.length > 0))
  })
}

const NO_EVIDENCE =
  'Intercom does not list the conversation among those it deleted lately, so nobody can tell about ratings'

/** A rating outlives its conversation in reports unless it was deleted with its metrics; Intercom lists which were. */
async function lookAtRatings(api: Intercom, records: readonly PlannedRecord[], view: View): Promise<Look> {
  if (records.length === 0) return { findings: [], seen: [] }
  const gone: string[] = []
  for (const { ref } of records) if ((await view.conversation(ref)) === undefined) gone.push(ref)
  const deleted = await findDeleted(api, gone)
  const retained = gone.filter((id) => isAt(deleted.get(id), 'metrics_retained'))
  const unseen = gone.filter((id) => deleted.get(id)?.metrics_retained === undefined)
  const remaining = records.length - gone.length + retained.length
  return {
    findings: [
      findingOf('ratings', records.length, {
        live: remaining,
        nowMs: api.context.clock.nowMs(),
        ...(unseen.length > 0 ? { unseenBecause: NO_EVIDENCE } : {}),
      }),
    ],
    seen: [['rating_by_conversation', remaining]],
  }
}
