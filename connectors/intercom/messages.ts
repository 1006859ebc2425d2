import { createdAt } from './instants.ts'
import { isAt, isJsonList, isJsonObject, objectAt, objectsAt, textAt } from '../../src/connector/index.ts'
import type { Attribution, FoundRecord, JsonObject, PlannedRecord } from '../../src/connector/index.ts'
import { exportedObject } from './mapping.ts'

/** One message of a conversation or ticket: its beginning (`source`) or a part. */
export interface Message {
  readonly id: string
  readonly isSource: boolean
  readonly authorId: string
  readonly authorEmail: string
  readonly hasBody: boolean
  readonly isRedacted: boolean
  readonly files: readonly JsonObject[]
}

/** All messages that Intercom shows of a conversation or ticket, oldest first. */
export function messagesOf(record: JsonObject): readonly Message[] {
  const source = objectAt(record, 'source')
  return [
    ...(Object.keys(source).length === 0 ? [] : [messageOf(source, true)]),
    ...objectsAt(record, 'conversation_parts', 'conversation_parts').map((part) => messageOf(part, false)),
    ...objectsAt(record, 'ticket_parts', 'ticket_parts').map((part) => messageOf(part, false)),
  ]
}

function messageOf(message: JsonObject, isSource: boolean): Message {
  return {
    id: textAt(message, 'id'),
    isSource,
    authorId: textAt(message, 'author', 'id'),
    authorEmail: textAt(message, 'author', 'email'),
    hasBody: textAt(message, 'body') !== '',
    isRedacted: isAt(message, 'redacted'),
    files: objectsAt(message, 'attachments'),
  }
}

interface Belonging {
  readonly part: 'attachments' | 'shared_tickets'
  /** `conversation/512` or `ticket/77`: where the file is found again. */
  readonly place: string
  readonly parentRef: string
  readonly attribution: Attribution
}

/** The files of some messages. Their addresses expire, so a file is named by where it hangs. */
export function* fileRecords(
  messages: readonly Message[],
  { part, place, parentRef, attribution }: Belonging,
): Generator<FoundRecord, void, undefined> {
  for (const { id, files } of messages)
    for (const [at, file] of files.entries())
      yield {
        part,
        ref: `${place}/${id}/${at}`,
        parentRef,
        attribution,
        content: exportedObject(file),
        ...createdAt(file),
        learned: [],
        label: textAt(file, 'name'),
      }
}

/** A ticket with others keeps its files in its own part. */
export function isFile({ part, ref }: Pick<PlannedRecord, 'part' | 'ref'>): boolean {
  return part === 'attachments' || (part === 'shared_tickets' && ref.startsWith('ticket/'))
}

/** Where a file hangs, from its reference. */
export function filePlace(ref: string): {
  readonly kind: string
  readonly id: string
  readonly messageId: string
  readonly at: number
} {
  const [kind = '', id = '', messageId = '', at = ''] = ref.split('/')
  return { kind, id, messageId, at: Number(at) }
}

/** A file as the vendor shows it now, with a fresh address; undefined when it is gone. */
export function fileIn(record: JsonObject | undefined, ref: string): JsonObject | undefined {
  if (record === undefined) return undefined
  const { messageId, at } = filePlace(ref)
  const message = [...messagesOf(record), ...attributeFiles(record)].find(({ id }) => id === messageId)
  return message?.files[at]
}

/** Files in a ticket's own attributes, each attribute as a message of its own. */
export function attributeFiles(ticket: JsonObject): readonly Message[] {
  return Object.entries(objectAt(ticket, 'ticket_attributes')).flatMap(([name, value]) => {
    const files = isJsonList(value) ? value.filter(isJsonObject) : isJsonObject(value) ? [value] : []
    const uploads = files.filter((file) => textAt(file, 'url') !== '' && textAt(file, 'content_type') !== '')
    const none = { isSource: false, authorId: '', authorEmail: '', hasBody: false, isRedacted: false }
    return uploads.length === 0 ? [] : [{ ...none, id: `attribute:${encodeURIComponent(name)}`, files: uploads }]
  })
}
