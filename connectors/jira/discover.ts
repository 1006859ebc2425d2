import type { Context, FoundRecord, Search } from '../../src/connector/index.ts'
import { openJira } from './client.ts'
import { openSurvey } from './survey.ts'

/** Streams everything that the site shows of the subject, between two controls. */
export async function* discover(context: Context, search: Search): AsyncGenerator<FoundRecord, void, undefined> {
  const { records } = await openSurvey(openJira(context), search)
  yield* records
}
