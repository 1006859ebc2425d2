import { DsrError } from '../domain/errors.ts'

/** Where in the configuration something is: `controllers[0].accounts[1].token`, or the name of a variable. */
export type KeyPath = readonly PropertyKey[]

/** One line that names the key and says what is wrong with it. `wrong` is fixed text: a value may be a secret. */
export function refusal(path: KeyPath | string, wrong: string): DsrError {
  const field = typeof path === 'string' ? path : written(path)
  return new DsrError('CONFIG_INVALID', field === '' ? wrong : `${field}: ${wrong}`, { field })
}

function written(path: KeyPath): string {
  return path.map((key, at) => (typeof key === 'number' ? `[${key}]` : `${at === 0 ? '' : '.'}${String(key)}`)).join('')
}
