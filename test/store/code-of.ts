import { isDsrError } from '../../src/domain/errors.ts'

/** What `await promise` was refused with; `undefined` when it was not. */
export async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  const error = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  )
  return isDsrError(error) ? error.code : error === undefined ? undefined : 'not a DsrError'
}
