import { DsrError, isDsrError } from '../../../domain/errors.ts'
import type { ObjectBody } from '../../../ports/objects.ts'

/** The system's name of what failed (`ENOENT`), or undefined when the cause carries none. */
export function errnoOf(cause: unknown): string | undefined {
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return undefined
  return typeof cause.code === 'string' ? cause.code : undefined
}

/** Turns what the file system says into the store's own codes. */
export const inStore = {
  async doing<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step()
    } catch (cause) {
      throw storeFailure(cause)
    }
  },

  async *reading(source: ObjectBody): AsyncGenerator<Uint8Array> {
    try {
      yield* source
    } catch (cause) {
      throw storeFailure(cause)
    }
  },
}

export function storeFailure(cause: unknown): unknown {
  const errno = errnoOf(cause)
  if (isDsrError(cause) || errno === undefined) return cause
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR'].includes(errno)) {
    return new DsrError('OBJECT_STORE_UNFIT', 'the directory of the object store cannot be written or read', { cause })
  }
  return new DsrError('OBJECT_STORE_UNREACHABLE', 'the disk of the object store failed or is full', { cause })
}
