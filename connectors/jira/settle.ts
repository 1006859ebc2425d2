import type { EffectAnswer } from '../../src/connector/index.ts'
import { writing } from './answers.ts'
import type { Jira } from './client.ts'
import { askSelf } from './control.ts'

/** A deletion, or an overwriting of what is there. 404 means that it is gone only when the credential still works. */
export async function settled(api: Jira, work: () => Promise<unknown>): Promise<EffectAnswer> {
  const written = await writing(work)
  if (written.kind === 'answered') return { kind: 'done' }
  return refusalOf(api, written.status)
}

export async function refusalOf(api: Jira, status: number): Promise<EffectAnswer> {
  await askSelf(api)
  if (status === 404) return { kind: 'already' }
  return { kind: 'rejected', code: status === 403 ? 'VENDOR_SCOPE_MISSING' : 'VENDOR_REFUSED' }
}
