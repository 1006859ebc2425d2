/**
 * The ledger as a package of its own: formats, proofs and verifiers of a transparency log of completion records. Pure: nothing
 * here reads a file, a clock or a network; what it needs of its runtime stands in `src/crypto/platform.ts`.
 */
export * from './append.ts'
export * from './checkpoint.ts'
export * from './event.ts'
export * from './leaf.ts'
export * from './note.ts'
export * from './not-proven.ts'
export * from './proof-file.ts'
export * from './prove.ts'
export * from './record.ts'
export * from './record-invariants.ts'
export * from './record-page.ts'
export * from './signer.ts'
export * from './staging.ts'
export * from './statement.ts'
export * from './tile.ts'
export * from './tree.ts'
export * from './verify-record.ts'
