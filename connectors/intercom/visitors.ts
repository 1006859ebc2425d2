import { createdAt } from './instants.ts'
import { CERTAIN, textAt } from '../../src/connector/index.ts'
import type { FoundRecord, JsonObject, Search } from '../../src/connector/index.ts'
import { readOrAbsent } from './answers.ts'
import { idPath } from './client.ts'
import type { Intercom } from './client.ts'
import type { Judge } from './mapping.ts'
import { candidate, exportedObject, valuesOf } from './mapping.ts'

/** Visitors under the controller's own id: Intercom lets them be looked up in no other way. */
export async function* findVisitors(
  api: Intercom,
  judge: Judge,
  search: Search,
): AsyncGenerator<FoundRecord, void, undefined> {
  if (api.options.notInUse.has('visitors')) return
  for (const userId of valuesOf(search.identifiers, 'external_id')) {
    const visitor = await readVisitor(api, userId)
    if (visitor === undefined || textAt(visitor, 'user_id') !== userId) continue
    yield {
      part: 'visitors',
      ref: textAt(visitor, 'id'),
      attribution: judge.isOtherName(textAt(visitor, 'name')) ? candidate('differing_names') : CERTAIN,
      content: exportedObject(visitor),
      ...createdAt(visitor),
      learned: [],
    }
  }
}

export async function readVisitor(api: Intercom, userId: string): Promise<JsonObject | undefined> {
  idPath(userId)
  const reply = await api.sdk((client) => client.visitors.find({ user_id: userId }))
  return readOrAbsent(reply)
}
