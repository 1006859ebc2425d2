import { holdsTrace, objectsAt, textAt } from '../../src/connector/index.ts'
import type { JsonObject, Traces } from '../../src/connector/index.ts'
import type { IssueLook } from './issue-places.ts'

/**
 * Entries of an issue's history that tell about the subject: what the subject changed, whatever names the subject's accounts
 * or addresses, and every earlier text of the subject's own requests.
 */
export function historyOf(
  { history, isOwn }: Pick<IssueLook, 'history' | 'isOwn'>,
  own: ReadonlySet<string>,
  traces: Traces,
): readonly JsonObject[] {
  return history.filter((change) => {
    if (own.has(textAt(change, 'author', 'accountId'))) return true
    return objectsAt(change, 'items').some((item) => {
      const texts = ['from', 'fromString', 'to', 'toString'].map((name) => textAt(item, name))
      // Lists of people are written as one text: `[id, id]`.
      const ids = texts.flatMap((text) => text.split(/[\s,[\]]+/))
      return isOwn || ids.some((id) => own.has(id)) || texts.some((text) => holdsTrace(text, traces))
    })
  })
}
