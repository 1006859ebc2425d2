import { sha256 } from '../crypto/platform.ts'

/**
 * The Merkle tree of RFC 6962 §2.1 with SHA-256, as Certificate Transparency, Go's checksum database and Rekor have it. A hash is
 * 32 bytes. A node is named by its level (0 = leaves) and its index in that level; it exists once all 2^level leaves below it do.
 */

const LEAF_PREFIX = Uint8Array.of(0)
const NODE_PREFIX = Uint8Array.of(1)

/** The root of a tree without entries: SHA-256 of nothing, written out so that loading this file asks nothing of the runtime. */
export const EMPTY_ROOT = Uint8Array.from(
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'.match(/../g) ?? [],
  (pair) => Number.parseInt(pair, 16),
)

export function leafHash(entry: Uint8Array): Uint8Array {
  return sha256(LEAF_PREFIX, entry)
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(NODE_PREFIX, left, right)
}

/** Reads the hash of a whole node. @throws whatever its maker throws when the node cannot be read. */
export type NodeReader = (level: number, index: number) => Uint8Array

/** What sees each node as it comes into being, leaf first, then what it completes. */
export type NodeSink = (level: number, hash: Uint8Array) => void

/**
 * The right edge of a growing tree: one hash for each bit of its size, from the largest subtree to the smallest. All that is
 * needed to append and to know the root; it does not grow with the log.
 */
export interface Frontier {
  readonly size: number
  readonly hashes: readonly Uint8Array[]
}

export const EMPTY_FRONTIER: Frontier = { size: 0, hashes: [] }

/** The frontier of a tree of this size, from its nodes. */
export function frontierOf(size: number, read: NodeReader): Frontier {
  return { size, hashes: subtreesOf(size).map(({ level, index }) => read(level, index)) }
}

/** Appends leaf hashes; `onNode` sees every node that comes into being. */
export function extendFrontier(frontier: Frontier, leaves: Iterable<Uint8Array>, onNode?: NodeSink): Frontier {
  const hashes = [...frontier.hashes]
  let { size } = frontier
  for (const leaf of leaves) {
    let hash = leaf
    let level = 0
    onNode?.(level, hash)
    for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) {
      hash = nodeHash(hashes.pop() ?? EMPTY_ROOT, hash)
      onNode?.(++level, hash)
    }
    hashes.push(hash)
    size++
  }
  return { size, hashes }
}

export function rootOf({ hashes }: Frontier): Uint8Array {
  return (
    hashes.reduceRight<Uint8Array | undefined>((right, left) => (right ? nodeHash(left, right) : left), undefined) ??
    EMPTY_ROOT
  )
}

/** The root over these leaf hashes. */
export function rootOfLeaves(leaves: Iterable<Uint8Array>): Uint8Array {
  return rootOf(extendFrontier(EMPTY_FRONTIER, leaves))
}

/** The whole subtrees that a tree of this size consists of, from the largest to the smallest. */
export function subtreesOf(size: number): { readonly level: number; readonly index: number }[] {
  const subtrees: { level: number; index: number }[] = []
  let start = 0
  for (let width = widthUpTo(size); width >= 1; width /= 2) {
    if (size - start < width) continue
    subtrees.push({ level: Math.log2(width), index: start / width })
    start += width
  }
  return subtrees
}

/**
 * Proves that the leaf stands at `index` of the tree of `size` (RFC 6962 §2.1.1): the hashes beside its way to the root, from the
 * leaf upwards.
 *
 * @param index - 0 ≤ index < size.
 */
export function inclusionProof(read: NodeReader, index: number, size: number): Uint8Array[] {
  return inclusionSteps(index, { start: 0, end: size }).map((span) => spanHash(read, span))
}

/**
 * The root that an inclusion proof leads to, which the caller compares with a signed one.
 *
 * @returns undefined when a proof for this index and size has another length, or the index lies outside.
 */
