import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from '@jest/globals'

const FOLDER = path.resolve('../shared/vectors')

/** A published test vector by its file name. */
export function vectorOf(name: string): unknown {
  return JSON.parse(readFileSync(path.join(FOLDER, name), 'utf8'))
}

/** `describe` for tests against published vectors: a visible skip where they are not at hand. */
export function describeWithVectors(name: string, tests: () => void): void {
  if (existsSync(FOLDER)) describe(name, tests)
  else describe.skip(`${name} (skipped: no ${path.relative('.', FOLDER)})`, () => it('has vectors', () => undefined))
}
