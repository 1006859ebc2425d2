import type { JsonValue } from '../../domain/json.ts'

/** One HTTP call as a sandbox sees it. Header names are lower-case. */
export interface SandboxRequest {
  readonly method: string
  /** Path without the query, still percent-encoded. */
  readonly path: string
  readonly query: URLSearchParams
  /** Decoded path parameters of the route. */
  readonly params: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** Instant of the call by the sandbox's clock. */
  readonly atMs: number
  /** The body as JSON, or undefined when it is empty or no JSON. */
  json(): JsonValue | undefined
}

/** `json` wins over `body`; without either the answer is empty. */
export interface SandboxReply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: JsonValue
  readonly body?: string | Uint8Array
}

export interface SandboxRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** `/crm/v3/objects/:type/:id`; a last segment `:rest*` takes the rest of the path. */
  readonly path: string
  /** Whether it changes the vendor's state; by default every method but GET. Searches by POST say false. */
  readonly isChange?: boolean
  /** Answered without credentials (signed file addresses). */
  readonly isOpen?: boolean
  /** Synchronous, so that nothing else happens between reading and writing the vendor's state. */
  readonly handle: (request: SandboxRequest) => SandboxReply
  /** What success would look like, for the `lie` fault. Without it the handler runs and its change is taken back. */
  readonly lie?: (request: SandboxRequest) => SandboxReply
}

export interface MatchedRoute {
  readonly route: SandboxRoute
  readonly params: Readonly<Record<string, string>>
}

/** Finds the first route for a call, in the order of the table, or undefined. */
export type RouteFinder = (method: string, path: string) => MatchedRoute | undefined

export function routeFinder(routes: readonly SandboxRoute[]): RouteFinder {
  const compiled = routes.map((route) => ({ route, ...compile(route.path) }))
  return (method, path) => {
    for (const { route, pattern, names } of compiled) {
      if (route.method !== method) continue
      const match = pattern.exec(path)
      if (match !== null) return { route, params: paramsOf(names, match.slice(1)) }
    }
    return undefined
  }
}

export function isChange(route: SandboxRoute): boolean {
  return route.isChange ?? route.method !== 'GET'
}

function compile(path: string): { readonly pattern: RegExp; readonly names: readonly string[] } {
  const names: string[] = []
  const source = path.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll(/:([a-zA-Z_]+)(\*?)/g, (_, name, rest) => {
    names.push(String(name))
    return rest === '*' ? '(.*)' : '([^/]+)'
  })
  return { pattern: new RegExp(`^${source}$`), names }
}

function paramsOf(names: readonly string[], values: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name, at) => [name, decoded(values[at] ?? '')]))
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    // A broken escape is the caller's text as it stands; the route then finds no such record.
    if (error instanceof URIError) return text
    throw error
  }
}
