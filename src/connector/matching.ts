import { isDsrError } from '../domain/errors.ts'
import { normaliseIdentifier } from '../domain/identifier.ts'
import type { Attribution, Identifier, IdentifierKind } from '../domain/identifier.ts'

export const CERTAIN: Attribution = { kind: 'certain' }

/** The identifier in its one form, or undefined when the vendor's text is none (an empty phone, "n/a"). */
export function identifierOf(kind: IdentifierKind, text: string | null | undefined): Identifier | undefined {
  if (text === undefined || text === null || text.trim() === '') return undefined
  try {
    return normaliseIdentifier(kind, text)
  } catch (error) {
    if (isDsrError(error, 'IDENTIFIER_INVALID')) return undefined
    throw error
  }
}

/** Whether two names are the same words, in any order, whatever the case and accents. */
export function isSameName(one: string, other: string): boolean {
  return words(one) === words(other)
}

function words(name: string): string {
  const plain = name.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
  return (plain.match(/[\p{L}\p{N}]+/gu) ?? []).sort().join(' ')
}
