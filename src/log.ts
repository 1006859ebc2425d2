import { pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino'
import { DsrError } from './domain/errors.ts'
import type { LogLevel } from './ports/config.ts'
import type { Events } from './ports/runtime.ts'

export type Log = Logger

/**
 * The log: one JSON object a line, `log.info({ legId, found: 3 }, 'leg.discovered')`. Whatever is passed, no secret, address,
 * e-mail or telephone number is written, and of an error only its code, text and the class of its cause.
 */
export function createLog({ level }: { readonly level: LogLevel }, destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    hooks: { logMethod },
  }
  const log = destination === undefined ? pino(options) : pino(options, destination)
  cleanChildren(log)
  return log
}

/** pino formats the fields of the first logger only; its children are made from it and inherit this. */
function cleanChildren(log: Log): void {
  const child: unknown = Reflect.get(log, 'child')
  if (typeof child !== 'function') throw new DsrError('INTERNAL', 'the log has no children')
  Object.defineProperty(log, 'child', {
    value(this: Log, fields: object, options?: object): unknown {
      return Reflect.apply(child, this, [cleanFields(fields, 0), options])
    },
  })
}

/** Events of stages and workers, as lines of the log. */
export function logEvents(log: Log): Events {
  return { emit: (name, facts) => log.info(facts, name) }
}

type LogArguments = Parameters<Logger['info']>

/** Names of events are fixed, but a library that logs through us writes sentences, and pino makes one of an error. */
function logMethod(this: Logger, given: LogArguments, method: (this: Logger, ...given: LogArguments) => void): void {
  const [first, ...others] = given as unknown[]
  const facts = isError(first) ? { err: errorFields(first) } : clean(first, -1)
  method.apply(this, [facts, ...others.map((one) => clean(one, 0))] as LogArguments)
}

const DEEPEST = 5
const MOST_CHARACTERS = 500
const REDACTED = '[redacted]'

/** Fields that hold a secret or tell who somebody is, whatever is in them. Ids (`legId`, `accountId`) stay. */
const PRIVATE_FIELD =
  /token|secret|password|passphrase|authorization|cookie|credential|signature|apikey|api_key|(master|private)_?key|e-?mail|phone|^identif|identity|^(first|last|full)?_?name$|address|^(url|uri|href|body|query|headers|subject|ip|hostname|host|username|user|label)$|Url$|_url$/i

const PRIVATE_TEXT = [
  // Any address with a scheme: vendors put identifiers into theirs.
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi,
  /[^\s"'<>:,;()[\]]+@[^\s"'<>,;()[\]]+/g,
  /\b(?:bearer|basic)\s+\S+/gi,
  /\bwhsec_\S+/g,
  /\+\d[\d ().-]{6,}\d/g,
]

function clean(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (isError(value)) return errorFields(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= DEEPEST) return REDACTED
  if (Array.isArray(value)) return value.slice(0, 100).map((one) => clean(one, depth + 1))
  if (ArrayBuffer.isView(value)) return REDACTED
  return cleanFields(value, depth + 1)
}

function cleanFields(fields: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, isPrivate(key, value) ? REDACTED : clean(value, depth)]),
  )
}

function isPrivate(key: string, value: unknown): boolean {
  return value !== null && value !== undefined && typeof value !== 'boolean' && PRIVATE_FIELD.test(key)
}

function cleanText(text: string): string {
  const cleaned = PRIVATE_TEXT.reduce((left, pattern) => left.replaceAll(pattern, REDACTED), text)
  return cleaned.length > MOST_CHARACTERS ? `${cleaned.slice(0, MOST_CHARACTERS)}…` : cleaned
}

/** The text of a DsrError is ours; that of any other error is somebody's, and may quote what it was given. */
function errorFields(error: Error): Record<string, unknown> {
  const cause = error.cause === undefined ? {} : { cause: classOf(error.cause) }
  if (error instanceof DsrError) {
    const field = error.field === undefined ? {} : { field: error.field }
    return { code: error.code, text: cleanText(error.message), ...field, ...cause }
  }
  return { class: classOf(error), ...cause, at: framesOf(error) }
}

/** Where it was thrown. The lines before the frames repeat the message. */
function framesOf(error: Error): string[] {
  const lines = error.stack?.split('\n') ?? []
  return lines
    .filter((line) => /^\s+at .+:\d+:\d+\)?$/.test(line))
    .slice(0, 8)
    .map((line) => cleanText(line.trim()))
}

function classOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? value.constructor.name : typeof value
}

/** Errors of Node's own modules have another Error than code in a sandbox, so the class alone does not tell. */
function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]'
}
