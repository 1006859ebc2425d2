import type { JsonValue } from './json.ts'
import { REDACTION_MARKERS } from './redaction.ts'

/**
 * Finds credentials in what vendors hold: they belong to a system, not to the person, and never leave in a copy. Patterns are the
 * published prefixes of the issuers; names of fields tell the rest.
 */
const TOKENS: readonly RegExp[] = [
  // Amazon, access key and its secret beside a name.
  /\b(?:AKIA|ASIA|AGPA|AROA|AIDA)[A-Z0-9]{16}\b/g,
  /\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{36,255}\b/g,
  /\bgithub_pat_\w{22,255}\b/g,
  /\bglpat-[\w-]{20,}/g,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/g,
  /\bhttps:\/\/hooks\.slack\.com\/services\/[A-Za-z0-9/]+/g,
  /\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,}/g,
  /\bwhsec_[A-Za-z0-9+/=]{24,}/g,
  /\bSG\.[\w-]{16,}\.[\w-]{16,}/g,
  /\bpat-(?:na|eu|ap)\d-[0-9a-f]{8}-[0-9a-f-]{27}\b/g,
  /\bxkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}\b/g,
  /\bATATT3[\w=-]{40,}/g,
  /\bAIza[\w-]{35}\b/g,
  /\bya29\.[\w-]{20,}/g,
  /\bnpm_[A-Za-z0-9]{36}\b/g,
  /\bdG9rOi?[A-Za-z0-9+/]{20,}={0,2}/g,
  /\bsk-(?:[a-z]+-)*[A-Za-z0-9_-]{32,}/g,
  /\bhbs_[a-z0-9][a-z0-9.-]*_[\w-]{43}/g,
  /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/g,
  /\bAccountKey=[A-Za-z0-9+/]{40,}={0,2}/g,
  /\bSharedAccessSignature\s+sr=\S+/g,
  /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----[^]*?(?:-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|$)/g,
]

/** What follows is a secret whatever it looks like; the words before it stay. */
const AFTER_WORDS: readonly RegExp[] = [
  /(?<=\b(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/-]{16,}=*/gi,
  // user:password@host in an address.
  /(?<=\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/]{1,100}:)[^\s@/]{1,200}(?=@)/gi,
  // An assignment needs its sign: a sentence about passwords is none.
  /(?<=\b(?:password|passwd|passphrase|pwd|wachtwoord|mot de passe|kennwort|passwort|api[ _-]?key|secret[ _-]?key|client[ _-]?secret|access[ _-]?token|refresh[ _-]?token|auth[ _-]?token|pin[ _-]?code|pincode)["']?\s{0,3}[:=]\s{0,3}["']?)[^\s"',;<>]{4,200}/gi,
]

const SECRET_NAME =
  /^(?:.*[_-])?(?:password|passwd|passphrase|pwd|wachtwoord|secret|clientsecret|privatekey|private_key|apikey|api_key|accesstoken|access_token|refreshtoken|refresh_token|authtoken|auth_token|bearertoken|authorization|credential|credentials|webhooksecret|signingsecret|otpsecret|totpsecret)$/

export interface Scanned<Kind> {
  readonly clean: Kind
  /** How many secrets were taken out. */
  readonly count: number
}

/** A text without the secrets in it. What was cleaned once is clean: scanning again finds nothing. */
export function scanText(text: string): Scanned<string> {
  let count = 0
  const hide = () => {
    count += 1
    return REDACTION_MARKERS.secret
  }
  let clean = text
  for (const pattern of TOKENS) clean = clean.replace(pattern, hide)
  for (const pattern of AFTER_WORDS)
    clean = clean.replace(pattern, (found) => (found.startsWith('[redacted') ? found : hide()))
  return { clean, count }
}

/** A record without secrets: in its texts, and in fields that are called so. */
export function scanRecord(content: JsonValue): Scanned<JsonValue> {
  if (typeof content === 'string') return scanText(content)
  if (typeof content !== 'object' || content === null) return { clean: content, count: 0 }
  if (isList(content)) {
    const some = content.map(scanRecord)
    return { clean: some.map(({ clean }) => clean), count: sumOf(some) }
  }
  const some = Object.entries(content).map(([key, value]) => [key, scanField(key, value)] as const)
  return {
    clean: Object.fromEntries(some.map(([key, { clean }]) => [key, clean])),
    count: sumOf(some.map(([, one]) => one)),
  }
}

function scanField(key: string, value: JsonValue): Scanned<JsonValue> {
  const isSecret = SECRET_NAME.test(key.replaceAll(/([a-z])([A-Z])/g, '$1_$2').toLowerCase())
  const isText = typeof value === 'string' && value !== '' && value !== REDACTION_MARKERS.secret
  return isSecret && isText ? { clean: REDACTION_MARKERS.secret, count: 1 } : scanRecord(value)
}

function sumOf(some: readonly Scanned<unknown>[]): number {
  return some.reduce((total, { count }) => total + count, 0)
}

// `Array.isArray` alone makes a list of `any` of it.
function isList(content: JsonValue): content is readonly JsonValue[] {
  return Array.isArray(content)
}
