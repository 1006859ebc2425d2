/**
 * Whether a record's name contradicts every name that the requester is known under. Accents, case and order do not
 * matter; a record or request without a name contradicts nothing.
 */
export function isOtherName(recordName: string, known: readonly string[]): boolean {
  const words = wordsOf(recordName)
  const candidates = known.map(wordsOf).filter((one) => one.size > 0)
  if (words.size === 0 || candidates.length === 0) return false
  return candidates.every((name) => !isWithin(words, name) && !isWithin(name, words))
}

function isWithin(small: ReadonlySet<string>, large: ReadonlySet<string>): boolean {
  return [...small].every((word) => large.has(word))
}

function wordsOf(name: string): ReadonlySet<string> {
  const plain = name.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
  return new Set(plain.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== ''))
}
