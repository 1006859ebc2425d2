import type { ExportPiece, FoundRecord } from '../../../../src/connector/index.ts'
import type { PlantedPerson } from '../../../../src/connector/testing.ts'
import { approved, discoverOnce, gather } from '../driver.ts'
import { picturesOf } from '../facts.ts'
import { inLab } from '../lab.ts'
import type { Lab } from '../lab.ts'
import { holds } from '../violation.ts'
import type { Check } from './check.ts'

export const readingChecks: readonly Check[] = [
  {
    name: 'finds all and only the records of the subject, over all pages',
    run: (candidate) =>
      inLab(candidate, {}, async (lab) => {
        for (const person of [lab.subject, lab.namesake, lab.stranger]) await expectAllFound(lab, person)
      }),
  },
  {
    name: 'finds the subject by each identifier kind that it searches',
    run: (candidate) =>
      inLab(candidate, {}, async (lab) => {
        for (const kind of lab.connector.manifest.searches) await expectSomeFound(lab, kind)
      }),
  },
  {
    name: 'finds nothing for somebody whom the vendor does not know',
    run: (candidate) =>
      inLab(candidate, {}, async (lab) => {
        const identifiers = [{ kind: 'email', value: 'nobody.at.all@example.net' }] as const
        const looked = { right: 'access', identifiers, person: lab.stranger, context: lab.context } as const
        const found = (await discoverOnce(lab, looked)).filter(({ attribution }) => attribution.kind === 'certain')
        holds(found.length === 0, 'finds only the subject')
      }),
  },
  {
    name: 'answers access without changing anything',
    run: (candidate) =>
      inLab(candidate, {}, async (lab) => {
        const expectUntouched = picturesOf(lab, [lab.subject, lab.namesake, lab.stranger])
        const identifiers = lab.subject.identifiers
        const looked = { right: 'access', identifiers, person: lab.subject, context: lab.context } as const
        const records = await discoverOnce(lab, looked)
        await drain(lab, lab.connector.export(lab.context, approved(records)))
        await lab.connector.check(lab.context)
        await lab.connector.verify(lab.context, { right: 'access', records: approved(records), identifiers })
        expectUntouched()
        holds(!lab.sandbox.calls().some(({ isChange }) => isChange), 'access sends no changing call')
      }),
  },
  {
    name: 'exports every record and every attachment, and nobody else’s',
    run: (candidate) => inLab(candidate, {}, expectWholeExport),
  },
]

async function expectAllFound(lab: Lab, person: PlantedPerson): Promise<void> {
  const { records } = await gather(lab, person)
  const own = refsOf(records, () => true)
  holds(own.size === records.length, 'yields each record once')
  for (const { part, isRead, onErasure } of lab.connector.manifest.depth) {
    const planted = person.refs[part] ?? []
    if (isRead) holds(planted.length > 0, 'the sandbox plants every part that is read', part)
    for (const ref of isRead ? planted : [])
      holds(own.has(`${part} ${ref}`), 'finds all records', `${part} ${onErasure}`)
  }
  const planted = new Set(Object.entries(person.refs).flatMap(([part, refs]) => refs.map((ref) => `${part} ${ref}`)))
  const rows = new Map(lab.connector.manifest.depth.map((row) => [row.part, row]))
  for (const { part, ref, attribution } of records) {
    holds(rows.get(part)?.isRead === true, 'yields only parts that the manifest reads', part)
    holds(attribution.kind === 'candidate' || planted.has(`${part} ${ref}`), 'finds only the subject', part)
  }
  const parents = new Set(records.map(({ ref }) => ref))
  for (const { part, parentRef } of records)
    holds(parentRef === undefined || parents.has(parentRef), 'a parent is a found record', part)
}

function refsOf(records: readonly FoundRecord[], isWanted: (record: FoundRecord) => boolean): ReadonlySet<string> {
  return new Set(records.filter(isWanted).map(({ part, ref }) => `${part} ${ref}`))
}

async function expectSomeFound(lab: Lab, kind: string): Promise<void> {
  const identifiers = lab.subject.identifiers.filter((identifier) => identifier.kind === kind)
  const looked = { right: 'access', identifiers, person: lab.subject, context: lab.context } as const
  // A person may be unknown to a vendor by some kind; what is planted under it must be found.
  const found = identifiers.length === 0 ? 1 : (await discoverOnce(lab, looked)).length
  holds(found > 0, 'finds the subject by every kind that it searches', kind)
}

async function expectWholeExport(lab: Lab): Promise<void> {
  const { records } = await gather(lab, lab.subject)
  const wanted = approved(records)
  const { pieces, attachments } = await drain(lab, lab.connector.export(lab.context, wanted))
  const exported = new Set(pieces.map(({ part, ref }) => `${part} ${ref}`))
  for (const { part, ref } of wanted) holds(exported.has(`${part} ${ref}`), 'exports every record', part)
  for (const [part, planted] of Object.entries(lab.subject.attachments ?? {})) {
    holds((attachments.get(part) ?? 0) === planted, 'exports every attachment', part)
  }
  const text = JSON.stringify([records.filter(({ attribution }) => attribution.kind === 'certain'), pieces])
  for (const { person } of [lab.namesake, lab.stranger]) {
    const words = [person.email, person.secondEmail, person.phone, person.externalId]
    holds(!words.some((word) => text.includes(word)), 'discloses no neighbour')
  }
  holds(!text.includes(lab.sandbox.token), 'exports no secret')
}

interface Drained {
  readonly pieces: readonly ExportPiece[]
  readonly attachments: ReadonlyMap<string, number>
}

/** Reads an export to its end, attachments included. */
async function drain(lab: Lab, stream: AsyncIterable<ExportPiece>): Promise<Drained> {
  const pieces: ExportPiece[] = []
  const attachments = new Map<string, number>()
  const parts = new Set(lab.connector.manifest.depth.map(({ part }) => part))
  for await (const piece of stream) {
    holds(parts.has(piece.part), 'exports only parts of the manifest', piece.part)
    if (piece.kind === 'record') {
      pieces.push(piece)
      continue
    }
    let bytes = 0
    for await (const chunk of await piece.open()) bytes += Buffer.from(chunk as Uint8Array).length
    holds(
      bytes > 0 && piece.name !== '' && piece.mediaType !== '',
      'an attachment has a name, a type and bytes',
      piece.part,
    )
    attachments.set(piece.part, (attachments.get(piece.part) ?? 0) + 1)
  }
  return { pieces, attachments }
}
