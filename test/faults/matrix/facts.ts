import { verifyRecordFile } from '../../../src/ledger/verify-record.ts'
import { sha256Hex } from '../../../src/crypto/digest.ts'
import type { RequestId } from '../../../src/domain/ids.ts'
import { ARCHIVE_KEPT_MS } from '../../../src/stages/seal.ts'
import type { RequestRow } from '../../../src/ports/rows.ts'
import { openArchive } from '../../kit/stack/archive.ts'
import { RECORD_KEY, type Course } from './course.ts'

/** The end of a course: what must be the same whatever broke on the way. */
export async function endOf(course: Course, id: RequestId): Promise<unknown> {
  const rows = await course.read(async (tx) => ({
    request: await tx.request.get(id),
    requests: await tx.request.count({}),
    legs: await tx.leg.find({ requestId: id }),
    effects: await tx.effect.find({ requestId: id }),
    seals: await tx.seal.find({ requestId: id }),
    leaves: await tx.leaf.find({ requestId: id }),
    rechecks: await tx.recheck.find({ requestId: id }),
  }))
  const objects = await keysOf(course)
  const keys = rows.seals.map((seal) => seal.archiveKey).filter((key) => key !== null)
  const archives = await Promise.all(keys.map((key) => archiveFacts(course, rows.request!, key)))
  await course.after(ARCHIVE_KEPT_MS, id)
  const left = await keysOf(course)
  return {
    requests: rows.requests,
    state: rows.request?.state,
    result: rows.request?.result,
    delivery: rows.request?.delivery?.result,
    legs: byName(
      rows.legs.map((leg) => `${leg.accountId} ${leg.generation}`),
      rows.legs.map((leg) => ({ state: leg.state, parts: leg.parts.map(partOf) })),
    ),
    effects: rows.effects.map((effect) => `${effect.step} ${effect.state}`).sort(),
    records: rows.seals.map((seal) => recordFacts(seal.envelope)),
    leaves: rows.leaves.map((leaf) => leaf.kind).sort(),
    rechecks: rows.rechecks.map((one) => `${one.why} ${one.state}`),
    parcels: objects.filter((key) => key.startsWith('parcels/')),
    archives,
    leftAfterItsDate: left,
    answers: new Set(answersOf(course)).size,
    vendors: await course.parts.vendorFacts(),
    repeated: course.parts.repeatedChanges(),
  }
}

/** What the person finds in the archive, but for the times in it. */
async function archiveFacts({ ports, parts }: Course, request: RequestRow, key: string): Promise<unknown> {
  const { paths, text } = await openArchive({ objects: parts.objects, vault: ports.vault.open(request), key })
  const data = paths.filter((one) => one.startsWith('data/'))
  return {
    paths: [...paths].sort(),
    data: byName(
      data,
      data.map((one) => sha256Hex(one.endsWith('.json') ? contentOf(text(one)) : text(one))),
    ),
  }
}

/** The records of a file in an order that hangs on no id, without the times of the course. */
function contentOf(text: string): string {
  const timeless = text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'then')
  const records: unknown = JSON.parse(timeless)
  return Array.isArray(records)
    ? records
        .map((one) => JSON.stringify(one))
        .sort()
        .join()
    : timeless
}

/** What belongs to each name; ids are not the same in two courses, and neither is the order that they give. */
function byName<One>(names: readonly string[], ones: readonly One[]): Readonly<Record<string, One>> {
  return Object.fromEntries(names.map((name, at) => [name, ones[at]!] as const))
}

async function keysOf(course: Course): Promise<readonly string[]> {
  const keys: string[] = []
  for await (const object of course.parts.objects.list('')) keys.push(object.key)
  return keys
}

/** The completed events as the receiver knows them apart; a doubled message keeps its id. */
function answersOf(course: Course): readonly string[] {
  return course.delivered
    .filter((row) => row.kind === 'event' && row.body.name === 'request.completed')
    .map((row) => JSON.stringify(row.body.event_id))
}

function partOf({ part, outcome, counts }: { part: string; outcome: { kind: string }; counts: unknown }): unknown {
  return { part, outcome: outcome.kind, counts }
}

/** The record as a stranger reads it. */
function recordFacts(envelope: Uint8Array): unknown {
  const verdict = verifyRecordFile(envelope, [RECORD_KEY])
  if (verdict.kind === 'invalid') return verdict
  const { predicate, subject } = verdict.statement
  return {
    result: predicate.result,
    sequence: predicate.sequence,
    subjects: subject.length,
    isApproved: predicate.approval !== undefined,
    legs: byName(
      predicate.legs.map((leg) => leg.account),
      predicate.legs.map((leg) => ({ state: leg.state, parts: leg.parts.map(partOf) })),
    ),
    exceptions: predicate.exceptions.map((one) => `${one.account}/${one.part}`).sort(),
    commitments: predicate.subject_commitments.length,
  }
}
