import { describe, expect, it } from '@jest/globals'
import { gatewayOf, openJira } from '../../../connectors/jira/client.ts'
import { accountIn, halvesOf, nameIn, numberIn } from '../../../connectors/jira/ids.ts'
import { literal, namesOneOf, phrase } from '../../../connectors/jira/jql.ts'
import { classify, interpretHold } from '../../../connectors/jira/limits.ts'
import { isDsrError, secretOf } from '../../../src/connector/index.ts'
import type { Context } from '../../../src/connector/index.ts'
import { endingOf } from '../conformance/violation.ts'
import { carryOut } from '../kit/bench.ts'
import { withJira } from './piece.ts'

function codeOf(work: () => unknown): string {
  try {
    work()
    return 'none'
  } catch (error) {
    return isDsrError(error) ? error.code : 'other'
  }
}

describe('numbers and names that go into an address', () => {
  it.each(['../../../secret', 'HELP-1', '', '1/2', '12?x=1', '%2e%2e'])('%j is no number of an issue', (ref) => {
    expect(codeOf(() => numberIn(ref))).toBe('CONNECTOR_BUG')
  })

  it.each(['', 'a/b', 'x?y', '../x'])('%j is no account', (ref) => {
    expect(codeOf(() => accountIn(ref))).toBe('CONNECTOR_BUG')
  })

  it('a customer’s account has colons', () => {
    expect(accountIn('qm:a713c8ea-1075-4e30-9d96-891a7d181739:5ad6d3581db05e2a66fa80b')).toMatch(/^qm:/)
  })

  it('the name of a property is encoded, and its slashes do not part it', () => {
    expect(nameIn('app/score x')).toBe('app%2Fscore%20x')
    expect(halvesOf('10001/app/score')).toEqual(['10001', 'app/score'])
    expect(codeOf(() => nameIn('..'))).toBe('CONNECTOR_BUG')
  })

  it('an effect with a target that is none never leaves', () =>
    withJira({}, async (bench) => {
      const effect = { step: 'delete_attachment', target: '../user?accountId=x', part: 'attachments', after: [] }
      expect(await carryOut(bench, 'erasure', effect)).toBe('CONNECTOR_BUG')
      expect(bench.lab.sandbox.calls()).toEqual([])
    }))

  it('the SDK, which encodes nothing, cannot be led to another path', () =>
    withJira({}, async ({ context, lab }) => {
      const { cloud } = openJira(context)
      const leading = cloud.issues.getIssue({ issueIdOrKey: '../../../rest/api/3/user' })
      expect(await endingOf(leading, lab.leaks.met)).toMatchObject({ code: 'CONNECTOR_BUG' })
      expect(lab.sandbox.calls()).toEqual([])
    }))
})

describe('the query language', () => {
  it('holds quotes and backslashes inside their text', () => {
    expect(literal('a"b\\c')).toBe('"a\\"b\\\\c"')
    expect(phrase('x" OR project = "y')).toBe('"\\"x  OR project =  y\\""')
  })

  it('names a custom field by its number, since names are translated', () => {
    expect(namesOneOf('customfield_10020', ['qm:a:1'])).toBe('cf[10020] in ("qm:a:1")')
  })
})

describe('the credential', () => {
  it.each([
    ['bot@example.com:token', /^Basic /],
    ['eyJ0b2tlbiI6MX0.x:y', /^Bearer /],
  ])('%s goes out in its own way', (text, pattern) =>
    withJira({}, async ({ context, lab }) => {
      const api = openJira({ ...context, secret: secretOf(text) })
      await endingOf(api.cloud.myself.getCurrentUser(), lab.leaks.met)
      expect(lab.sandbox.calls().at(-1)?.headers.authorization).toMatch(pattern)
    }),
  )

  it('stands in no error, and neither does what the vendor said', () =>
    withJira({}, async (bench) => {
      const body = JSON.stringify({ errorMessages: [bench.lab.subject.person.email, bench.lab.sandbox.token] })
      bench.lab.sandbox.arm({ times: 1, what: { kind: 'status', status: 400, body } })
      const ending = await endingOf(bench.discover({ identifiers: bench.lab.subject.identifiers }), bench.lab.leaks.met)
      expect(ending).toMatchObject({ code: 'VENDOR_REFUSED' })
    }))
})

describe('limits', () => {
  it('the search for customers has a narrow gate of its own', () => {
    const path = '/rest/servicedeskapi/servicedesk/1/customer?query=x'
    expect(classify({ method: 'GET', path }).buckets).toEqual({ customers: 1, reads: 1 })
  })

  it('questions by POST are no changes, and changes to an issue count as such', () => {
    expect(classify({ method: 'POST', path: '/rest/api/3/comment/list' }).effect).toBe(false)
    expect(classify({ method: 'POST', path: '/rest/api/3/bulk/issues/delete' }).effect).toBe(true)
    expect(classify({ method: 'PUT', path: '/rest/api/3/issue/1/comment/2' }).buckets).toHaveProperty('issue_writes')
  })

  it('the end of a hold is an ISO instant, and Retry-After wins over it', () => {
    const nowMs = Date.UTC(2026, 0, 1)
    const reply = { status: 429, body: Buffer.alloc(0), headers: { 'x-ratelimit-reset': '2026-01-01T00:00:09Z' } }
    expect(interpretHold(reply, nowMs)).toEqual({ waitMs: 9_000 })
    expect(interpretHold({ ...reply, headers: { ...reply.headers, 'retry-after': '3' } }, nowMs)).toBeUndefined()
    const perIssue = { ...reply.headers, 'ratelimit-reason': 'jira-per-issue-on-write' }
    expect(interpretHold({ ...reply, headers: perIssue }, nowMs)).toMatchObject({ bucket: 'issue_writes_long' })
  })
})

describe('forms', () => {
  it.each([
    ['https://site.atlassian.net', 'https://api.atlassian.com'],
    ['https://api.atlassian.com/ex/jira/11223344-a1b2', 'https://api.atlassian.com'],
    ['http://127.0.0.1:4012', 'http://127.0.0.1:4012'],
  ])('of %s lie at %s', (baseUrl, gateway) =>
    withJira({}, ({ context }) => {
      const account: Context['account'] = { ...context.account, baseUrl }
      expect(gatewayOf({ ...context, account })).toBe(gateway)
      return Promise.resolve()
    }),
  )
})

describe('options', () => {
  it.each([
    [{ own_requests: 'keep' }],
    [{ not_in_use: 'votes' }],
    [{ correction_fields: { phone: 'summary' } }],
    [{ correction_fields: { shoe_size: 'customfield_1' } }],
    [{ restriction_level: 'secret' }],
    [{ revoke_portal: 'yes' }],
    [{ stand_in_account: 7 }],
  ])('%j are refused', (options) =>
    withJira({ options }, async (bench) => {
      const ending = await endingOf(bench.discover({ identifiers: [] }), bench.lab.leaks.met)
      expect(ending).toMatchObject({ code: 'CONFIG_INVALID' })
    }),
  )
})
