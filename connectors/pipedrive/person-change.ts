import { DsrError, isDsrError, isJsonObject, neverPolled, textAt } from '../../src/connector/index.ts'
import type {
  Context,
  EffectAnswer,
  JsonObject,
  JsonValue,
  LegSubject,
  PlannedEffect,
  WritingVerb,
} from '../../src/connector/index.ts'
import { writing } from './answers.ts'
import { openClient } from './client.ts'
import type { Pipedrive } from './client.ts'
import { askControl } from './control.ts'
import { numberOf } from './mapping.ts'
import { personNow } from './person-now.ts'
import { readPeople } from './people.ts'

/** A wish that is met by changing fields of a person. */
export interface PersonChange {
  readonly step: string
  readonly part: string
  /** What has to be kept with the effect; undefined = nothing is to be done for this person. */
  details(context: Context, subject: LegSubject, person: JsonValue): JsonObject | undefined
  /** The fields to change on the person as it is now; undefined = it is as wanted. */
  change(person: JsonObject, details: JsonValue): JsonObject | undefined
  /** Whether the marketing fields are needed to judge. */
  readonly needsConsent?: boolean
}

/** A writing verb that changes each of the subject's persons by one call, and believes only what it reads back. */
export function changingPersons(kind: PersonChange): WritingVerb {
  return {
    plan: (context, subject) =>
      Promise.resolve(
        subject.records
          .filter(({ part }) => part === 'person')
          .flatMap(({ ref, content }): readonly PlannedEffect[] => {
            const details = kind.details(context, subject, content)
            return details === undefined ? [] : [{ step: kind.step, target: ref, part: kind.part, after: [], details }]
          }),
      ),
    perform: async (context, { step, members }) => {
      const [member] = members
      if (member === undefined || members.length > 1 || step !== kind.step)
        throw new DsrError('CONNECTOR_BUG', 'this call carries one effect at a time')
      const { key, target, details = null } = member
      return [{ key, answer: await changeOne(openClient(context), kind, { target, details }) }]
    },
    readBack: async (context, { members }) => {
      const api = openClient(context)
      await askControl(api)
      const answers = []
      for (const { key, target, details = null } of members) {
        const person = await readOne(api, kind, target)
        const isDone = person !== undefined && kind.change(person, details) === undefined
        answers.push({ key, answer: { kind: isDone ? ('happened' as const) : ('not_happened' as const) } })
      }
      return answers
    },
    poll: neverPolled,
  }
}

interface Wanted {
  readonly target: string
  readonly details: JsonValue
}

async function changeOne(api: Pipedrive, kind: PersonChange, { target, details }: Wanted): Promise<EffectAnswer> {
  const person = await readOne(api, kind, target)
  if (person === undefined) return { kind: 'rejected', code: 'VENDOR_REFUSED' }
  const change = kind.change(person, details)
  if (change === undefined) return { kind: 'already' }
  const written = await writing(() => api.persons.updatePerson({ id: numberOf(target), UpdatePersonRequest: change }))
  if (written.kind === 'refused')
    return { kind: 'rejected', code: written.status === 403 ? 'VENDOR_SCOPE_MISSING' : 'VENDOR_REFUSED' }
  return seenAfter(api, kind, { target, details, written: written.answer })
}

/** Pipedrive leaves a change that it forbids undone and says 200 all the same (published document of the person). */
async function seenAfter(
  api: Pipedrive,
  kind: PersonChange,
  { target, details, written }: Wanted & { readonly written: JsonObject },
): Promise<EffectAnswer> {
  const told = written.data
  const person = isJsonObject(told) && !isBlind(kind, told) ? told : await lookAfter(api, kind, target)
  if (person === undefined) return { kind: 'unknown' }
  return kind.change(person, details) === undefined ? { kind: 'done' } : { kind: 'rejected', code: 'VENDOR_REFUSED' }
}

/** A look that fails after the change says nothing about the change: the engine looks again. */
async function lookAfter(api: Pipedrive, kind: PersonChange, id: string): Promise<JsonObject | undefined> {
  try {
    return await readOne(api, kind, id)
  } catch (error) {
    if (isDsrError(error)) return undefined
    throw error
  }
}

/** The answer to a change need not show the marketing fields: then a look decides. */
function isBlind({ needsConsent = false }: PersonChange, person: JsonValue): boolean {
  return needsConsent && textAt(person, 'marketing_status') === ''
}

/** The person with the fields that the change is about. */
async function readOne(
  api: Pipedrive,
  { needsConsent = false }: PersonChange,
  id: string,
): Promise<JsonObject | undefined> {
  if (!needsConsent) return personNow(api, id)
  return (await readPeople(api, [id])).find((person) => person.is_deleted !== true)
}
