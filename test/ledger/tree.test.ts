import { createHash } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  consistencyProof,
  EMPTY_FRONTIER,
  EMPTY_ROOT,
  extendFrontier,
  frontierOf,
  inclusionProof,
  leafHash,
  type NodeReader,
  rootOf,
  rootOfInclusion,
  rootOfLeaves,
  rootsOfConsistency,
} from '../../src/ledger/tree.ts'
import { describeWithVectors, vectorOf } from './shared.ts'

/** RFC 6962 §2.1 word by word. */
function rootByHand(entries: readonly Buffer[]): Buffer {
  const hash = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest()
  if (entries.length === 0) return hash()
  if (entries.length === 1) return hash(Buffer.of(0), entries[0]!)
  let k = 1
  while (k * 2 < entries.length) k *= 2
  return hash(Buffer.of(1), rootByHand(entries.slice(0, k)), rootByHand(entries.slice(k)))
}

const entriesOf = (count: number) => Array.from({ length: count }, (_, at) => Buffer.from(`entry ${at}`))
const leavesOf = (count: number) => entriesOf(count).map(leafHash)
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

function readerOf(count: number): NodeReader {
  const levels: Uint8Array[][] = []
  extendFrontier(EMPTY_FRONTIER, leavesOf(count), (level, hash) => {
    levels[level] = [...(levels[level] ?? []), hash]
  })
  return (level, index) => levels[level]?.[index] ?? fail(`no node ${level}/${index}`)
}

function fail(why: string): never {
  throw new Error(why)
}

const size = fc.integer({ min: 1, max: 70 })

describeWithVectors('the tree of the published vectors', () => {
  it('has the published roots', () => {
    const vectors = vectorOf('rfc6962-roots.json') as { leaves_hex: string[]; roots_by_size: string[] }
    const leaves = vectors.leaves_hex.map((text) => leafHash(Buffer.from(text, 'hex')))
    expect(vectors.roots_by_size).toHaveLength(9)
    expect(vectors.roots_by_size.map((_, count) => hex(rootOfLeaves(leaves.slice(0, count))))).toEqual(
      vectors.roots_by_size,
    )
  })
})

describe('a tree', () => {
  it('has the root of RFC 6962 for every size', () => {
    for (let count = 0; count <= 40; count++)
      expect(hex(rootOfLeaves(leavesOf(count)))).toBe(hex(rootByHand(entriesOf(count))))
    expect(hex(EMPTY_ROOT)).toBe(hex(rootByHand([])))
  })

  it('goes on from its right edge as if it had never stopped', () => {
    fc.assert(
      fc.property(size, size, (first, more) => {
        const edge = frontierOf(first, readerOf(first))
        const grown = extendFrontier(edge, leavesOf(first + more).slice(first))
        expect(hex(rootOf(grown))).toBe(hex(rootByHand(entriesOf(first + more))))
      }),
      { numRuns: 50 },
    )
  })
})

describe('an inclusion proof', () => {
  it('leads every leaf of every tree to the root, and to no other', () => {
    for (let count = 1; count <= 33; count++) {
      const read = readerOf(count)
      const root = hex(rootOfLeaves(leavesOf(count)))
      for (let index = 0; index < count; index++) {
        const proof = inclusionProof(read, index, count)
        const leaf = leavesOf(count)[index]!
        expect(hex(rootOfInclusion(leaf, { index, size: count }, proof)!)).toBe(root)
        expect(rootOfInclusion(leaf, { index: index ^ 1, size: count }, proof)).not.toEqual(Buffer.from(root, 'hex'))
      }
    }
  })

  it('is refused when it is longer, shorter, changed, or for an index outside', () => {
    const proof = inclusionProof(readerOf(11), 4, 11)
    const leaf = leavesOf(11)[4]!
    const root = rootOfLeaves(leavesOf(11))
    expect(rootOfInclusion(leaf, { index: 4, size: 11 }, [...proof, root])).toBeUndefined()
    expect(rootOfInclusion(leaf, { index: 4, size: 11 }, proof.slice(1))).toBeUndefined()
    expect(rootOfInclusion(leaf, { index: 11, size: 11 }, proof)).toBeUndefined()
    expect(rootOfInclusion(leaf, { index: -1, size: 11 }, proof)).toBeUndefined()
    expect(rootOfInclusion(leaf, { index: 0.5, size: 11 }, proof)).toBeUndefined()
    for (const at of proof.keys()) {
      const changed = proof.map((hash, index) => (index === at ? leafHash(hash) : hash))
      expect(rootOfInclusion(leaf, { index: 4, size: 11 }, changed)).not.toEqual(root)
    }
  })
})

describe('a consistency proof', () => {
  it('leads to both roots for every pair of sizes', () => {
    for (let count = 1; count <= 33; count++) {
      const read = readerOf(count)
      const root = rootOfLeaves(leavesOf(count))
      for (let old = 1; old <= count; old++) {
        const oldRoot = rootOfLeaves(leavesOf(old))
        const roots = rootsOfConsistency({ size: old, root: oldRoot }, count, consistencyProof(read, old, count))
        expect(roots).toEqual({ oldRoot, root })
      }
    }
  })

  it('does not lead a tree with another past to the new root', () => {
    fc.assert(
      fc.property(size, size, fc.nat(), (old, more, pick) => {
        const count = old + more
        const forged = leavesOf(old).map((leaf, at) => (at === pick % old ? leafHash(leaf) : leaf))
        const head = { size: old, root: rootOfLeaves(forged) }
        const roots = rootsOfConsistency(head, count, consistencyProof(readerOf(count), old, count))
        const isBelieved =
          hex(roots!.oldRoot) === hex(head.root) && hex(roots!.root) === hex(rootOfLeaves(leavesOf(count)))
        expect(isBelieved).toBe(false)
      }),
      { numRuns: 60 },
    )
  })

  it('is refused when it has another length or sizes that cannot be', () => {
    const proof = consistencyProof(readerOf(13), 6, 13)
    const head = { size: 6, root: rootOfLeaves(leavesOf(6)) }
    expect(rootsOfConsistency(head, 13, proof.slice(1))).toBeUndefined()
    expect(rootsOfConsistency(head, 13, [...proof, EMPTY_ROOT])).toBeUndefined()
    expect(rootsOfConsistency({ ...head, size: 14 }, 13, proof)).toBeUndefined()
    expect(rootsOfConsistency({ ...head, size: 0 }, 13, [])).toBeUndefined()
  })
})
