import { DsrError } from '../../domain/errors.ts'

interface Node {
  readonly host: string
  readonly port: number
}

interface Login {
  readonly username?: string
  readonly password?: string
}

/** One server, a cluster, or a master that sentinels name. */
export type RedisAddress = { readonly login: Login; readonly isEncrypted: boolean } & (
  | { readonly kind: 'single'; readonly node: Node; readonly db: number }
  | { readonly kind: 'cluster'; readonly nodes: readonly Node[] }
  | { readonly kind: 'sentinel'; readonly nodes: readonly Node[]; readonly master: string }
)

const KIND = /^(redis|rediss)(?:[+](cluster|sentinel))?:$/

/**
 * Reads `REDIS_URL`: `redis://…/0` or `rediss://…` for one server, several of them with commas between for a cluster
 * (`redis+cluster://…` when one address stands for all nodes), `redis+sentinel://host:26379/master-name` for Sentinel.
 *
 * @throws DsrError `CONFIG_INVALID`; the address, which may hold a password, is not in the text.
 */
export function parseRedisAddress(text: string): RedisAddress {
  const urls = text.split(',').map((one) => parseUrl(one.trim()))
  const [first] = urls
  const scheme = KIND.exec(first?.protocol ?? '')
  if (first === undefined || scheme === null) throw notAnAddress()
  const [, base, kind] = scheme
  const common = { login: loginOf(first), isEncrypted: base === 'rediss' }
  const below = decodeURIComponent(first.pathname.slice(1))
  if (kind === 'sentinel') {
    if (below === '') throw notAnAddress()
    return { ...common, kind, nodes: urls.map((url) => nodeOf(url, 26379)), master: below }
  }
  const nodes = urls.map((url) => nodeOf(url, 6379))
  const [node] = nodes
  if (node === undefined) throw notAnAddress()
  if (kind === 'cluster' || nodes.length > 1) return { ...common, kind: 'cluster', nodes }
  if (!/^\d{0,3}$/.test(below)) throw notAnAddress()
  return { ...common, kind: 'single', node, db: Number(below) }
}

function parseUrl(text: string): URL {
  const url = URL.parse(text)
  if (url === null || url.hostname === '') throw notAnAddress()
  return url
}

function nodeOf(url: URL, defaultPort: number): Node {
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? defaultPort : Number(url.port) }
}

function loginOf(url: URL): Login {
  return {
    ...(url.username !== '' && { username: decodeURIComponent(url.username) }),
    ...(url.password !== '' && { password: decodeURIComponent(url.password) }),
  }
}

function notAnAddress(): DsrError {
  return new DsrError('CONFIG_INVALID', 'REDIS_URL is not an address of Redis', { field: 'REDIS_URL' })
}
