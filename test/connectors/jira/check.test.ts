import { describe, expect, it } from '@jest/globals'
import { jira } from '../../../connectors/jira/index.ts'
import { withJira } from './piece.ts'

describe('checking the account', () => {
  it('tells the permissions that the credential has, and the limit that the site reports', () =>
    withJira({}, async ({ context }) => {
      const report = await jira.check(context)
      expect(report.scopesPresent).toEqual(jira.manifest.scopes.map(({ scope }) => scope))
      expect(report.limits).toEqual({ 'requests a second': expect.stringMatching(/^\d+ of 100 left$/) })
    }))

  it('names what the credential may not do and what does not work without it', () =>
    withJira({}, async ({ context, lab }) => {
      const permissions = { BROWSE_PROJECTS: { key: 'BROWSE_PROJECTS', havePermission: true } }
      const body = JSON.stringify({ permissions })
      lab.sandbox.arm({
        match: { path: /mypermissions/ },
        times: 1,
        what: { kind: 'status', status: 200, headers: { 'content-type': 'application/json' }, body },
      })
      const { scopesPresent, scopesMissing } = await jira.check(context)
      expect(scopesPresent).toEqual(['BROWSE_PROJECTS'])
      expect(scopesMissing.map(({ scope }) => scope)).toContain('ADMINISTER')
    }))

  it('takes the empty permissions of a revoked token for a rejection', () =>
    withJira({ switches: { login_reason: 'untold' } }, async ({ context, lab }) => {
      lab.beforeEachCall(({ path }) => {
        if (path.includes('mypermissions')) lab.sandbox.revoke(true)
      })
      expect((await jira.check(context)).credentials).toBe('rejected')
    }))

  it('says that a free plan has no audit log', () =>
    withJira({ switches: { audit_log: 'forbidden' } }, async ({ context }) => {
      expect((await jira.check(context)).unavailable.map(({ part }) => part)).toEqual(['audit_log'])
    }))

  it('says which parts the configuration leaves out', () =>
    withJira({ options: { not_in_use: ['votes'] } }, async ({ context }) => {
      expect((await jira.check(context)).unavailable.map(({ part }) => part)).toEqual(['votes'])
    }))
})
