import { inspect } from 'node:util'
import type { Secret } from './contract.ts'

/** Wraps a credential so that no log line, inspection or JSON document shows it; only `reveal` gives the text. */
export function secretOf(text: string): Secret {
  const hidden = () => '[secret]'
  const secret = { reveal: () => text }
  // Not enumerable, so that a copy or a comparison sees one function and no text.
  for (const name of ['toString', 'toJSON', inspect.custom]) Object.defineProperty(secret, name, { value: hidden })
  return Object.freeze(secret)
}
