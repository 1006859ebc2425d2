import { DsrError, expectText, textAt } from '../../src/connector/index.ts'
import type { Context, ExportPiece, HttpStream, JsonObject, PlannedRecord } from '../../src/connector/index.ts'
import { openIntercom } from './client.ts'
import type { Intercom } from './client.ts'
import { readConversation } from './conversations.ts'
import { fileIn, filePlace, isFile } from './messages.ts'
import { readTicket } from './tickets.ts'

const MAX_FILE_BYTES = 512 * 1024 * 1024

/** Every record as it was found, and the bytes of every file and recording behind its record. */
export async function* exportRecords(
  context: Context,
  records: readonly PlannedRecord[],
): AsyncGenerator<ExportPiece, void, undefined> {
  const api = openIntercom(context)
  for (const record of records) {
    const { part, ref, content } = record
    yield { kind: 'record', part, ref, content }
    if (isFile(record)) yield attachment(api, record)
    const callId = callOf(record)
    if (callId !== undefined) yield recording(api, record, callId)
  }
  await Promise.resolve()
}

function attachment(api: Intercom, { part, ref, content }: PlannedRecord): ExportPiece {
  return {
    kind: 'attachment',
    part,
    ref,
    name: textAt(content, 'name') || ref,
    mediaType: textAt(content, 'content_type') || 'application/octet-stream',
    open: async () => openUrl(api, textAt(await currentFile(api, ref), 'url')),
  }
}

/** The addresses of files expire, so the message is read again when the file's turn comes. */
export async function currentFile(api: Intercom, ref: string): Promise<JsonObject | undefined> {
  const { kind, id } = filePlace(ref)
  return fileIn(kind === 'ticket' ? await readTicket(api, id) : await readConversation(api, id), ref)
}

/** The call whose recording a record stands for, also in a conversation with others. */
function callOf({ part, content }: PlannedRecord): string | undefined {
  const isRecording = part === 'call_recordings' || part === 'shared_conversation_extras'
  const id = isRecording ? textAt(content, 'recording_of_call') : ''
  return id === '' ? undefined : id
}

function recording(api: Intercom, { part, ref }: PlannedRecord, callId: string): ExportPiece {
  return {
    kind: 'attachment',
    part,
    ref,
    name: `call-${callId}.mp3`,
    mediaType: 'audio/mpeg',
    open: async () => {
      const reply = await api.sdk((client) => client.calls.showCallRecording({ call_id: callId }))
      return openUrl(api, reply.status === 302 ? expectText(reply.headers.location) : '')
    },
  }
}

/** Opened without our credential: the address carries its own. */
async function openUrl(api: Intercom, address: string): Promise<HttpStream['body']> {
  if (!URL.canParse(address)) throw new DsrError('VENDOR_REFUSED', 'the vendor no longer shows an attached file')
  const url = new URL(address)
  const reply = await api.context.transport.stream({
    method: 'GET',
    path: url.href,
    allowOrigin: url.origin,
    buckets: { ten_seconds: 1 },
    effect: false,
    maxBytes: MAX_FILE_BYTES,
  })
  if (reply.status === 200) return reply.body
  reply.body.destroy()
  throw new DsrError('VENDOR_REFUSED', 'the vendor did not give an attached file')
}
