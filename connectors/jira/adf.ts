import { ERASED_TEXT, isJsonList, isJsonObject, listAt, textAt } from '../../src/connector/index.ts'
import type { JsonObject, JsonValue } from '../../src/connector/index.ts'

/** A document in Atlassian's format that says nothing. */
export function blankDoc() {
  const content: JsonObject[] = [{ type: 'paragraph', content: [{ type: 'text', text: ERASED_TEXT }] }]
  return { type: 'doc', version: 1, content }
}

/** The words of a document, or of a plain text. */
export function wordsOf(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value
  if (!isJsonObject(value)) return ''
  const own = textAt(value, 'text') || textAt(value, 'attrs', 'text')
  return [own, ...listAt(value, 'content').map(wordsOf)].filter((text) => text !== '').join(' ')
}

/** Account ids that a document mentions. */
export function mentionedIn(value: JsonValue | undefined): readonly string[] {
  if (!isJsonObject(value)) return []
  const own = value.type === 'mention' ? [textAt(value, 'attrs', 'id')] : []
  return [...own, ...listAt(value, 'content').flatMap(mentionedIn)]
}

/** Whether a text has been blanked, or was empty from the start. */
export function isBlank(value: JsonValue | undefined): boolean {
  const words = wordsOf(value).trim()
  return words === '' || words === ERASED_TEXT
}

/** Every text in a value, however deep. */
export function textsWithin(value: JsonValue | undefined): readonly string[] {
  if (typeof value === 'string') return [value]
  if (isJsonList(value)) return value.flatMap(textsWithin)
  return isJsonObject(value) ? Object.values(value).flatMap(textsWithin) : []
}
