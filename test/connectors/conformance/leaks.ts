import { inspect } from 'node:util'
import type { InventedPerson } from '../../../src/connector/testing.ts'
import { Violation } from './violation.ts'

/** Collects what a connector shows to the outside besides its results: errors and console output. */
export interface LeakWatch {
  /** Remembers an error for the look at the end, and gives it back. */
  readonly met: (error: unknown) => unknown
  /** @throws Violation when a secret or an identifier stood in an error, its causes or on the console. */
  expectNone(): void
  stop(): void
}

const CHANNELS = ['log', 'info', 'warn', 'error', 'debug'] as const

export function watchForLeaks(token: string, people: readonly InventedPerson[]): LeakWatch {
  const forbidden = [token, ...people.flatMap(wordsOf)].flatMap((word) => [word, encodeURIComponent(word)])
  const seen: string[] = []
  const restore = tapConsole((text) => void seen.push(text))
  return {
    met(error) {
      seen.push(inspect(error, { depth: 12, showHidden: true }), textOf(error))
      return error
    },
    expectNone() {
      const found = forbidden.findIndex((word) => seen.some((text) => text.toLowerCase().includes(word.toLowerCase())))
      // The word itself stays out of the report as well.
      if (found >= 0) throw new Violation(found < 2 ? 'shows its secret' : 'shows an identifier', 'error or console')
    },
    stop: restore,
  }
}

function wordsOf(person: InventedPerson): readonly string[] {
  return [person.email, person.secondEmail, person.phone, person.externalId, `${person.firstName} ${person.lastName}`]
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return [error.stack, JSON.stringify(error, Object.getOwnPropertyNames(error)), textOf(error.cause)].join('\n')
}

function tapConsole(hear: (text: string) => void): () => void {
  const originals = CHANNELS.map((name) => [name, console[name].bind(console)] as const)
  for (const [name] of originals) {
    console[name] = (...words: unknown[]) => hear(words.map((word) => inspect(word, { depth: 12 })).join(' '))
  }
  const writes = [process.stdout, process.stderr].map((stream) => {
    const write = stream.write.bind(stream)
    // The overloads of write say more than a tap needs.
    stream.write = ((...parts: Parameters<typeof write>) => {
      hear(String(parts[0]))
      return write(...parts)
    }) as typeof write
    return [stream, write] as const
  })
  return () => {
    for (const [name, original] of originals) console[name] = original
    for (const [stream, write] of writes) stream.write = write
  }
}
