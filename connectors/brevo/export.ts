import { DsrError, objectAt, textAt } from '../../src/connector/index.ts'
import type {
  Context,
  ExportPiece,
  HttpStream,
  JsonObject,
  JsonValue,
  PlannedRecord,
} from '../../src/connector/index.ts'
import { readObject, readOrAbsent } from './answers.ts'
import { openBrevo } from './client.ts'
import type { Brevo } from './client.ts'

const MAX_FILE_BYTES = 512 * 1024 * 1024

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  gif: 'image/gif',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  pdf: 'application/pdf',
  png: 'image/png',
  txt: 'text/plain',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  zip: 'application/zip',
}

/** Every record as it was found; mails with their text, received mails with their details, files with their bytes. */
export async function* exportRecords(
  context: Context,
  records: readonly PlannedRecord[],
): AsyncGenerator<ExportPiece, void, undefined> {
  const api = openBrevo(context)
  for (const record of records) {
    const { part, ref } = record
    yield { kind: 'record', part, ref, content: await wholeContent(api, record) }
    if (part === 'files' && textAt(record.content, 'id') !== '') yield attachment(api, record)
  }
}

async function wholeContent(api: Brevo, { part, ref, content }: PlannedRecord): Promise<JsonValue> {
  switch (part) {
    case 'transactional_emails': {
      const mail = readOrAbsent(
        await api.send((client) => client.transactionalEmails.getTransacEmailContent({ uuid: ref })),
      )
      return merged(content, mail)
    }
    case 'inbound_emails':
      return merged(
        content,
        readOrAbsent(await api.send((client) => client.inboundParsing.getInboundEmailEventsByUuid({ uuid: ref }))),
      )
    default:
      return content
  }
}

/** A mail whose text is gone since is still exported as it was listed. */
function merged(content: JsonValue, more: JsonObject | undefined): JsonValue {
  return { ...objectAt({ content }, 'content'), ...more }
}

function attachment(api: Brevo, { part, ref, content }: PlannedRecord): ExportPiece {
  const name = textAt(content, 'name') || ref
  const extension = name.split('.').at(-1)?.toLowerCase() ?? ''
  return {
    kind: 'attachment',
    part,
    ref,
    name,
    mediaType: MEDIA_TYPES[extension] ?? 'application/octet-stream',
    open: () => openFile(api, ref),
  }
}

/** The address is good for five minutes, so it is asked for when the file's turn comes; opened without our key. */
async function openFile(api: Brevo, id: string): Promise<HttpStream['body']> {
  const address = textAt(readObject(await api.send((client) => client.files.downloadAFile({ id }))), 'fileUrl')
  if (!URL.canParse(address)) throw new DsrError('VENDOR_ANSWER_UNREADABLE', 'a file has no address')
  const url = new URL(address)
  const reply = await api.context.transport.stream({
    method: 'GET',
    path: url.href,
    allowOrigin: url.origin,
    // The store is not counted; the fastest group bounds it.
    buckets: { blocked_contacts: 1 },
    effect: false,
    maxBytes: MAX_FILE_BYTES,
  })
  if (reply.status === 200) return reply.body
  reply.body.destroy()
  throw new DsrError('VENDOR_REFUSED', 'the vendor did not give an attached file')
}
