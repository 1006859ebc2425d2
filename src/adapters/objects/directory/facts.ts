import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { corrupt } from '../digest.ts'
import { errnoOf, inStore } from './failure.ts'

/** What stands beside the bytes of an object. */
export interface Facts {
  readonly bytes: number
  readonly sha256: string
  readonly versionId: string
  readonly retainUntilMs: number | undefined
}

/**
 * @returns undefined when the place holds no object.
 * @throws DsrError `ARCHIVE_CORRUPT` when the facts cannot be read.
 */
export async function readFacts(place: string): Promise<Facts | undefined> {
  const text = await inStore.doing(() => readFile(path.join(place, 'facts.json'), 'utf8').catch(absent))
  return text === undefined ? undefined : parse(text)
}

function absent(cause: unknown): undefined {
  if (errnoOf(cause) !== 'ENOENT') throw cause
}

function parse(text: string): Facts {
  try {
    const found: unknown = JSON.parse(text)
    if (isFacts(found)) return { ...found, retainUntilMs: found.retainUntilMs }
  } catch {
    // Falls through: half a file says as little as a wrong one.
  }
  throw corrupt()
}

function isFacts(found: unknown): found is Facts {
  if (typeof found !== 'object' || found === null) return false
  if (!('bytes' in found && 'sha256' in found && 'versionId' in found)) return false
  const hasRetention = !('retainUntilMs' in found) || typeof found.retainUntilMs === 'number'
  return (
    typeof found.bytes === 'number' &&
    typeof found.sha256 === 'string' &&
    typeof found.versionId === 'string' &&
    hasRetention
  )
}
