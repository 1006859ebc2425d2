import { describe, expect, it } from '@jest/globals'
import { openSendGrid } from '../../../connectors/sendgrid/client.ts'
import { sendgrid } from '../../../connectors/sendgrid/index.ts'
import { interpretHold } from '../../../connectors/sendgrid/interpret-hold.ts'
import { isOtherName } from '../../../connectors/sendgrid/names.ts'
import { placeOf, refOf } from '../../../connectors/sendgrid/refs.ts'
import type { HttpCall } from '../../../src/connector/index.ts'
import { secretOf } from '../../../src/connector/index.ts'
import { withLab } from './lab.ts'
import type { Lab } from './lab.ts'

function recording({ context }: Lab) {
  const sent: HttpCall[] = []
  const transport = {
    send: (call: HttpCall) => {
      sent.push(call)
      return context.transport.send(call)
    },
    stream: (call: HttpCall) => context.transport.stream(call),
  }
  return { sent, context: { ...context, transport } }
}

describe('the SDK on the transport', () => {
  it('sends the credential, the subuser and the body that the SDK built, and nothing past the transport', () =>
    withLab({}, async (lab) => {
      const { sent, context } = recording(lab)
      const reply = await openSendGrid(context, lab.sandbox.subuser).ask({
        method: 'POST',
        path: '/v3/logs',
        body: { query: "to_email = 'nobody@example.com'", limit: 1 },
        bucket: 'logs',
      })
      expect(reply).toMatchObject({ status: 200, json: { messages: [] } })
      expect(sent).toHaveLength(1)
      expect(lab.sandbox.calls()).toHaveLength(1)
      const [call] = lab.sandbox.calls()
      expect(call?.headers['on-behalf-of']).toBe(lab.sandbox.subuser)
      expect(call?.headers['content-type']).toBe('application/json')
      expect(call?.requestBody).toBe(JSON.stringify({ query: "to_email = 'nobody@example.com'", limit: 1 }))
    }))

  it.each([[{ query: { delete_all_contacts: 'true' } }], [{ body: { delete_all: true } }]])(
    'never lets a call leave that would delete everything: %j',
    (words) =>
      withLab({}, async (lab) => {
        const call = { method: 'DELETE', path: '/v3/marketing/contacts', bucket: 'contacts', effect: true } as const
        await expect(openSendGrid(lab.context, '').ask({ ...call, ...words })).rejects.toMatchObject({
          code: 'CONNECTOR_BUG',
        })
        expect(lab.sandbox.calls()).toEqual([])
      }),
  )

  it('throws errors that hold neither key nor address', () =>
    withLab({}, async (lab) => {
      const context = { ...lab.context, secret: secretOf('SG.somebody-elses-key') }
      const asked = openSendGrid(context, '').ask({
        method: 'GET',
        path: '/v3/suppression/bounces/jane%40example.com',
        bucket: 'suppressions',
      })
      const error: unknown = await asked.catch((caught: unknown) => caught)
      expect(error).toMatchObject({ code: 'VENDOR_CREDENTIALS_REJECTED' })
      const told = error instanceof Error ? `${error.message} ${error.stack ?? ''} ${JSON.stringify(error)}` : ''
      expect(told).not.toMatch(/somebody-elses-key|jane/)
    }))
})

describe('the check of an account', () => {
  it('says that a credential is rejected instead of throwing', () =>
    withLab({}, async (lab) => {
      lab.sandbox.revoke(true)
      expect((await sendgrid.check(lab.context)).credentials).toBe('rejected')
    }))

  it('fails for a subuser that the key may not act for', () =>
    withLab({ options: { subusers: ['somebody-elses'] } }, async (lab) => {
      await expect(sendgrid.check(lab.context)).rejects.toMatchObject({ code: 'VENDOR_SCOPE_MISSING' })
    }))

  it.each([[{ subusers: 'main' }], [{ subusers: [] }]])('refuses subusers that are no list: %j', (options) =>
    withLab({ options }, async (lab) => {
      await expect(sendgrid.check(lab.context)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    }),
  )
})

describe('the two meanings of X-RateLimit-Reset', () => {
  const NOW_MS = Date.UTC(2026, 3, 1)
  const hold = (status: number, headers: Readonly<Record<string, string>>) =>
    interpretHold({ status, headers, body: Buffer.alloc(0) }, NOW_MS)

  it.each([
    ['a unix time', String(NOW_MS / 1_000 + 40), 40_000],
    ['seconds from now', '40', 40_000],
    ['a moment that has passed', String(NOW_MS / 1_000 - 40), 1_000],
    ['a moment far away', '100000', 120_000],
  ])('waits as %s says', (_, reset, waitMs) => {
    expect(hold(429, { 'x-ratelimit-reset': reset })).toEqual({ waitMs })
  })

  it('leaves the wait to Retry-After, and to the default without any header', () => {
    expect(hold(429, { 'retry-after': '7', 'x-ratelimit-reset': '40' })).toBeUndefined()
    expect(hold(429, {})).toBeUndefined()
    expect(hold(429, { 'x-ratelimit-reset': 'soon' })).toBeUndefined()
  })

  it('holds before a refusal when nothing remains, and not while something does', () => {
    expect(hold(200, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '9' })).toEqual({ waitMs: 9_000 })
    expect(hold(200, { 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '9' })).toBeUndefined()
  })

  it.each(['unix', 'seconds'])('keeps to six calls of Email Activity a minute with resets as %s', (meaning) =>
    withLab({ switches: { rate_limit_reset: meaning } }, async (lab) => {
      for (let run = 0; run < 8; run += 1) await sendgrid.check(lab.context)
      const refused = lab.sandbox.calls().filter(({ status }) => status === 429)
      expect(refused).toEqual([])
    }),
  )
})

describe('names and references', () => {
  it.each([
    ['Élise Aerts', ['elise aerts'], false],
    ['Aerts Elise', ['Elise Marie Aerts'], false],
    ['', ['Elise Aerts'], false],
    ['Elise Aerts', [], false],
    ['Elise Aerts', ['Elise Claes'], true],
    ['Elise Aerts', ['Hugo Claes', 'Elise Aerts'], false],
  ])('weighs the name "%s" against %j', (name, known, isOther) => {
    expect(isOtherName(name, known)).toBe(isOther)
  })

  it.each([
    { subuser: '', id: 'plain' },
    { subuser: '', id: 'with:colon' },
    { subuser: 'one:two', id: 'contact/list' },
    { subuser: 'één', id: 'a@example.com' },
  ])('reads back the reference of %j', (place) => {
    expect(placeOf(refOf(place))).toEqual(place)
  })
})
