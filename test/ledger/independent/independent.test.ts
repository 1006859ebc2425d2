import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { createHash } from 'node:crypto'
import { publicKeyRaw, trustedKeyOf } from '../../../src/crypto/signature.ts'
import { leafBytes, readLeaf } from '../../../src/ledger/leaf.ts'
import { vkeyText } from '../../../src/ledger/note.ts'
import { readEntry } from '../../../src/ledger/prove.ts'
import { verifyLog } from '../../../src/ledger/verify-log.ts'
import { verifyProofFile } from '../../../src/ledger/verify-proof.ts'
import { onDisk } from '../disk.ts'
import { eventLog, FIRST_MS, sampleLog, type SampleLog, text } from '../sample-log.ts'
import { buildGoVerifier, describeWithGo, type GoVerifier } from './go.ts'
import { isRightForSigstore, partsOf } from './sigstore.ts'

const SIZES = [1, 2, 3, 7, 255, 256, 257, 600, 10_000]
const CUTS = [1, 2, 100, 255, 256, 257, 511, 600, 4096, 9999]
const FLIPS = 2000
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

let log: SampleLog
let longest: SampleLog
let proofs: readonly { readonly name: string; readonly bytes: Uint8Array; readonly index: number }[]

beforeAll(async () => {
  log = await sampleLog(600, CUTS)
  longest = await eventLog(10_000, CUTS)
  proofs = await Promise.all(
    [0, 1, 2, 255, 256, 299, 511, 512, 599].map(async (index) => ({
      name: `${index}.tlog-proof`,
      index,
      bytes: await log.proofOf(index),
    })),
  )
})

function logOf(size: number): Promise<SampleLog> {
  if (size === 10_000) return Promise.resolve(longest)
  return size === 600 ? Promise.resolve(log) : sampleLog(size, CUTS)
}

const keysOf = (sample: SampleLog) => [vkeyText(sample.logKey), recordKeyOf(sample)] as const

function recordKeyOf(sample: SampleLog): string {
  return Buffer.from(publicKeyRaw(trustedKeyOf(sample.recordKey))).toString('hex')
}

/** The same flips in every run: a linear congruential generator, as the suite's other seeds. */
function* flipsOf(files: readonly { readonly name: string; readonly bytes: Uint8Array }[]) {
  let state = 20261124n
  const next = (below: number) => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn
    return Number((state >> 33n) % BigInt(below))
  }
  for (let count = 0; count < FLIPS;) {
    const { name, bytes } = files[next(files.length)]!
    const flip = { name, bytes, at: next(bytes.length), bit: next(8) }
    if (isSlack(flip)) continue
    count++
    yield flip
  }
}

interface Flip {
  readonly name: string
  readonly bytes: Uint8Array
  readonly at: number
  readonly bit: number
}

/** Whether the flip only touches the unused bits of the last letter of a note's signature: Go and sigstore do not look at them. */
function isSlack({ bytes, at, bit }: Flip): boolean {
  if (bytes[at + 1] !== 0x3d || bytes[at + 2] !== 0x0a || at + 3 !== bytes.length) return false
  const [before, after] = [bytes[at]!, bytes[at]! ^ (1 << bit)].map((code) => BASE64.indexOf(String.fromCharCode(code)))
  return after! >= 0 && before! >> 2 === after! >> 2
}

function flipped({ bytes, at, bit }: Flip): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[at]! ^= 1 << bit
  return copy
}

/** The files of the log that Go covers: all but the partial tiles that the newest root does not need. */
function coveredByGo() {
  const newest = ['tile/entries/002.p/88', 'tile/0/002.p/88', 'tile/1/000.p/2']
  return [...log.folder.files]
    .filter(([name]) => !name.includes('.p/') || newest.includes(name))
    .map(([name, bytes]) => ({ name, bytes }))
}

describeWithGo('Go’s x/mod', () => {
  let go: GoVerifier

  beforeAll(async () => {
    go = await buildGoVerifier()
  }, 120_000)

  it.each(SIZES)('verifies a log of %i entries', async (size) => {
    const sample = await logOf(size)
    const folder = await onDisk(sample.folder)
    expect(await go.run(['log', folder, ...keysOf(sample)])).toEqual({ isRight: true, output: String(size) })
  })

  it('verifies proof files', async () => {
    const folder = await onDisk(log.folder)
    const files = proofs.map(({ name }) => path.join(folder, name))
    for (const { name, bytes } of proofs) await writeFile(path.join(folder, name), bytes)
    const verdict = await go.run(['proofs', ...keysOf(log), ...files])
    expect(verdict).toEqual({ isRight: true, output: String(proofs.length) })
  })

  it('is not satisfied with other keys', async () => {
    const other = await sampleLog(1)
    const folder = await onDisk(log.folder)
    expect(await go.run(['log', folder, vkeyText(other.logKey), recordKeyOf(log)])).toMatchObject({ isRight: false })
    expect(await go.run(['log', folder, vkeyText(log.logKey), recordKeyOf(other)])).toMatchObject({ isRight: false })
  })

  it(`rejects ${FLIPS} random flips in the files of a log and in proofs`, async () => {
    const folder = await onDisk(log.folder)
    for (const { name, bytes } of proofs) await writeFile(path.join(folder, name), bytes)
    // Half of the flips in proofs and checkpoints: by size alone the documents would take nearly all.
    const small = coveredByGo().filter(({ name }) => !name.startsWith('records/'))
    const documents = coveredByGo().filter(({ name }) => name.startsWith('records/'))
    const files = [...small, ...proofs, ...documents.slice(0, small.length + proofs.length)]
    const lines = [...flipsOf(files)].map(({ name, at, bit }) => `${name} ${at} ${bit}`)
    const { output } = await go.run(['flips', folder, ...keysOf(log)], `${lines.join('\n')}\n`)
    expect(output).toBe(`flips ${FLIPS}`)
  }, 240_000)
})

