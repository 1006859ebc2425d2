import { jira } from '../../../connectors/jira/index.ts'
import { startSandbox } from '../../../connectors/jira/sandbox.ts'
import type { JsonValue, PlannedEffect } from '../../../src/connector/index.ts'
import { objectsAt, textAt, valueAt } from '../../../src/connector/index.ts'
import { act } from '../conformance/acting.ts'
import type { Running } from '../conformance/acting.ts'
import { withBench } from '../kit/bench.ts'
import type { Bench, BenchOptions } from '../kit/bench.ts'

export const piece = {
  connector: jira,
  startSandbox,
  headers: (token: string) => ({ authorization: `Basic ${Buffer.from(token).toString('base64')}` }),
}

export function withJira(options: BenchOptions, run: (bench: Bench) => Promise<void>): Promise<void> {
  return withBench(piece, options, run)
}

/** The first planted record of a part. */
export function refOf({ lab }: Pick<Bench, 'lab'>, part: string, at = 0): string {
  const ref = lab.subject.refs[part]?.[at]
  if (ref === undefined) throw new Error('nothing of this part was planted')
  return ref
}

/** The subject's request in which a colleague takes part. */
export function sharedRequest(bench: Pick<Bench, 'lab'>): string {
  return refOf(bench, 'requests', 1)
}

/** A field of an issue as the site shows it to anybody. */
export async function fieldOf(
  { send }: Pick<Bench, 'send'>,
  id: string,
  ...path: readonly string[]
): Promise<JsonValue> {
  const answer = await send('POST', '/rest/api/3/issue/bulkfetch', { issueIdsOrKeys: [id], fields: ['*all'] })
  return valueAt(objectsAt(answer, 'issues')[0], 'fields', ...path) ?? null
}

/** The history of an issue as one text. */
export async function historyOf({ send }: Pick<Bench, 'send'>, id: string): Promise<string> {
  let text = ''
  for (let cursor = ''; ;) {
    const page = await send('POST', '/rest/api/3/changelog/bulkfetch', {
      issueIdsOrKeys: [id],
      ...(cursor === '' ? {} : { nextPageToken: cursor }),
    })
    text += JSON.stringify(page)
    cursor = textAt(page, 'nextPageToken')
    if (cursor === '') return text
  }
}

/** Plans the erasure of everything that is found, and carries it out as the engine does. */
export async function eraseAll(bench: Bench): Promise<readonly Running[]> {
  const leg = await bench.legOf({ right: 'erasure' })
  const plan = (await bench.connector.writing.erasure?.plan(bench.context, leg)) ?? []
  return act(bench.lab, [plan], { context: bench.context })
}

/** How each effect of a step ended. */
export function endings(running: readonly Running[], step: string): readonly string[] {
  return running.filter(({ effect }) => effect.step === step).map(({ how }) => how)
}

export function effectsOf(plan: readonly PlannedEffect[], step: string): readonly PlannedEffect[] {
  return plan.filter((effect) => effect.step === step)
}
