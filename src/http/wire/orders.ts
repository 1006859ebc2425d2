import { z } from 'zod'
import { REDACTION_KINDS, REDACTION_REASONS } from '../../domain/redaction.ts'
import { legId, recordId } from '../../domain/ids.ts'
import type { Commands, Order } from '../../ports/commands.ts'
import type { RequestRow } from '../../ports/rows.ts'
import type { Permission } from '../access/roles.ts'
import { plainText, reason } from './common.ts'

type Base = Omit<Order, 'reason'>

/** One order that people or the portal give: who may, what it takes, and what it does. */
export interface OrderRoute {
  readonly permission: Permission
  readonly summary: string
  readonly form: z.ZodType
  readonly run: (commands: Commands, base: Base, body: unknown) => Promise<RequestRow>
}

function order<Form extends z.ZodType>(route: {
  readonly permission: Permission
  readonly summary: string
  readonly form: Form
  readonly run: (commands: Commands, base: Base, body: z.output<Form>) => Promise<RequestRow>
}): OrderRoute {
  // The body was checked by the same schema; parsing again is how its type is known here.
  return { ...route, run: async (commands, base, body) => route.run(commands, base, route.form.parse(body)) }
}

const withReason = z.strictObject({ reason: reason.optional() })

const decision = z.strictObject({
  record_id: z.uuid(),
  decision: z.enum(['subject', 'not_subject', 'retain']),
  law: plainText(200).optional().describe('needed to retain'),
  until: z.iso.datetime({ offset: true }).optional().describe('needed to retain'),
})

const wantedRedaction = z.strictObject({
  leg_id: z.uuid(),
  part: z.string().max(100),
  kind: z.enum(REDACTION_KINDS),
  position: z.int().min(0).describe('which record or file of the part, from 0'),
  path: z.string().max(4000).default('').describe('JSON Pointer (RFC 6901) of a field'),
})

/** All orders, by the last piece of their address. */
export const ORDERS = {
  'verify-identity': order({
    permission: 'verify_identity',
    summary: 'Say how the person was identified; the search starts',
    form: z.strictObject({
      method: z.string().regex(/^[a-z][a-z0-9_-]{0,40}$/, 'must be a short lower-case name'),
      level: z.int().min(0).max(4).default(1),
      reason: reason.optional(),
    }),
    run: async (commands, base, { method, level, reason: why }) =>
      commands.verifyIdentity({ ...base, method, level, reason: why ?? null }),
  }),
  decide: order({
    permission: 'decide',
    summary: 'Decide whose uncertain records are',
    form: z.strictObject({ decisions: z.array(decision).min(1).max(500), reason: reason.optional() }),
    run: async (commands, base, body) =>
      commands.decide({
        ...base,
        reason: body.reason ?? null,
        decisions: body.decisions.map((one) => ({
          recordId: recordId(one.record_id),
          decision: one.decision,
          law: one.law ?? null,
          untilMs: one.until === undefined ? null : Date.parse(one.until),
        })),
      }),
  }),
  approve: order({
    permission: 'approve',
    summary: 'Approve the plan with this hash',
    form: z.strictObject({
      plan_hash: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits'),
      reason: reason.optional(),
    }),
    run: async (commands, base, { plan_hash: planHash, reason: why }) =>
      commands.approve({ ...base, planHash, reason: why ?? null }),
  }),
  review: order({
    permission: 'review',
    summary: 'Release an archive that was reviewed',
    form: z.strictObject({
      copy_hash: z
        .string()
        .regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits')
        .optional()
        .describe('the hash of the copy that was read: another one is not released'),
      reason: reason.optional(),
    }),
    run: async (commands, base, body) =>
      commands.review({ ...base, copyHash: body.copy_hash, reason: body.reason ?? null }),
  }),
  redact: order({
    permission: 'review',
    summary: 'Take fields, records or files out of a copy that waits for its review',
    form: z.strictObject({
      redactions: z.array(wantedRedaction).min(1).max(500),
      why: z.enum(REDACTION_REASONS).default('third_party'),
      reason: reason.optional(),
    }),
    run: async (commands, base, { redactions, why, reason: words }) =>
      commands.redact({
        ...base,
        why,
        reason: words ?? null,
        redactions: redactions.map(({ leg_id: id, ...one }) => ({ ...one, legId: legId(id) })),
      }),
  }),
  restore: order({
    permission: 'review',
    summary: 'Put back what was taken out of a copy',
    form: z.strictObject({ redaction_ids: z.array(z.uuid()).min(1).max(500), reason: reason.optional() }),
    run: async (commands, base, body) =>
      commands.restore({ ...base, redactionIds: body.redaction_ids, reason: body.reason ?? null }),
  }),
  refuse: order({
    permission: 'refuse',
    summary: 'Refuse the request, with the reason the person is told',
    form: z.strictObject({ reason }),
    run: async (commands, base, body) => commands.refuse({ ...base, reason: body.reason }),
  }),
  withdraw: order({
    permission: 'withdraw',
    summary: 'Withdraw the request; possible until acting begins',
    form: withReason,
    run: async (commands, base, body) => commands.withdraw({ ...base, reason: body.reason ?? null }),
  }),
  resume: order({
    permission: 'resume',
    summary: 'Let a system, or the request itself, go on',
    form: z.strictObject({
      leg_id: z.uuid().optional(),
      action: z.enum(['retry', 'act_again', 'accept']).default('retry'),
      reason: reason.optional(),
    }),
    run: async (commands, base, body) =>
      commands.resume({
        ...base,
        legId: body.leg_id === undefined ? null : legId(body.leg_id),
        action: body.action,
        reason: body.reason ?? null,
      }),
  }),
  recheck: order({
    permission: 'recheck',
    summary: 'Look again at every system now',
    form: withReason,
    run: async (commands, base, body) => commands.recheck({ ...base, reason: body.reason ?? null }),
  }),
} as const satisfies Record<string, OrderRoute>

export type OrderName = keyof typeof ORDERS

export const ORDER_NAMES = Object.keys(ORDERS) as OrderName[]
