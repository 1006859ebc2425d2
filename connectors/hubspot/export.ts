import { DsrError, textAt } from '../../src/connector/index.ts'
import type { Context, ExportPiece, PlannedRecord } from '../../src/connector/index.ts'
import { present, reading } from './answers.ts'
import { openClient } from './client.ts'
import type { HubSpot } from './client.ts'

const MAX_FILE_BYTES = 512 * 1024 * 1024

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  gif: 'image/gif',
  html: 'text/html',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  pdf: 'application/pdf',
  png: 'image/png',
  txt: 'text/plain',
  wav: 'audio/wav',
  xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  zip: 'application/zip',
}

/** Every record as it was found, and the bytes of every attached file behind its record. */
export async function* exportRecords(
  context: Context,
  records: readonly PlannedRecord[],
): AsyncGenerator<ExportPiece, void, undefined> {
  const api = openClient(context)
  for (const record of records) {
    yield { kind: 'record', part: record.part, ref: record.ref, content: record.content }
    if (record.part === 'attachments') yield attachment(api, record)
  }
  await Promise.resolve()
}

function attachment(api: HubSpot, { part, ref, content }: PlannedRecord): ExportPiece {
  const extension = textAt(content, 'extension').toLowerCase()
  const name = textAt(content, 'name')
  return {
    kind: 'attachment',
    part,
    ref,
    name: extension === '' ? name || ref : `${name || ref}.${extension}`,
    mediaType: MEDIA_TYPES[extension] ?? 'application/octet-stream',
    open: () => openFile(api, ref),
  }
}

/** Asks for a signed address when the file's turn comes, since it soon expires; it is opened without our credential. */
async function openFile(api: HubSpot, id: string) {
  const url = await reading(async () => new URL(present((await api.files.getSignedUrl(id)).url)))
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
