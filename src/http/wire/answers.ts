import { z } from 'zod'
import { RIGHTS } from '../../domain/right.ts'
import { FACT_KINDS } from '../views/facts.ts'
import { instant, jsonValue, stateName } from './common.ts'

/** What the routes answer. Nothing here is personal data but labels and reasons, which only some roles get. */

export const links = z.object({
  self: z.string(),
  plan: z.string(),
  record: z.string(),
  archive: z.string().optional(),
})

export const requestSummary = z.object({
  subject_request_id: z.string(),
  controller_id: z.string(),
  right: z.enum(RIGHTS),
  mode: z.enum(['full', 'plan']),
  request_status: z.enum(['pending', 'in_progress', 'completed', 'cancelled']).describe('the four words of OpenDSR'),
  state: stateName,
  result: z.enum(['completed', 'completed_with_exceptions', 'planned', 'refused', 'withdrawn']).nullable(),
  received_time: instant,
  due_date: z.string(),
  days_left: z.int().nullable().describe('whole days until the due date ends; null once answered or ended'),
  is_late: z.boolean(),
  needs: z
    .array(z.enum(['identity', 'decision', 'approval', 'review', 'new_plan', 'system', 'delivery']))
    .describe('what a person must do before it goes on'),
  external_reference: z.string().nullable(),
  links,
})

export const created = requestSummary
  .pick({
    subject_request_id: true,
    controller_id: true,
    request_status: true,
    state: true,
    received_time: true,
    due_date: true,
    links: true,
  })
  .extend({
    receipt: z
      .object({
        payload: z.string(),
        payloadType: z.string(),
        signatures: z.array(z.object({ keyid: z.string(), sig: z.string() })),
      })
      .describe('DSSE envelope: keep it, it proves that we have the request'),
  })

export const requestPage = z.object({ requests: z.array(requestSummary), next_cursor: z.string().nullable() })

const outcome = z.object({
  kind: z.string(),
  law: z.string().optional(),
  until: instant.optional(),
  finishes_by: instant.optional(),
  why: z.string().optional(),
  evidence: z.string().optional(),
  code: z.string().optional(),
})

const part = z.object({
  part: z.string(),
  title: z.string(),
  outcome: outcome.nullable().describe('null until something was done'),
  counts: z.object({ found: z.int(), done: z.int(), kept: z.int(), remaining: z.int() }),
})

const leg = z.object({
  leg_id: z.string(),
  account_id: z.string(),
  connector: z.string(),
  title: z.string(),
  generation: z.int(),
  state: z.string(),
  outcome: outcome.nullable().describe('the worst of its parts, once settled'),
  progress: z
    .object({ done: z.int(), all: z.int() })
    .nullable()
    .describe('changes that the system confirmed, while it is worked on'),
  parts: z.array(part),
  parked: z.object({ reason: z.string(), code: z.string().nullable() }).nullable(),
  looked_again: z.array(z.object({ query_class: z.string(), result: z.int(), time: instant })),
  searched_time: instant.nullable(),
  next_action_time: instant.nullable(),
})

const event = z.object({
  time: instant,
  by: z.object({ role: z.string(), id: z.string() }),
  kind: z.string(),
  leg_id: z.string().nullable(),
  detail: jsonValue,
  reason: z.string().optional().describe('a person’s words; only for roles that decide'),
})

export const candidate = z.object({
  record_id: z.string(),
  leg_id: z.string(),
  account_id: z.string(),
  part: z.string(),
  because: z.string().describe('why it is not certain that the record is the person’s'),
  label: z.string().optional().describe('a line to tell matches apart; only for roles that decide'),
  facts: z
    .array(
      z.object({
        fact: z.enum(FACT_KINDS),
        person: z.array(z.string()).describe('what is known of the person who asks'),
        record: z.array(z.string()).describe('what this record says'),
        is_same: z.boolean(),
      }),
    )
    .optional()
    .describe('the record beside the person, as the pages show them; only for roles that decide'),
  created_time: instant.nullable(),
})

