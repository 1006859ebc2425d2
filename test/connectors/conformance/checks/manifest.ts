import { normaliseLimit } from '../../../../src/connector/index.ts'
import { erase } from '../facts.ts'
import { inLab } from '../lab.ts'
import { holds } from '../violation.ts'
import type { Check } from './check.ts'

const VERBS = {
  erasure: 'erasure',
  rectification: 'rectification',
  objection: 'objection',
  restriction: 'restriction',
} as const

export const manifestChecks: readonly Check[] = [
  {
    name: 'has a manifest that holds together',
    run: ({ connector }) => {
      const { manifest } = connector
      holds(/^[a-z][a-z0-9-]*$/.test(manifest.id), 'has a plain id')
      const parts = manifest.depth.map(({ part }) => part)
      holds(new Set(parts).size === parts.length, 'names each part once')
      for (const row of manifest.depth) {
        const needsWhy = !row.isRead || row.onErasure === 'left' || row.onErasure === 'suppressed'
        holds(!needsWhy || (row.why ?? '') !== '', 'says why a part is not read or stays', row.part)
        holds(/^[a-z][a-z0-9_]*$/.test(row.part), 'has plain part names', row.part)
      }
      for (const limit of Object.values(manifest.buckets)) normaliseLimit(limit)
      for (const [name, step] of Object.entries(manifest.steps)) {
        holds(step.bucket in manifest.buckets, 'counts each step in a bucket of the manifest', name)
        holds(step.batchMax >= 1 && step.lingerMs >= 0, 'bounds each batch', name)
      }
      holds(manifest.verifyAfterMs.length > 0 && manifest.absencesNeeded >= 1, 'says when to look again')
      for (const right of manifest.rights)
        holds(!(right in VERBS) || right in connector.writing, 'has a verb for every claimed right', right)
      return Promise.resolve()
    },
  },
  {
    name: 'accepts a good credential and knows what it may do',
    run: (candidate) =>
      inLab(candidate, {}, async (lab) => {
        const report = await lab.connector.check(lab.context)
        holds(report.credentials === 'accepted', 'accepts a good credential')
        holds(report.scopesMissing.length === 0, 'finds the scopes that the sandbox grants')
        const parts = new Set(lab.connector.manifest.depth.map(({ part }) => part))
        for (const { part } of report.unavailable) holds(parts.has(part), 'names only parts of the manifest', part)
      }),
  },
  {
    name: 'counts every call in a bucket, and calls every change an effect',
    run: (candidate) =>
      inLab(candidate, {}, async (lab) => {
        await erase(lab, lab.subject)
        for (const call of lab.sent) holds(Object.keys(call.buckets).length > 0, 'counts every call in a bucket')
        const effects = lab.sent.filter(({ effect }) => effect).length
        const changes = lab.sandbox.calls().filter(({ isChange }) => isChange).length
        holds(effects === changes, 'calls every change an effect, and nothing else', `${effects} of ${changes}`)
      }),
  },
]