describe('@sigstore/verify', () => {
  const leafFor = (document: Buffer, index: number) => {
    const { kind } = readLeaf(entries.get(index)!)
    return Buffer.from(leafBytes({ kind, record_sha256: createHash('sha256').update(document).digest('hex') }))
  }
  const entries = new Map<number, Uint8Array>()

  async function judge(sample: SampleLog, index: number, bytes: Uint8Array): Promise<boolean> {
    entries.set(index, await readEntry(sample.folder, { index, size: sample.edge.frontier.size }))
    const parts = partsOf(bytes)
    return isRightForSigstore(parts, {
      leaf: leafFor(parts.document, index),
      logKey: sample.logKey,
      recordKey: trustedKeyOf(sample.recordKey),
    })
  }

  it.each(SIZES)('verifies proofs of a log of %i entries', async (size) => {
    const sample = await logOf(size)
    for (const index of new Set([0, Math.floor(size / 3), Math.floor(size / 2), size - 1]))
      expect([index, await judge(sample, index, await sample.proofOf(index))]).toEqual([index, true])
  })

  it(`rejects ${FLIPS} random flips in what a proof file says`, async () => {
    for (const flip of flipsOf(proofs)) {
      const index = Number(flip.name.split('.')[0])
      // The first line names the format; only who reads the file as a whole looks at it.
      const isName = flip.at < 'c2sp.org/tlog-proof@v1\nextra '.length
      const isRight = !isName && (await judge(log, index, flipped(flip)))
      expect([flip.name, flip.at, flip.bit, isRight && isNews(flip)]).toEqual([flip.name, flip.at, flip.bit, false])
    }
  }, 120_000)

  /** Whether the flip changes what the file says, and not only how base64 writes it: padding and unused bits. */
  function isNews(flip: Flip): boolean {
    return meaningOf(flip.bytes) !== meaningOf(flipped(flip))
  }

  function meaningOf(file: Uint8Array): string {
    const { checkpoint, ...parts } = partsOf(file)
    const at = checkpoint.lastIndexOf(' ')
    return JSON.stringify([parts, checkpoint.slice(0, at), Buffer.from(checkpoint.slice(at), 'base64')])
  }
})

describe('our verifiers', () => {
  it.each(SIZES)('agree on a log of %i entries', async (size) => {
    const sample = await logOf(size)
    const options = { trust: sample.trust, nowText: text(FIRST_MS), documents: 'all' } as const
    expect(await verifyLog(sample.folder, options)).toMatchObject({ kind: 'valid', head: { size } })
    expect(verifyProofFile(await sample.proofOf(size - 1), sample)).toMatchObject({ kind: 'valid' })
  })

  it(`reject ${FLIPS} random flips wherever they are, the ones that the others do not cover too`, async () => {
    const tiles = [...log.folder.files].map(([name, bytes]) => ({ name, bytes }))
    const small = [...tiles.filter(({ name }) => !name.startsWith('records/')), ...proofs]
    for (const flip of flipsOf(small)) {
      const place = [flip.name, flip.at, flip.bit]
      expect([...place, await isAccepted(flip)]).toEqual([...place, false])
    }
  }, 240_000)

  it('see the bits of base64 that Go and sigstore do not look at', async () => {
    const checkpoint = Buffer.from(log.folder.files.get('checkpoint')!).toString()
    const last = checkpoint.at(-3)!
    const changed = `${checkpoint.slice(0, -3)}${BASE64[BASE64.indexOf(last) ^ 1]!}=\n`
    const signature = (note: string) => Buffer.from(note.split(' ').at(-1)!, 'base64')
    expect(signature(changed)).toEqual(signature(checkpoint))
    const copy = log.folder.copy()
    copy.files.set('checkpoint', Buffer.from(changed))
    const verdict = await verifyLog(copy, { trust: log.trust, nowText: text(FIRST_MS), documents: 'none' })
    expect(verdict).toMatchObject({ kind: 'invalid', code: 'CHECKPOINT_INVALID' })
  })

  async function isAccepted(flip: Flip): Promise<boolean> {
    if (flip.name.endsWith('.tlog-proof')) return verifyProofFile(flipped(flip), log).kind === 'valid'
    const copy = log.folder.copy()
    copy.files.set(flip.name, flipped(flip))
    const verdict = await verifyLog(copy, { trust: log.trust, nowText: text(FIRST_MS), documents: 'none' })
    return verdict.kind === 'valid'
  }
})
