import { expectObject, textAt } from '../../src/connector/index.ts'
import type { JsonObject } from '../../src/connector/index.ts'
import { readingOrAbsent } from './answers.ts'
import { commentAt } from './refs.ts'
import type { Pipedrive } from './client.ts'
import { isAt, numberOf } from './mapping.ts'

/** What a look by id shows of a record: there, marked as deleted, or nothing. */
export type State = 'live' | 'marked' | 'absent'

/** What stands in the place of a text that is gone. */
export const BLANK = '[erased]'

/** The note as it is; undefined when it is gone or marked as deleted. */
export async function noteNow(api: Pipedrive, ref: string): Promise<JsonObject | undefined> {
  return activeOne(await readNote(api, ref))
}

export async function commentNow(api: Pipedrive, ref: string): Promise<JsonObject | undefined> {
  return activeOne(await readComment(api, ref))
}

function activeOne(record: JsonObject | undefined): JsonObject | undefined {
  return record?.active_flag === false ? undefined : record
}

export async function noteState(api: Pipedrive, ref: string): Promise<State> {
  return textState(await readNote(api, ref))
}

export async function commentState(api: Pipedrive, ref: string): Promise<State> {
  return textState(await readComment(api, ref))
}

/** Marked as deleted and blank is as good as gone; marked with its text still there is there, since no purge is promised. */
function textState(record: JsonObject | undefined): State {
  if (record === undefined) return 'absent'
  const isBlank = ['', BLANK].includes(textAt(record, 'content'))
  return record.active_flag === false && isBlank ? 'absent' : 'live'
}

export async function fileState(api: Pipedrive, ref: string): Promise<State> {
  const file = await dataOf(() => api.files.getFile({ id: numberOf(ref) }))
  if (file === undefined) return 'absent'
  return file.active_flag === false ? 'marked' : 'live'
}

export async function leadState(api: Pipedrive, ref: string): Promise<State> {
  return (await dataOf(() => api.leads.getLead({ id: ref }))) === undefined ? 'absent' : 'live'
}

export async function callState(api: Pipedrive, ref: string): Promise<State> {
  return (await dataOf(() => api.callLogs.getCallLog({ id: ref }))) === undefined ? 'absent' : 'live'
}

export async function mailState(api: Pipedrive, ref: string): Promise<State> {
  const thread = await dataOf(() => api.mailbox.getMailThread({ id: numberOf(ref) }))
  if (thread === undefined) return 'absent'
  return isAt(thread, 'deleted_flag') ? 'marked' : 'live'
}

function readNote(api: Pipedrive, ref: string): Promise<JsonObject | undefined> {
  return dataOf(() => api.notes.getNote({ id: numberOf(ref) }))
}

function readComment(api: Pipedrive, ref: string): Promise<JsonObject | undefined> {
  return dataOf(() => api.notes.getComment(commentAt(ref)))
}

async function dataOf(work: () => Promise<unknown>): Promise<JsonObject | undefined> {
  const answer = await readingOrAbsent(work)
  return answer === undefined ? undefined : expectObject(answer.data)
}
