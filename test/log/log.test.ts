import { describe, expect, it } from '@jest/globals'
import { inspect } from 'node:util'
import { secretOf } from '../../src/connector/secret.ts'
import { DsrError } from '../../src/domain/errors.ts'
import { createLog, logEvents, type Log } from '../../src/log.ts'
import type { LogLevel } from '../../src/ports/config.ts'

const CANARY = 'canary-77'

function logged(write: (log: Log) => void, level: LogLevel = 'info'): Record<string, unknown>[] {
  const lines: string[] = []
  write(createLog({ level }, { write: (line) => void lines.push(line) }))
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

describe('a line of the log', () => {
  it('says what happened, when, and to which ids', () => {
    const [line] = logged((log) => log.info({ legId: 'leg-1', found: 3, from: 'open', isDone: true }, 'leg.discovered'))
    expect(line).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      legId: 'leg-1',
      found: 3,
      from: 'open',
      isDone: true,
      msg: 'leg.discovered',
    })
  })

  it('is written from its level on', () => {
    const write = (log: Log) => {
      log.debug('quiet')
      log.warn('loud')
    }
    expect(logged(write).map((line) => line.msg)).toEqual(['loud'])
    expect(logged(write, 'debug')).toHaveLength(2)
    expect(logged(write, 'silent')).toEqual([])
  })

  it('comes from events', () => {
    const [line] = logged((log) => {
      logEvents(log).emit('request.sealed', { requestId: 'r-1', parts: 4 })
    })
    expect(line).toMatchObject({ msg: 'request.sealed', requestId: 'r-1', parts: 4 })
  })

  it('tells of our errors the code, the text and the class of the cause', () => {
    const cause = new TypeError(`fetch of https://${CANARY}.example.com failed`)
    const [line] = logged((log) =>
      log.error({ err: new DsrError('VENDOR_TIMEOUT', 'no answer in 30 s', { cause, field: 'x' }) }, 'leg.failed'),
    )
    expect(line?.err).toEqual({ code: 'VENDOR_TIMEOUT', text: 'no answer in 30 s', field: 'x', cause: 'TypeError' })
  })

  it('tells of other errors the class and the place', () => {
    const [line] = logged((log) => log.error(new RangeError(`${CANARY}\n    spread over lines`), 'worker.failed'))
    expect(line?.err).toMatchObject({
      class: 'RangeError',
      at: expect.arrayContaining([expect.stringContaining('log.test.ts')]),
    })
    expect(JSON.stringify(line)).not.toContain(CANARY)
  })
})

const person = 'jane.roe@example.com'
const planted: [string, (log: Log) => void][] = [
  ['a field named token', (log) => log.info({ token: CANARY }, 'x')],
  ['a field deep inside', (log) => log.info({ call: { headers: { authorization: `Bearer ${CANARY}` } } }, 'x')],
  ['a field in a list', (log) => log.info({ accounts: [{ apiKey: CANARY }, { password: CANARY }] }, 'x')],
  ['a bound field', (log) => log.child({ email: CANARY }).info('x')],
  ['a field of a bound child', (log) => log.child({ accountId: 'a' }).info({ identifiers: [CANARY] }, 'x')],
  [
    'a number that calls somebody',
    (log) => log.info({ phone: 32470123456, to: '+32 470 12 34 56', id: CANARY.length }, 'x'),
  ],
  ['an e-mail in a text', (log) => log.info({ note: `found ${person}` }, `found ${person}`)],
  ['an argument of a message', (log) => log.info('found %s at %s', person, `https://api.example.com/${CANARY}`)],
  ['an address of a vendor', (log) => log.info({ where: `GET https://api.example.com/contacts/${CANARY}?q=1` }, 'x')],
  ['a connection string', (log) => log.warn(`cannot reach postgres://habeas:${CANARY}@db:5432/habeas`)],
  ['a bearer token in a text', (log) => log.info({ note: `Authorization: Bearer ${CANARY}` }, 'x')],
  ['a signing secret in a text', (log) => log.info({ note: `whsec_${CANARY}` }, 'x')],
  ['bytes', (log) => log.info({ sealed: Buffer.from(CANARY) }, 'x')],
  ['a secret', (log) => log.info({ used: secretOf(CANARY), text: inspect(secretOf(CANARY)) }, 'x')],
  ['an error', (log) => log.error(new Error(`${CANARY} ${person}`))],
  ['an error under any name', (log) => log.error({ failure: new Error(CANARY), errors: [new Error(person)] }, 'x')],
  ['the cause of an error', (log) => log.error(new DsrError('INTERNAL', 'x', { cause: new Error(CANARY) }))],
  [
    'an error with fields',
    (log) => log.error(Object.assign(new Error('x'), { config: { url: CANARY }, response: CANARY })),
  ],
  ['what is too deep to look at', (log) => log.info({ a: { b: { c: { d: { e: { f: { g: CANARY } } } } } } }, 'x')],
]

describe('nobody and no secret is in the log, not by', () => {
  it.each(planted)('%s', (_, write) => {
    const lines = logged(write)
    expect(lines).toHaveLength(1)
    const text = JSON.stringify(lines)
    for (const secret of [CANARY, Buffer.from(CANARY).toString('base64'), 'jane', 'example.com', '470', '99,97,110']) {
      expect(text).not.toContain(secret)
    }
  })
})
