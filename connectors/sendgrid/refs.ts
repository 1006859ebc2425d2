/**
 * References that say in which subuser a record lives, since nothing cascades from an account to its subusers. A record of
 * the account itself keeps the vendor's own id; one of a subuser is `subuser:id`.
 */
export interface Place {
  /** '' = the account of the key itself. */
  readonly subuser: string
  readonly id: string
}

export function refOf({ subuser, id }: Place): string {
  if (subuser === '') return id.includes(':') ? `:${id}` : id
  return `${encodeURIComponent(subuser)}:${id}`
}

export function placeOf(ref: string): Place {
  const at = ref.indexOf(':')
  return at < 0 ? { subuser: '', id: ref } : { subuser: decodeURIComponent(ref.slice(0, at)), id: ref.slice(at + 1) }
}

/** An id of two halves: `contact/list`, `group/address`. The first half never has a slash. */
export function pairOf(id: string): readonly [string, string] {
  const at = id.indexOf('/')
  return at < 0 ? [id, ''] : [id.slice(0, at), id.slice(at + 1)]
}
