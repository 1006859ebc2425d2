import ipaddr from 'ipaddr.js'
import { DsrError } from '../domain/errors.ts'

/** Decides where connectors may connect to. `port` is that of the connection. */
export interface AddressGuard {
  /** @throws DsrError `VENDOR_ADDRESS_REFUSED` unless the resolved address is public or allowed by the installation. */
  check(address: string, host: { readonly hostname: string; readonly port: number }): void
}

interface AllowedPlace {
  readonly hostname?: string
  readonly network?: Network
  readonly port?: number
}

type Ip = ipaddr.IPv4 | ipaddr.IPv6
type Network = [Ip, number]

// Azure's wire server answers every Azure machine under this public address with the machine's own secrets.
const NEVER_PUBLIC = new Set(['168.63.129.16'])
// RFC 4291 §2.4 with the IANA registry: only 2000::/3 is handed out as global unicast.
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3')

/**
 * Only public addresses, and what `allow` lists: `10.1.0.0/16`, `127.0.0.1`, `127.0.0.1:8080`, `[::1]:8080`,
 * `gateway.internal`, `gateway.internal:8443`. Addresses that wrap another one (IPv4-mapped, NAT64, 6to4, Teredo) are
 * judged by what they wrap, or refused.
 *
 * @throws DsrError `CONFIG_INVALID` for an entry that is none of these.
 */
export function addressGuard(allow: readonly string[]): AddressGuard {
  const places = allow.map(placeOf)
  return {
    check(address, { hostname, port }) {
      if (!ipaddr.isValid(address)) throw refused()
      const ip = ipaddr.process(address)
      const isAllowed = places.some((place) => covers(place, { ip, hostname, port }))
      if (!isAllowed && !isPublic(ip)) throw refused()
    },
  }
}

/** Whether the text is an address rather than a name; IPv6 may stand in brackets. */
export function isAddress(hostname: string): boolean {
  return ipaddr.isValid(bare(hostname))
}

/** The host without the brackets of an IPv6 address. */
export function bare(hostname: string): string {
  return hostname.startsWith('[') && hostname.endsWith(']') ? hostname.slice(1, -1) : hostname
}

function isPublic(ip: Ip): boolean {
  if (NEVER_PUBLIC.has(ip.toString())) return false
  if (ip instanceof ipaddr.IPv6 && !ip.match(GLOBAL_UNICAST)) return false
  return ip.range() === 'unicast'
}

function covers(
  { hostname, network, port }: AllowedPlace,
  asked: { readonly ip: Ip; readonly hostname: string; readonly port: number },
): boolean {
  if (port !== undefined && port !== asked.port) return false
  if (hostname !== undefined) return hostname === asked.hostname.toLowerCase()
  return network?.[0].kind() === asked.ip.kind() && asked.ip.match(network)
}

function placeOf(entry: string): AllowedPlace {
  const text = entry.trim().toLowerCase()
  if (ipaddr.isValidCIDR(text)) return { network: ipaddr.parseCIDR(text) }
  const network = singleAddress(bare(text))
  if (network !== undefined) return { network }
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(\d{1,5}))?$/.exec(text)
  if (match?.[1] === undefined) throw invalid()
  const port = match[2] === undefined ? {} : { port: Number(match[2]) }
  const address = singleAddress(bare(match[1]))
  return address === undefined ? { hostname: match[1], ...port } : { network: address, ...port }
}

function singleAddress(text: string): Network | undefined {
  if (!ipaddr.isValid(text)) return undefined
  const ip = ipaddr.process(text)
  return [ip, ip.kind() === 'ipv4' ? 32 : 128]
}

function refused(): DsrError {
  return new DsrError('VENDOR_ADDRESS_REFUSED', 'the vendor address is not public and network.allow does not list it')
}

function invalid(): DsrError {
  return new DsrError('CONFIG_INVALID', 'an entry of network.allow is no address, network or host', {
    field: 'network.allow',
  })
}
