import type { z } from 'zod'
import { refusal } from './refusal.ts'

/**
 * Parses by a schema.
 *
 * @throws DsrError `CONFIG_INVALID` that names the first key at fault. Zod's own texts are used only where they hold no value.
 */
export function parse<Output>(shape: z.ZodType<Output>, written: unknown): Output {
  const parsed = shape.safeParse(written, { reportInput: true })
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  if (issue === undefined) throw refusal('', 'the configuration is not valid')
  throw refusal(
    issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path,
    wrongWith(issue),
  )
}

/** What people call the types of values. */
const KIND: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of keys',
  record: 'a group of keys',
}

/** The kind of a value, never the value: it may be a secret. */
function kindOf(value: unknown): string {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'number') return Number.isNaN(value) ? 'a text that is no number' : 'a number'
  return KIND[typeof value] ?? typeof value
}

function wrongWith(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return 'is not a key of the configuration'
    case 'invalid_type':
      return issue.input === undefined
        ? `is missing: it must be ${KIND[issue.expected] ?? issue.expected}`
        : `must be ${KIND[issue.expected] ?? issue.expected}, and is ${kindOf(issue.input)}`
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`
    case 'too_small':
      return issue.origin === 'array'
        ? `must have at least ${String(issue.minimum)}`
        : `must be at least ${String(issue.minimum)}${issue.origin === 'string' ? ' characters long' : ''}`
    case 'too_big':
      return issue.origin === 'array'
        ? `must have at most ${String(issue.maximum)}`
        : `must be at most ${String(issue.maximum)}${issue.origin === 'string' ? ' characters long' : ''}`
    case 'invalid_format':
      return issue.format === 'regex' ? issue.message : `is not a valid ${issue.format}`
    case 'custom':
      return issue.message
    default:
      return 'is not valid'
  }
}
