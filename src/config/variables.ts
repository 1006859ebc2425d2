import { readFileSync } from 'node:fs'
import { refusal } from './refusal.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * A variable of the environment, or the content of the file that `NAME_FILE` points to, without the line end that editors
 * leave. An empty one counts as absent.
 *
 * @throws DsrError `CONFIG_INVALID` when the file cannot be read, or when both are given.
 */
export function variable(env: Environment, name: string): string | undefined {
  const value = env[name]
  const file = env[`${name}_FILE`]
  if (file === undefined || file === '') return value === '' ? undefined : value
  if (value !== undefined && value !== '') throw refusal(name, `set either ${name} or ${name}_FILE`)
  const content = readSecret(file, `${name}_FILE`).replace(/\r?\n$/, '')
  return content === '' ? undefined : content
}

function readSecret(file: string, name: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // Path and reason are the operator's business, but a path can hold what a log should not.
    throw refusal(name, 'the file cannot be read')
  }
}
