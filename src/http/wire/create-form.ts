import { z } from 'zod'
import { DsrError } from '../../domain/errors.ts'
import type { IdentifierKind } from '../../domain/identifier.ts'
import { controllerId, type ControllerId } from '../../domain/ids.ts'
import { RIGHTS } from '../../domain/right.ts'
import { CORRECTABLE_FIELDS, PURPOSES } from '../../domain/wish.ts'
import type { IntakeForm } from '../../stages/intake.ts'
import { plainText } from './common.ts'

export const identity = z.strictObject({
  identity_type: z.enum(['email', 'phone', 'controller_customer_id']),
  identity_value: z.string(),
  identity_format: z.literal('raw').default('raw').describe('hashed identities cannot be searched for'),
})

/** Body of `POST /v1/requests`, in OpenDSR's words where they exist. */
export const createForm = z.strictObject({
  right: z.enum(RIGHTS),
  subject_identities: z.array(identity).min(1),
  subject_names: z
    .array(z.string().trim().min(1).max(200))
    .max(10)
    .default([])
    .describe('names the person goes by; they only help to weigh matches'),
  corrections: z
    .array(z.strictObject({ field: z.enum(CORRECTABLE_FIELDS), value: z.string().max(1000) }))
    .max(CORRECTABLE_FIELDS.length)
    .default([])
    .describe('for rectification: what is right; an empty value clears the field'),
  purposes: z.array(z.enum(PURPOSES)).max(PURPOSES.length).default([]).describe('for objection: what to'),
  submitted_time: z.iso.datetime({ offset: true }).optional().describe('when the person asked; the clock starts then'),
  language: z.enum(['nl', 'fr', 'en']).optional(),
  channel: z
    .string()
    .regex(/^[a-z][a-z0-9_-]{0,40}$/, 'must be a short lower-case name')
    .default('api'),
  external_reference: plainText(200).optional().describe('your own number for it, such as a ticket'),
  identity_check: z
    .strictObject({
      method: z.string().regex(/^[a-z][a-z0-9_-]{0,40}$/, 'must be a short lower-case name'),
      level: z.int().min(0).max(4).default(1),
    })
    .optional()
    .describe('how you know the person; without a check that the policy accepts the request waits'),
  capacity: z.enum(['controller', 'processor']).default('controller'),
  controller_id: z.string().max(63).optional().describe('needed when the key sees several controllers'),
  instruction_id: plainText(200).optional(),
  callback_url: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .optional()
    .describe('where changes of state are posted, signed'),
  mode: z.enum(['full', 'plan']).default('full').describe('plan: search and plan, change nothing'),
})

export type CreateForm = z.output<typeof createForm>

export const KIND_OF_IDENTITY: Readonly<
  Record<CreateForm['subject_identities'][number]['identity_type'], IdentifierKind>
> = {
  email: 'email',
  phone: 'phone',
  controller_customer_id: 'external_id',
}

/** What the server adds to a form. */
export type FormContext = Pick<IntakeForm, 'actor' | 'idempotencyKey' | 'body' | 'controllerId'> & {
  readonly languages: readonly IntakeForm['language'][]
}

/** @throws DsrError `FIELD_INVALID` for a callback URL that carries credentials. */
export function intakeForm(form: CreateForm, context: FormContext): IntakeForm {
  return {
    controllerId: context.controllerId,
    actor: context.actor,
    idempotencyKey: context.idempotencyKey,
    body: context.body,
    right: form.right,
    mode: form.mode,
    capacity: form.capacity,
    instructionId: form.instruction_id ?? null,
    identities: form.subject_identities.map((one) => ({
      kind: KIND_OF_IDENTITY[one.identity_type],
      value: one.identity_value,
    })),
    names: form.subject_names,
    corrections: form.corrections,
    purposes: form.purposes,
    submittedAtMs: form.submitted_time === undefined ? null : Date.parse(form.submitted_time),
    language: form.language ?? context.languages[0] ?? 'en',
    channel: form.channel,
    externalReference: form.external_reference ?? null,
    callbackUrl: callbackOf(form),
    identityCheck: form.identity_check ?? null,
  }
}

function callbackOf({ callback_url: text }: CreateForm): string | null {
  if (text === undefined) return null
  const url = new URL(text)
  if (url.username !== '' || url.password !== '' || url.hash !== '')
    throw new DsrError('FIELD_INVALID', 'a callback carries no credentials', { field: 'callback_url' })
  return url.href
}

/**
 * The controller that a caller means: its own, the one it names, or the only one there is.
 *
 * @throws DsrError `NOT_FOUND` for a foreign or unknown one, `FIELD_INVALID` when none is named among several.
 */
export function chosenController(
  named: string | undefined,
  { own, known }: { readonly own: ControllerId | null; readonly known: readonly ControllerId[] },
): ControllerId {
  const visible = own === null ? known : known.filter((one) => one === own)
  if (named === undefined) {
    const [only] = visible
    if (only !== undefined && visible.length === 1) return only
    throw new DsrError('FIELD_INVALID', 'name the controller', { field: 'controller_id' })
  }
  const found = visible.find((one) => one === named)
  if (found === undefined) throw new DsrError('NOT_FOUND', 'not found')
  return controllerId(found)
}
