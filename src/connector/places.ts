import { addressGuard, bare, isAddress } from './address.ts'

export type PlaceVerdict = 'allowed' | 'not_https' | 'not_allowed'

/**
 * Whether the installation may talk to an address that the configuration names. Public hosts need https; private ones,
 * and any without https, must stand in `network.allow`. Names are resolved and checked again when connecting.
 *
 * @throws DsrError `CONFIG_INVALID` for an unreadable entry of `network.allow`.
 */
export function judgePlace(address: string, allow: readonly string[]): PlaceVerdict {
  const url = new URL(address)
  const isListed = allows(allow, url)
  if (url.protocol !== 'https:') return isListed && !allows([], url) ? 'allowed' : 'not_https'
  return isListed || isPublicName(url) ? 'allowed' : 'not_allowed'
}

/** Whether the address is on this machine, as the sandboxes are. */
export function isLoopback(address: string): boolean {
  const host = bare(new URL(address).hostname)
  return host === 'localhost' || host === '::1' || /^127(?:[.]\d{1,3}){3}$/.test(host)
}

function allows(allow: readonly string[], url: URL): boolean {
  const hostname = bare(url.hostname)
  const port = Number(url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port)
  const guard = addressGuard(allow)
  try {
    guard.check(addressOf(hostname), { hostname, port })
    return true
  } catch {
    // A refusal is the answer here: the guard has no other way to say no.
    return false
  }
}

/** An address to ask the guard about. A name that is not resolved yet stands for none, so that only its entry can allow it. */
function addressOf(hostname: string): string {
  if (isAddress(hostname)) return hostname
  return hostname === 'localhost' ? '127.0.0.1' : '0.0.0.0'
}

function isPublicName(url: URL): boolean {
  const hostname = bare(url.hostname)
  return !isAddress(hostname) && hostname !== 'localhost' && hostname.includes('.')
}
