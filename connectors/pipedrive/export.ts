import { DsrError, objectAt, textAt } from '../../src/connector/index.ts'
import type { Context, ExportPiece, HttpCall, HttpStream, PlannedRecord } from '../../src/connector/index.ts'
import { reading } from './answers.ts'
import { addressOf, openClient } from './client.ts'
import type { Pipedrive } from './client.ts'
import { trafficOf } from './costs.ts'
import { numberOf } from './mapping.ts'
import { optionsOf } from './options.ts'
import { credentialOf } from './sdk-transport.ts'

type Bytes = HttpStream['body']

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

/** Every record as it was found, with the bytes of files and pictures behind theirs. */
export async function* exportRecords(
  context: Context,
  records: readonly PlannedRecord[],
): AsyncGenerator<ExportPiece, void, undefined> {
  const api = openClient(context)
  await Promise.resolve()
  for (const record of records) {
    const { part, ref, content, parentRef = '' } = record
    yield { kind: 'record', part, ref, content }
    const attachment = { kind: 'attachment', part, ref } as const
    if (part === 'files') yield { ...attachment, ...nameOf(record), open: () => openFile(api, ref) }
    if (part === 'picture')
      yield { ...attachment, name: 'picture.jpg', mediaType: 'image/jpeg', open: () => openPicture(api, parentRef) }
  }
}

function nameOf({ ref, content }: PlannedRecord): { readonly name: string; readonly mediaType: string } {
  const name = textAt(content, 'file_name') || textAt(content, 'name') || ref
  const extension = name.split('.').at(-1)?.toLowerCase() ?? ''
  return { name, mediaType: MEDIA_TYPES[extension] ?? 'application/octet-stream' }
}

/** Raw: the SDK reads a file whole into memory. Pipedrive gives the bytes or sends on to its store. */
async function openFile({ context }: Pipedrive, id: string): Promise<Bytes> {
  const path = `${addressOf(context, 'v1')}/files/${numberOf(id)}/download`
  const call = { method: 'GET', path, ...trafficOf({ method: 'GET', path }, optionsOf(context).budget) } as const
  const reply = await streamOf(context, { ...call, headers: credentialOf(context) })
  const target = reply.headers.location ?? ''
  if (reply.status < 300 || reply.status >= 400 || !URL.canParse(target)) return bodyOf(reply)
  reply.body.destroy()
  return openElsewhere(context, target)
}

/** Asks for the address when the picture's turn comes, since such addresses expire. */
async function openPicture(api: Pipedrive, personId: string): Promise<Bytes> {
  const answer = await reading(() => api.persons.getPersonPicture({ id: numberOf(personId) }))
  const pictures = objectAt(answer, 'data', 'pictures')
  const address = textAt(pictures, '512') || textAt(pictures, '128')
  if (!URL.canParse(address)) throw new DsrError('VENDOR_ANSWER_UNREADABLE', 'a picture has no address')
  return openElsewhere(api.context, address)
}

/** Opened without our credential. */
async function openElsewhere(context: Context, address: string): Promise<Bytes> {
  const call = { method: 'GET', path: address, allowOrigin: new URL(address).origin } as const
  return bodyOf(await streamOf(context, { ...call, buckets: { burst: 1 }, effect: false }))
}

function streamOf({ transport }: Context, call: HttpCall): Promise<HttpStream> {
  return transport.stream({ ...call, maxBytes: MAX_FILE_BYTES })
}

function bodyOf(reply: HttpStream): Bytes {
  if (reply.status === 200) return reply.body
  reply.body.destroy()
  throw new DsrError('VENDOR_REFUSED', 'the vendor did not give an attached file')
}
