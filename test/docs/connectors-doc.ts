import { connectors } from '../../connectors/index.ts'
import type { BucketLimit, DepthRow, Manifest, StepManifest } from '../../src/connector/index.ts'
import { RIGHTS } from '../../src/domain/right.ts'
import { table, type Block } from './marked-blocks.ts'

const manifests: readonly Manifest[] = connectors.map(({ connector }) => connector.manifest)

/** The blocks of docs/connectors.md: a summary, where each vendor's own page is, and a chapter for each. */
export function connectorBlocks(of: readonly Manifest[] = manifests): readonly Block[] {
  return [
    { name: 'rights', text: rightsTable(of) },
    { name: 'own-pages', text: of.map(({ id, title }) => `- [${title}](../connectors/${id}/README.md)`).join('\n') },
    { name: 'chapters', text: of.map(chapterOf).join('\n\n') },
  ]
}

/** Which right works where: also in the README. */
export function rightsTable(of: readonly Manifest[] = manifests): string {
  return table(
    ['system', ...RIGHTS],
    of.map((manifest) => [
      manifest.title,
      ...RIGHTS.map((right) => (manifest.rights.includes(right) ? 'yes' : 'not yet')),
    ]),
  )
}

/** Everything that the manifest says. */
export function chapterOf(manifest: Manifest): string {
  return [
    `## ${manifest.title}`,
    factsTable(manifest),
    `### ${manifest.title}: places\n\n${depthTable(manifest)}`,
    `### ${manifest.title}: scopes\n\n${scopeTable(manifest)}`,
    `### ${manifest.title}: options\n\n${optionTable(manifest)}`,
    `### ${manifest.title}: limits\n\n${limitTable(manifest)}`,
    `### ${manifest.title}: steps\n\n${stepTable(manifest)}`,
  ].join('\n\n')
}

function factsTable(manifest: Manifest): string {
  return table(
    ['', ''],
    [
      ['connector', `\`${manifest.id}\`, version ${manifest.version}`],
      ['address', manifest.baseUrl],
      ['rights', manifest.rights.join(', ')],
      ['searched by', manifest.searches.join(', ').replaceAll('_', ' ')],
      ['looks again', `${lookTimes(manifest.verifyAfterMs)} after acting`],
      [
        'gone means',
        manifest.absencesNeeded === 1
          ? 'one look sees nothing'
          : `${manifest.absencesNeeded} looks in a row see nothing`,
      ],
    ],
  )
}

/** Waits between looks, as the time since acting: 10 s, 2 min 10 s … */
function lookTimes(waits: readonly number[]): string {
  let sinceMs = 0
  return waits.map((wait) => duration((sinceMs += wait))).join(', ')
}

function depthTable({ depth }: Manifest): string {
  return table(
    ['part', 'what it is', 'read', 'on erasure', 'really gone', 'why'],
    depth.map((row) => [
      `\`${row.part}\``,
      row.title,
      row.isRead ? 'yes' : 'no',
      onErasure(row),
      row.onErasure === 'left' || row.onErasure === 'suppressed' ? '' : goneAfter(row.purgeDays ?? 0),
      row.why ?? '',
    ]),
  )
}

function onErasure(row: DepthRow): string {
  const what = row.onErasure === 'suppressed' ? 'kept as opt-out' : row.onErasure
  return row.isBusinessRecord === true ? `${what}, asked first` : what
}

function goneAfter(days: number): string {
  return days === 0 ? 'at once' : `within ${days} days`
}

function scopeTable({ scopes }: Manifest): string {
  return table(
    ['scope', 'needed for'],
    scopes.map(({ scope, neededFor }) => [`\`${scope}\``, neededFor]),
  )
}

function optionTable({ options = {} }: Manifest): string {
  return table(
    ['option', 'meaning'],
    Object.entries(options).map(([name, meaning]) => [`\`${name}\``, meaning]),
  )
}

function limitTable({ buckets }: Manifest): string {
  return table(
    ['bucket', 'published', 'counted by', 'source'],
    Object.entries(buckets).map(([name, bucket]) => [`\`${name}\``, published(bucket), bucket.scope, bucket.source]),
  )
}

function published({ limit, windowMs }: BucketLimit): string {
  return `${limit.toLocaleString('en')} in ${duration(windowMs)}`
}

function stepTable({ steps }: Manifest): string {
  return table(
    ['step', 'at most a call', 'waits for others', 'sent again after a lost answer', 'finishes later', 'bucket'],
    Object.entries(steps).map(([name, step]) => [`\`${name}\``, ...stepCells(step)]),
  )
}

function stepCells(step: StepManifest): readonly string[] {
  return [
    step.batchMax.toLocaleString('en'),
    step.lingerMs === 0 ? 'no' : duration(step.lingerMs),
    step.isRepeatable ? 'yes, once a look saw no effect' : 'no, a person decides',
    step.isAsynchronous ? 'yes' : 'no',
    `\`${step.bucket}\``,
  ]
}

function duration(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1_000],
  ] as const
  let restMs = ms
  const words = units.flatMap(([unit, size]) => {
    const count = Math.floor(restMs / size)
    restMs -= count * size
    return count === 0 ? [] : [`${count} ${unit}`]
  })
  return words.length === 0 ? `${ms} ms` : words.join(' ')
}
