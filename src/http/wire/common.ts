import { z } from 'zod'
import type { JsonValue } from '../../domain/json.ts'
import { REQUEST_TABLE } from '../../domain/request.ts'
import { statesOf } from '../../domain/state-table.ts'

/** Schemas that several routes share. What they describe is what /openapi.json says. */

export const idParams = z.strictObject({
  id: z.uuid().describe('subject_request_id'),
})

/** Any JSON. A recursive schema would leave a reference in the API document that leads nowhere. */
export const jsonValue: z.ZodType<JsonValue, JsonValue> = z.any()

export const stateName = z.enum(statesOf(REQUEST_TABLE))

/** An instant as we print it: UTC, milliseconds. */
export const instant = z.string().describe('instant in UTC, ISO 8601')

export function isoOf(atMs: number): string
export function isoOf(atMs: number | null): string | null
export function isoOf(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString()
}

/** A short text of the caller's own that is kept in the open: no address, no control characters. */
export function plainText(most: number) {
  return z
    .string()
    .min(1)
    .max(most)
    .regex(/^[^@\p{Cc}]*$/u, 'must hold no @ and no control characters: it is kept unencrypted')
}

export const reason = z
  .string()
  .trim()
  .min(1)
  .max(4000)
  .describe('why, in your words; kept encrypted under the key of the request')

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().describe('one of the codes of docs/errors.md'),
    detail: z.string(),
    field: z.string().optional(),
  })
  .describe('RFC 9457 problem')

const problemAnswer = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problem } },
})

/** What every route behind a key may answer besides its own. */
export const problems = {
  400: problemAnswer('the call is not valid; `code` and `field` say what is wrong'),
  401: problemAnswer('UNAUTHENTICATED'),
  403: problemAnswer('FORBIDDEN'),
  404: problemAnswer('NOT_FOUND: an unknown id and a foreign one alike'),
  409: problemAnswer('not now: the state, the plan or an earlier call stands against it'),
  413: problemAnswer('BODY_TOO_LARGE'),
  429: problemAnswer('RATE_LIMITED; `Retry-After` says when to call again'),
} as const
