import { expectText, readbackOf } from '../../src/connector/index.ts'
import type { Readback } from '../../src/connector/index.ts'
import { list, present, reading } from './answers.ts'
import type { HubSpot } from './client.ts'

/**
 * The positive control: the account names itself and its contacts can be read, with the same credential.
 *
 * @throws DsrError when either call fails; then nothing that was not found is absent.
 */
export async function askControl(api: HubSpot): Promise<Readback> {
  await reading(async () => expectText((await api.get('/account-info/v3/details')).portalId))
  await reading(async () => list(present(await api.contacts.getPage(1, undefined, ['email'])).results))
  return readback(api, 'control', 1)
}

/** One look, as the record shows it. */
export function readback(api: HubSpot, queryClass: string, result: number): Readback {
  return readbackOf(api.context.clock, queryClass, result)
}
