import { parseDocument } from 'yaml'
import { refusal, type KeyPath } from './refusal.ts'
import { variable, type Environment } from './variables.ts'

// `${NAME}` cannot stand in YAML's flow style, where braces are structure; these two characters of the private use area can.
const OPEN = '\uE000'
const CLOSE = '\uE001'

/**
 * Reads YAML whose texts may name variables as `${NAME}`. Variables are put in after parsing: whatever is in a secret, it
 * stays one text.
 *
 * @throws DsrError `CONFIG_INVALID` for text that is not YAML, and for a variable that is not set.
 */
export function readDocument(text: string, env: Environment): unknown {
  if (text.includes(OPEN) || text.includes(CLOSE))
    throw refusal('', 'the configuration has characters of the private use area')
  const marked = text.replaceAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, `${OPEN}$1${CLOSE}`)
  const document = parseDocument(marked, { schema: 'core', uniqueKeys: true })
  const [error] = document.errors
  // The parser's own text quotes the line, which may hold a secret.
  if (error !== undefined)
    throw refusal('', `line ${error.linePos?.[0].line ?? 0} of the configuration is not valid YAML`)
  const parsed: unknown = document.toJS({ maxAliasCount: 100 })
  return filled(parsed, [], env)
}

function filled(value: unknown, path: KeyPath, env: Environment): unknown {
  if (typeof value === 'string') return filledText(value, path, env)
  if (Array.isArray(value)) return value.map((one, at) => filled(one, [...path, at], env))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filled(one, [...path, key], env)]))
}

function filledText(text: string, path: KeyPath, env: Environment): string {
  return text.replaceAll(/\uE000(.*?)\uE001/g, (_, name: string) => {
    const value = variable(env, name)
    if (value === undefined) throw refusal(path, `\${${name}} is not set`)
    return value
  })
}
