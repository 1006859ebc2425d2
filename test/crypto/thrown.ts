import { isDsrError } from '../../src/domain/errors.ts'

/** The code and field of the DsrError that the act throws; anything else fails the test. */
export async function thrown(act: () => unknown): Promise<{ code: string; field: string | undefined }> {
  try {
    await act()
  } catch (error) {
    if (isDsrError(error)) return { code: error.code, field: error.field }
    throw error
  }
  throw new Error('nothing was thrown')
}