export function rootOfInclusion(
  leaf: Uint8Array,
  { index, size }: { readonly index: number; readonly size: number },
  proof: readonly Uint8Array[],
): Uint8Array | undefined {
  if (!isSize(size) || !isSize(index) || index >= size) return undefined
  const steps = inclusionSteps(index, { start: 0, end: size })
  if (steps.length !== proof.length) return undefined
  return proof.reduce(
    (hash, beside, at) => ((steps[at]?.start ?? 0) > index ? nodeHash(hash, beside) : nodeHash(beside, hash)),
    leaf,
  )
}

/** Proves that the tree of `oldSize` is the beginning of the tree of `size` (RFC 6962 §2.1.2). @param oldSize - 0 < oldSize ≤ size. */
export function consistencyProof(read: NodeReader, oldSize: number, size: number): Uint8Array[] {
  return consistencySteps(oldSize, size).map((span) => spanHash(read, span))
}

export interface TreeHead {
  readonly size: number
  readonly root: Uint8Array
}

/** The two roots that a consistency proof leads to, which the caller compares with signed ones; undefined for a proof that cannot be. */
export function rootsOfConsistency(
  old: TreeHead,
  size: number,
  proof: readonly Uint8Array[],
): { readonly oldRoot: Uint8Array; readonly root: Uint8Array } | undefined {
  if (!isSize(old.size) || !isSize(size) || old.size < 1 || old.size > size) return undefined
  if (proof.length !== consistencySteps(old.size, size).length) return undefined
  // The proof leaves out the old root when the old tree is one whole subtree of the new one.
  const isWhole = widthUpTo(old.size) === old.size
  const [first, ...rest] = isWhole ? [old.root, ...proof] : proof
  if (first === undefined) return { oldRoot: old.root, root: old.root }
  return climb(first, rest, { node: old.size - 1, last: size - 1 })
}

/** RFC 9162 §2.1.4.2, step 4 to 6: both roots at once, from the first node that the two trees share. */
function climb(
  first: Uint8Array,
  rest: readonly Uint8Array[],
  from: { node: number; last: number },
): { oldRoot: Uint8Array; root: Uint8Array } {
  let { node, last } = from
  const up = () => {
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  while (node % 2 === 1) up()
  let oldRoot = first
  let root = first
  for (const hash of rest) {
    if (node % 2 === 1 || node === last) {
      oldRoot = nodeHash(hash, oldRoot)
      root = nodeHash(hash, root)
      while (node % 2 === 0 && node !== 0) up()
    } else {
      root = nodeHash(root, hash)
    }
    up()
  }
  return { oldRoot, root }
}

/** The largest power of two that is not above the size. */
function widthUpTo(size: number): number {
  let width = 1
  while (width * 2 <= size) width *= 2
  return width
}

interface Span {
  readonly start: number
  readonly end: number
}

/** Where a tree over this span parts: the largest power of two below its length (RFC 6962 §2.1). */
function middleOf({ start, end }: Span): number {
  return start + widthUpTo(end - start - 1)
}

function inclusionSteps(index: number, span: Span): Span[] {
  const steps: Span[] = []
  let { start, end } = span
  while (end - start > 1) {
    const middle = middleOf({ start, end })
    if (index < middle) {
      steps.push({ start: middle, end })
      end = middle
    } else {
      steps.push({ start, end: middle })
      start = middle
    }
  }
  return steps.reverse()
}

/** SUBPROOF of RFC 6962 §2.1.2, bottom first. */
function consistencySteps(oldSize: number, size: number): Span[] {
  const steps: Span[] = []
  let start = 0
  let end = size
  while (end !== oldSize) {
    const middle = middleOf({ start, end })
    if (oldSize <= middle) {
      steps.push({ start: middle, end })
      end = middle
    } else {
      steps.push({ start, end: middle })
      start = middle
    }
  }
  return (start > 0 ? [...steps, { start, end }] : steps).reverse()
}

function spanHash(read: NodeReader, { start, end }: Span): Uint8Array {
  const width = end - start
  if (widthUpTo(width) === width) return read(Math.log2(width), start / width)
  const middle = middleOf({ start, end })
  return nodeHash(spanHash(read, { start, end: middle }), spanHash(read, { start: middle, end }))
}

/** Sizes are integers up to 2^53-1; no log grows that far, and a hostile number must not make anybody loop. */
export function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}
