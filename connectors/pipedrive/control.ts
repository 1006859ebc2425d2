import { expectObject, expectText, readbackOf, textAt } from '../../src/connector/index.ts'
import type { JsonObject, Readback } from '../../src/connector/index.ts'
import { entriesOf, reading } from './answers.ts'
import type { Pipedrive } from './client.ts'

/**
 * The positive control: who the credential is, and that it sees people.
 *
 * @returns the user and company behind the credential.
 * @throws DsrError when either call fails; then nothing that was not found is absent.
 */
export async function askControl(api: Pipedrive): Promise<JsonObject> {
  const me = await whoAmI(api)
  entriesOf((await reading(() => api.persons.getPersons({ limit: 1 }))).data)
  return me
}

export async function whoAmI(api: Pipedrive): Promise<JsonObject> {
  const me = expectObject((await reading(() => api.users.getCurrentUser())).data)
  expectText(me.id)
  return me
}

/** Addresses of the account's own users, lower-case; read once in a run. */
export async function staffOf(api: Pipedrive): Promise<ReadonlySet<string>> {
  api.known.staff ??= new Set(
    entriesOf((await reading(() => api.users.getUsers())).data).map((user) => textAt(user, 'email').toLowerCase()),
  )
  return api.known.staff
}

/** One look, as the record shows it. */
export function readback(api: Pipedrive, queryClass: string, result: number): Readback {
  return readbackOf(api.context.clock, queryClass, result)
}
