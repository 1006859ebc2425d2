import { z } from 'zod'
import { normaliseIdentifier } from '../../domain/identifier.ts'
import { PURPOSES } from '../../domain/wish.ts'
import { principalOf, type Guard } from '../access/authentication.ts'
import { actorOf } from '../access/principal.ts'
import type { App, ServerOptions } from '../options.ts'
import { isoOf, plainText, problems } from '../wire/common.ts'
import { chosenController, identity, KIND_OF_IDENTITY } from '../wire/create-form.ts'
import { suppressionAnswers, suppressionLifted } from '../wire/suppression-answers.ts'

const reachable = identity.extend({ identity_type: z.enum(['email', 'phone']) })

const checkForm = z.strictObject({
  subject_identities: z.array(reachable).min(1).max(1000),
  purpose: z.enum(PURPOSES).default('direct_marketing'),
  controller_id: z.string().max(63).optional().describe('needed when the key sees several controllers'),
})

const liftForm = z.strictObject({
  subject_identity: reachable,
  purpose: z.enum(PURPOSES).default('direct_marketing'),
  opted_in_time: z.iso.datetime({ offset: true }).describe('when the person opted in again'),
  evidence: plainText(200).describe('where you keep the opt-in; kept in the open'),
  controller_id: z.string().max(63).optional().describe('needed when the key sees several controllers'),
})

/** `POST /v1/suppressions/…`: imports ask before they write to people, and a fresh opt-in lifts. */
export function suppressionRoutes(app: App, options: ServerOptions, guard: Guard): void {
  checkRoute(app, options, guard)
  liftRoute(app, options, guard)
}

function checkRoute(app: App, options: ServerOptions, guard: Guard): void {
  const schema = {
    summary: 'Whether people may be written to for a purpose; one answer for each identity, in their order',
    tags: ['suppressions'],
    body: checkForm,
    response: { 200: suppressionAnswers, ...problems },
  }
  app.post('/v1/suppressions/check', { schema, onRequest: guard('suppressions') }, async (httpRequest) => {
    const { subject_identities: asked, purpose, controller_id: named } = httpRequest.body
    const { controllerId: own } = principalOf(httpRequest)
    const controller = chosenController(named, { own, known: options.ports.policies.controllers() })
    const answers = await options.suppressions.check(controller, asked.map(identifierOf), purpose)
    return {
      answers: answers.map((one) =>
        one === undefined
          ? { is_suppressed: false }
          : {
              is_suppressed: true,
              purpose: one.purpose,
              ground: one.ground,
              subject_request_id: one.requestId,
              since: isoOf(one.sinceMs),
              review_time: isoOf(one.reviewAtMs),
            },
      ),
    }
  })
}

function liftRoute(app: App, options: ServerOptions, guard: Guard): void {
  const schema = {
    summary: 'Lift a suppression because the person opted in again',
    tags: ['suppressions'],
    body: liftForm,
    response: { 200: suppressionLifted, ...problems },
  }
  app.post('/v1/suppressions/lift', { schema, onRequest: guard('suppressions') }, async (httpRequest) => {
    const { subject_identity: asked, purpose, opted_in_time: at, evidence, controller_id: named } = httpRequest.body
    const principal = principalOf(httpRequest)
    const known = options.ports.policies.controllers()
    const { accounts } = await options.suppressions.lift({
      controllerId: chosenController(named, { own: principal.controllerId, known }),
      identifier: identifierOf(asked),
      purpose,
      optedInAtMs: Date.parse(at),
      evidence,
      actor: actorOf(principal),
    })
    return { accounts_to_lift_by_hand: [...accounts] }
  })
}

function identifierOf(asked: z.output<typeof reachable>) {
  return normaliseIdentifier(KIND_OF_IDENTITY[asked.identity_type], asked.identity_value)
}
