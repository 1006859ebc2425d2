import { describe, expect, it } from '@jest/globals'
import { sendgrid } from '../../../connectors/sendgrid/index.ts'
import { answerTo, approvedLeg, bareCall, carryOut, changesOf, eraser, lookAgain, verdictOf, withLab } from './lab.ts'

describe('the erasure job', () => {
  const job = (targets: readonly string[]) => bareCall('erase_mail_events', targets)

  it('refuses the one address that the vendor names, and splits the others', () =>
    withLab({}, async (lab) => {
      const call = job(['a@example.com', 'broken@example', 'b@example.com'])
      const answers = await eraser().perform(lab.context, call)
      expect(answerTo(answers, 'broken@example')).toEqual({ kind: 'rejected', code: 'IDENTIFIER_INVALID' })
      expect(answerTo(answers, 'a@example.com')).toEqual({ kind: 'split' })
      expect(answerTo(answers, 'b@example.com')).toEqual({ kind: 'split' })
    }))

  it('splits all when the refusal names nobody', () =>
    withLab({}, async (lab) => {
      lab.sandbox.arm({ times: 1, what: { kind: 'status', status: 400, body: '{"errors":[{"message":"no"}]}' } })
      const answers = await eraser().perform(lab.context, job(['a@example.com', 'b@example.com']))
      expect(answers.map(({ answer }) => answer)).toEqual([{ kind: 'split' }, { kind: 'split' }])
    }))

  it('sends at most 256 KB at once', () =>
    withLab({}, async (lab) => {
      const long = Array.from({ length: 5_000 }, (_, at) => `${'x'.repeat(50)}${at}@${'y'.repeat(60)}.example.com`)
      const answers = await eraser().perform(lab.context, job(long))
      const [sent] = changesOf(lab)
      expect(sent?.status).toBe(202)
      expect(Buffer.byteLength(sent?.requestBody ?? '')).toBeLessThanOrEqual(256 * 1024)
      expect(answers).toHaveLength(5_000)
      const kinds = new Set(answers.map(({ answer }) => answer.kind))
      expect(kinds).toEqual(new Set(['accepted', 'split']))
    }))

  it('speaks for one subuser in a call, and splits the members of another', () =>
    withLab({}, async (lab) => {
      const answers = await eraser().perform(lab.context, job(['a@example.com', 'sandbox-belgium:a@example.com']))
      expect(answers.map(({ answer }) => answer.kind)).toEqual(['accepted', 'split'])
      expect(changesOf(lab)).toHaveLength(1)
      await eraser().perform(lab.context, job(['sandbox-belgium:a@example.com']))
      expect(changesOf(lab)[1]?.headers['on-behalf-of']).toBe('sandbox-belgium')
    }))

  it('is not called done while events of the address still show', () =>
    withLab({ switches: { erasejob_logs: 'left' } }, async (lab) => {
      const leg = await approvedLeg(lab)
      const plan = (await eraser().plan(lab.context, leg)).filter(({ target }) => target === lab.person.email)
      const endings = await carryOut(
        lab,
        plan.filter(({ step }) => step === 'erase_mail_events'),
      )
      expect(endings.get('erase_mail_events')).toEqual([{ kind: 'rejected', code: 'VENDOR_TIMEOUT' }])
      expect(verdictOf(await lookAgain(lab, leg), 'email_logs')).toBe('present')
    }))

  it('is not called done in its first hours, although no event shows: it may still take the suppression', () =>
    withLab({}, async (lab) => {
      const [first] = await eraser().perform(lab.context, job(['nobody@example.com']))
      const jobRef = first?.answer.kind === 'accepted' ? first.answer.jobRef : ''
      const call = { ...job([]), members: [{ key: 'one', target: 'nobody@example.com', jobRef }] }
      const kinds = []
      for (const hours of [1, 2, 1]) {
        lab.clock.push(hours * 3_600_000)
        kinds.push(answerTo(await eraser().poll(lab.context, call), 'one')?.kind)
      }
      expect(kinds).toEqual(['accepted', 'accepted', 'done'])
    }))

  // A lost answer to a job of an address without events was read back as done; the suppression was restored at once, and hours later
  // the job took it away, while the record said `suppressed`. Seen when every boundary of an erasure broke over this sandbox.
  it('is not called done when its answer was lost, although no event shows: it may still take the suppression', () =>
    withLab({}, async (lab) => {
      lab.sandbox.arm({ times: 1, match: { changesOnly: true }, what: { kind: 'reset_after' } })
      const call = job(['nobody@example.com'])
      await expect(eraser().perform(lab.context, call)).rejects.toMatchObject({ mayHaveArrived: true })
      const answers = await eraser().readBack(lab.context, call)
      expect(answers.map(({ answer }) => answer)).toEqual([{ kind: 'not_happened' }])
    }))

  it('needs a scope that older accounts lack until Support grants it', () =>
    withLab({ switches: { erasejob: 'forbidden' } }, async (lab) => {
      await expect(eraser().perform(lab.context, job(['a@example.com']))).rejects.toMatchObject({
        code: 'VENDOR_SCOPE_MISSING',
      })
      const { scopesMissing } = await sendgrid.check(lab.context)
      expect(scopesMissing.map(({ scope }) => scope)).toEqual(['recipients.erasejob.create'])
    }))

  it('is not sent for an address with a message that must stay', () =>
    withLab({}, async (lab) => {
      const whole = await approvedLeg(lab)
      const kept = whole.records.filter(({ part }) => part === 'email_logs').slice(0, 1)
      const plan = await eraser().plan(lab.context, { ...whole, kept })
      const targets = plan.filter(({ step }) => step === 'erase_mail_events').map(({ target }) => target)
      expect(targets).not.toContain(lab.person.email)
      expect(targets).toContain(lab.person.secondEmail)
    }))
})
