import { DsrError, isDsrError } from '../../src/domain/errors.ts'
import { onConnector, onErase, onStore, onTx } from './mutant-ports.ts'
import {
  acknowledgedEarly,
  announcedLate,
  countedEarly,
  epochIgnored,
  forged,
  forgingApproval,
  reading,
  reappearedIsActedOn,
  sentEarly,
} from './mutant-stores.ts'
import type { Mutation } from './world.ts'

/**
 * Mistakes that the simulation must see. The code under test stays as it is; a port lies to it, or does what it asks in another
 * order, in the one way that amounts to the mistake.
 */
export const MUTANTS: Readonly<Record<string, Mutation>> = {
  'a run writes without a look at its epoch': onTx('connector', epochIgnored),
  'a run takes a leg although another holds it': onTx('connector', () => (tx) => ({
    ...tx,
    leg: reading(tx.leg, (leg) => ({ ...leg, leaseUntilDbMs: null })),
  })),
  'a request is acknowledged before it is stored': onStore('people', acknowledgedEarly),
  'a lost answer is taken for nothing sent': onErase((verb) => ({
    perform: async (context, call) => {
      try {
        return await verb.perform(context, call)
      } catch (error) {
        throw isDsrError(error) && error.mayHaveArrived ? new DsrError(error.code, 'sent again blindly') : error
      }
    },
  })),
  'a lost answer is never read back': onErase(() => ({
    readBack: (_context, call) =>
      Promise.resolve(call.members.map(({ key }) => ({ key, answer: { kind: 'not_happened' } as const }))),
  })),
  'every step counts as repeatable': onConnector((connector) => {
    const steps = Object.entries(connector.manifest.steps).map(([name, step]) => [
      name,
      { ...step, isRepeatable: true },
    ])
    // The names are those of the manifest: this is the border where fromEntries forgets them.
    const manifest = { ...connector.manifest, steps: Object.fromEntries(steps) as typeof connector.manifest.steps }
    return { ...connector, manifest }
  }),
  'legs are counted before the request is locked': onStore('coordinator', countedEarly),
  'an effect is sent before its intent is stored': onStore('connector', sentEarly),
  'the approval is not asked for': onTx('', () => forgingApproval((request) => request.approval ?? forged(request))),
  'the cooling-off period is not waited for': onTx('', () =>
    forgingApproval(({ approval }) => approval && { ...approval, actNotBeforeMs: 0 }),
  ),
  'somebody of the same name counts as the person': onConnector((connector) => ({
    ...connector,
    discover: async function* (context, search) {
      for await (const record of connector.discover(context, search)) {
        yield { ...record, attribution: { kind: 'certain' } }
      }
    },
  })),
  'the vendor’s yes counts as gone': onConnector((connector) => ({
    ...connector,
    verify: async (context, subject) => {
      const report = await connector.verify(context, subject)
      if (subject.right !== 'erasure') return report
      const findings = report.findings.map((one) => ({ ...one, remaining: 0, verdict: { kind: 'absent' } as const }))
      return { ...report, findings, readbacks: report.readbacks.map((one) => ({ ...one, result: 0 })) }
    },
  })),
  'an empty answer needs no positive control': onConnector((connector) => ({
    ...connector,
    verify: async (context, subject) => {
      const report = await connector.verify(context, subject)
      return { ...report, control: { ...report.control, result: 1 } }
    },
  })),
  'the watchdog sees no lost job': onTx('watchdog', () => (tx) => ({
    ...tx,
    leg: { ...tx.leg, claim: () => Promise.resolve([]) },
  })),
  'a call whose sender died is forgotten': onTx('watchdog', () => (tx) => ({
    ...tx,
    call: { ...tx.call, claim: () => Promise.resolve([]) },
  })),
  'announcements are stored after the transaction': onStore('', announcedLate),
  'a recheck acts on what was created since': onTx('connector', reappearedIsActedOn),
  'parents go with their children': onErase((verb) => ({
    plan: async (context, subject) => (await verb.plan(context, subject)).map((effect) => ({ ...effect, after: [] })),
  })),
  'an Idempotency-Key is not looked up': onTx('people', () => (tx) => ({
    ...tx,
    idempotency: { ...tx.idempotency, insertNew: () => Promise.resolve(true) },
  })),
  'what is learned starts no other round': onTx('coordinator', () => (tx) => ({
    ...tx,
    identifier: { ...tx.identifier, count: () => Promise.resolve(0) },
  })),
  'every member of a batch gets the first one’s answer': onErase((verb) => ({
    perform: async (context, call) => {
      const [first, ...others] = await verb.perform(context, call)
      return first ? [first, ...others.map(({ key }) => ({ key, answer: first.answer }))] : []
    },
  })),
  'an account is never read-only': { account: (account) => ({ ...account, effects: 'live' }) },
}