export const requestDetail = requestSummary.extend({
  clock: z.object({
    submitted_time: instant.nullable(),
    received_time: instant,
    due_time: instant,
    due_date: z.string(),
    days_left: z.int().nullable(),
    is_late: z.boolean(),
    answered_time: instant.nullable(),
    closed_time: instant.nullable(),
  }),
  duplicate_of: z.string().nullable(),
  identity_check: z.object({ method: z.string(), level: z.int(), by: z.string(), time: instant }).nullable(),
  plan: z.object({ version: z.int(), plan_hash: z.string() }).nullable(),
  approval: z
    .object({ by: z.string(), plan_hash: z.string(), time: instant, expires_time: instant, act_not_before: instant })
    .nullable(),
  delivery: z.object({ channel: z.string(), result: z.string(), time: instant }).nullable(),
  legs: z.array(leg),
  candidates: z.array(candidate),
  rechecks: z.array(z.object({ account_id: z.string(), due_time: instant, why: z.string(), state: z.string() })),
  record: z.object({ sequence: z.int(), sha256: z.string(), sealed_time: instant }).nullable(),
  timeline: z.array(event),
  is_timeline_cut: z.boolean().describe('true when there are more events than shown'),
})

const planCounts = z.object({
  found: z.int(),
  acted: z.int().describe('erased, blanked out, unsubscribed, copied or changed'),
  kept: z.int().describe('by law or by a decision'),
  cannot: z.int().describe('stays: the account is read-only, or the system has no way'),
})

const plannedSystem = z.object({
  account_id: z.string(),
  title: z.string(),
  effects: z.enum(['read_only', 'test_only', 'live']).nullable(),
  is_searched: z.boolean(),
  counts: planCounts,
  places: z.array(
    z.object({
      part: z.string(),
      title: z.string(),
      deed: z.string(),
      counts: planCounts,
      kept: z.array(z.object({ count: z.int(), law: z.string().nullable(), until: instant.nullable() })),
      cannot_because: z.string().nullable(),
    }),
  ),
})

export const planAnswer = z.object({
  subject_request_id: z.string(),
  version: z.int(),
  plan_hash: z.string().describe('SHA-256 of the canonical plan; approving names it'),
  made_time: instant,
  is_present: z.boolean().describe('whether it is the plan that can be approved now'),
  counts: planCounts,
  systems: z.array(plannedSystem).describe('the plan as people read it, by system and place'),
  plan: jsonValue.describe('the plan itself, which the hash covers'),
})

const depthRow = z.object({
  part: z.string(),
  title: z.string(),
  category: z.string(),
  is_read: z.boolean(),
  on_erasure: z.string(),
  purge_days: z.number(),
  why: z.string().nullable(),
})

const copyPlace = z.object({
  leg_id: z.string(),
  account_id: z.string(),
  system: z.string(),
  part: z.string(),
  title: z.string(),
  records: z.int(),
  files: z.int(),
  redactions: z.int(),
  secrets: z.int().describe('credentials that were taken out by themselves'),
})

const redactionId = z.string().nullable().describe('set when it was taken out')

export const copyAnswer = z.object({
  subject_request_id: z.string(),
  copy_hash: z.string().describe('names what would go out now; `review` may name it'),
  places: z.array(copyPlace),
  shown: z
    .object({
      leg_id: z.string(),
      part: z.string(),
      from: z.int(),
      next_from: z.int().nullable(),
      records: z.array(
        z.object({
          position: z.int(),
          redaction_id: redactionId,
          is_cut: z.boolean().describe('true when it has more fields than shown'),
          fields: z.array(
            z.object({
              path: z.string(),
              value: z.string(),
              is_of_others: z.boolean(),
              redaction_id: redactionId,
            }),
          ),
        }),
      ),
      files: z.array(
        z.object({
          position: z.int(),
          name: z.string(),
          media_type: z.string(),
          bytes: z.int(),
          redaction_id: redactionId,
        }),
      ),
    })
    .nullable()
    .describe('one place, when leg_id and part ask for it'),
})

export type CopyAnswer = z.input<typeof copyAnswer>

export const connectorList = z.object({
  accounts: z.array(
    z.object({
      account_id: z.string(),
      controller_id: z.string(),
      connector: z.string(),
      title: z.string(),
      version: z.string(),
      effects: z.enum(['read_only', 'test_only', 'live']),
      is_sandbox: z.boolean(),
      rights: z.array(z.string()),
      searches: z.array(z.string()),
      waiting_for_a_person: z.int(),
      limits: z.array(
        z.object({
          bucket: z.string(),
          limit: z.number(),
          window_ms: z.number(),
          scope: z.string(),
          source: z.string(),
        }),
      ),
      depth: z.array(depthRow),
    }),
  ),
})

export type RequestSummary = z.input<typeof requestSummary>
export type RequestDetail = z.input<typeof requestDetail>
export type PlanAnswer = z.input<typeof planAnswer>
export type ConnectorList = z.input<typeof connectorList>

export const archiveLinkAnswer = z.object({
  url: z.url().describe('secret until used; opening it changes nothing'),
  code: z.string().describe('eight digits; send them another way than the link'),
  expires_time: instant,
})
