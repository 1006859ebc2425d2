import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { isDsrError } from '../../src/domain/errors.ts'
import { buildStatement, type RecordFacts } from '../../src/ledger/record.ts'
import { checkStatement } from '../../src/ledger/statement-check.ts'
import { access, erasure, erasureWithException } from './record-facts.ts'

const file = new URL('../../docs/ledger/completion-record.schema.json', import.meta.url)
const isOfSchema = new Ajv2020({ strict: true }).compile(JSON.parse(readFileSync(file, 'utf8')) as object)

const isOfOurs = (value: unknown) => {
  try {
    checkStatement(value, '$')
    return true
  } catch (error) {
    if (isDsrError(error)) return false
    throw error
  }
}

type Tree = Record<string, unknown>

/** Every place of a document: the object that holds a member, and the member's name. */
function* membersOf(value: unknown): Generator<{ readonly holder: Tree; readonly name: string }> {
  if (typeof value !== 'object' || value === null) return
  for (const [name, member] of Object.entries(value)) {
    yield { holder: value as Tree, name }
    yield* membersOf(member)
  }
}

describe('the published schema of a record', () => {
  it.each<[string, RecordFacts]>([
    ['an erasure', erasure],
    ['an explained exception', erasureWithException],
    ['a copy', access],
    ['a refusal', { ...erasure, result: 'refused', legs: [], depth: [] }],
    [
      'an extension',
      {
        ...erasure,
        clock: {
          ...erasure.clock,
          extension: { dueAtMs: erasure.clock.dueAtMs + 1, reason: 'complexity', toldAtMs: erasure.receivedAtMs },
        },
      },
    ],
  ])('accepts %s', (_, facts) => {
    expect([isOfSchema(buildStatement(facts)), isOfSchema.errors]).toEqual([true, null])
  })

  it('judges every change of one member as our own reader does', () => {
    const changes: ((holder: Tree, name: string) => void)[] = [
      (holder, name) => Reflect.deleteProperty(holder, name),
      (holder) => (holder.unknown_member = 'x'),
      (holder, name) => (holder[name] = null),
      (holder, name) => (holder[name] = 'ada@example.com'),
      (holder, name) => (holder[name] = -1),
      (holder, name) => (holder[name] = {}),
      (holder, name) => (holder[name] = ''),
    ]
    const count = [...membersOf(buildStatement(erasure))].length
    for (let at = 0; at < count; at++) {
      for (const [which, change] of changes.entries()) {
        const document: unknown = JSON.parse(JSON.stringify(buildStatement(erasure)))
        const { holder, name } = [...membersOf(document)][at]!
        // A member taken out of a list leaves a hole, which JSON does not have.
        if (Array.isArray(holder) && which < 2) continue
        change(holder, name)
        expect([name, which, isOfSchema(document)]).toEqual([name, which, isOfOurs(document)])
      }
    }
  })
})
