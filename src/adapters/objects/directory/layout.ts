import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { checkKey } from '../key.ts'

export interface Layout {
  /** Objects by key: `objects/a/b~` is the directory of the object `a/b`; keys have no tilde, so it cannot be a prefix too. */
  readonly objects: string
  /** What is being written or deleted; nothing in it counts as stored. */
  readonly passing: string
  /** @throws DsrError `FIELD_INVALID`. */
  placeOf(key: string): string
  freshName(): string
}

export const OBJECT_MARK = '~'

export function makeLayout(directory: string): Layout {
  const root = path.resolve(directory)
  const objects = path.join(root, 'objects')
  return {
    objects,
    passing: path.join(root, 'passing'),
    placeOf: (key) => {
      checkKey(key)
      return path.join(objects, `${key}${OBJECT_MARK}`)
    },
    freshName: () => randomUUID(),
  }
}
