import type { z } from 'zod'
import { refusal } from './refusal.ts'

/**
 * Parses by a schema.
 *
 * @throws DsrError `CONFIG_INVALID` that names the first key at fault. Zod's own texts are used only where they hold no value.
 */
export function parse<Output>(shape: z.ZodType<Output>, written: unknown): Output {
  const parsed = shape.safeParse(written)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  if (issue === undefined) throw refusal('', 'the configuration is not valid')
  throw refusal(
    issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path,
    wrongWith(issue),
  )
}

function wrongWith(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return 'is not a key of the configuration'
    case 'invalid_type':
      return `must be there and be of type ${issue.expected}`
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`
    case 'too_small':
      return `is below the minimum of ${String(issue.minimum)}`
    case 'too_big':
      return `is above the maximum of ${String(issue.maximum)}`
    case 'invalid_format':
      return issue.format === 'regex' ? issue.message : `is not a valid ${issue.format}`
    case 'custom':
      return issue.message
    default:
      return 'is not valid'
  }
}
