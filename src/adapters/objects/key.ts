import { DsrError } from '../../domain/errors.ts'

const SEGMENT = /^[A-Za-z0-9_=-][A-Za-z0-9._=-]*$/
const MAX_KEY = 512
const MAX_SEGMENT = 200

/**
 * Lets through only keys that mean the same in a directory and in S3: segments of ASCII letters, digits and `._=-`, joined by one
 * slash, none of them starting with a dot. So no key can leave its place, and none carries a name.
 *
 * @throws DsrError `FIELD_INVALID`.
 */
export function checkKey(key: string): void {
  const isFine =
    key.length <= MAX_KEY && key.split('/').every((segment) => segment.length <= MAX_SEGMENT && SEGMENT.test(segment))
  if (!isFine)
    throw new DsrError('FIELD_INVALID', 'an object key has a form that not every store keeps', { field: 'key' })
}
