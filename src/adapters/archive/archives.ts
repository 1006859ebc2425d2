import type { Clock, DepthRow } from '../../connector/contract.ts'
import { sealStream } from '../../crypto/stream.ts'
import type { Outcome } from '../../domain/outcome.ts'
import type { ObjectStore } from '../../ports/objects.ts'
import type { ArchiveOrder, Archives } from '../../ports/runtime.ts'
import { buildArchive } from './build.ts'
import { openParcel, type OpenParcel } from './parcel-reading.ts'
import { redactionsOf } from './redacting.ts'
import type { ArchivePart, ArchiveSpec, ArchiveSystem } from './spec.ts'

export interface ArchivesOptions {
  readonly objects: ObjectStore
  readonly clock: Clock
}

/** Archives built from parcels, sealed under the request's key for their own object key. */
export function createArchives({ objects, clock }: ArchivesOptions): Archives {
  return {
    build: async (order) => {
      const key = `archives/${order.request.id}/${order.attempt}`
      const spec = await toSpec(order, objects, clock.nowMs())
      const seal = sealStream(order.vault.objectKey(key), key)
      const built = await buildArchive(spec, { store: objects, key, seal })
      return { objectKey: key, sha256: built.sha256, zipBytes: built.zipBytes }
    },
    delete: (objectKey) => objects.delete(objectKey),
    deleteOthers: async (requestId, objectKey) => {
      for await (const { key } of objects.list(`archives/${requestId}/`))
        if (key !== objectKey) await objects.delete(key)
    },
    deleteAll: async (requestId) => {
      for await (const { key } of objects.list(`archives/${requestId}/`)) await objects.delete(key)
    },
  }
}

type OrderedSystem = ArchiveOrder['systems'][number]

async function toSpec(order: ArchiveOrder, objects: ObjectStore, createdAtMs: number): Promise<ArchiveSpec> {
  const { request, policy } = order
  const systems: ArchiveSystem[] = []
  for (const system of order.systems) {
    const parcel = system.parcel === undefined ? undefined : await openParcel(objects, order.vault, system.parcel)
    systems.push(toSystem(system, parcel, createdAtMs))
  }
  return {
    requestId: request.id,
    profile: request.right === 'portability' ? 'portability' : 'access',
    language: request.language,
    controllerName: policy.controllerName,
    timeZone: policy.timeZone,
    createdAtMs,
    systems,
    withheld: order.withheld,
  }
}

function toSystem(
  { leg, account, redactions }: OrderedSystem,
  parcel: OpenParcel | undefined,
  createdAtMs: number,
): ArchiveSystem {
  const { manifest } = account.connector
  const known = new Set(manifest.depth.map(({ part }) => part))
  const strays = (parcel?.parts ?? []).filter((part) => !known.has(part))
  return {
    accountId: leg.accountId,
    connector: manifest.id,
    title: manifest.title,
    searchedAtMs: leg.searchedAtMs ?? createdAtMs,
    searchedBy: manifest.searches,
    state: stateOf(leg, parcel),
    parts: [
      ...manifest.depth.map((row) => toPart(row, { parcel, redactions, unreadWhy: whyUnread(leg, row) })),
      // A part that the manifest forgot is a bug of the connector, not a reason to keep data from the person.
      ...strays.map((part) =>
        toPart({ part, title: part, category: part, origin: 'observed' }, { parcel, redactions, unreadWhy: undefined }),
      ),
    ],
  }
}

function stateOf(leg: OrderedSystem['leg'], parcel: OpenParcel | undefined): ArchiveSystem['state'] {
  if (parcel !== undefined && parcel.parts.length > 0) return 'found'
  return leg.searchedAtMs === null || leg.parts.some(({ outcome }) => !wasRead(outcome)) ? 'failed' : 'nothing'
}

function wasRead(outcome: Outcome): boolean {
  return outcome.kind !== 'failed' && outcome.kind !== 'not_done' && outcome.kind !== 'not_supported'
}

function whyUnread(leg: OrderedSystem['leg'], row: DepthRow): string | undefined {
  if (!row.isRead) return row.why ?? row.part
  const failed = leg.parts.find(({ part, outcome }) => part === row.part && !wasRead(outcome))
  return leg.unavailable.find(({ part }) => part === row.part)?.why ?? failed?.outcome.kind
}

type PartRow = Pick<ArchivePart, 'part' | 'title' | 'category' | 'origin'>

interface PartSource {
  readonly parcel: OpenParcel | undefined
  readonly redactions: OrderedSystem['redactions']
  readonly unreadWhy: string | undefined
}

function toPart(
  { part, title, category, origin }: PartRow,
  { parcel, redactions, unreadWhy }: PartSource,
): ArchivePart {
  const taken = redactionsOf(part, redactions)
  const content = {
    records: () => taken.records(parcel?.records(part) ?? none()),
    attachments: taken.attachments(parcel?.attachments(part) ?? []),
  }
  return { part, title, category, origin, ...content, ...(unreadWhy === undefined ? {} : { unreadWhy }) }
}

async function* none(): AsyncGenerator<never> {
  // Nothing was found in this place.
}
