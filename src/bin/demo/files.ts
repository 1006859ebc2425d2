import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { publicKeyPem } from '../../crypto/signature.ts'
import { rootPath } from '../../ledger/root-file.ts'
import type { SealRow } from '../../ports/rows.ts'
import { openArchive } from '../runtime/open-archive.ts'
import type { Installation } from './installation.ts'
import { zipEntries, type ZipEntry } from './zip.ts'
import type { Seen } from './watch.ts'

/** Where the demo puts what a reader may want to open. */
export interface Files {
  readonly keyFile: string
  readonly record: (name: string) => string
  readonly archive: (name: string) => string
  /** A record with the proof that it stands in the log. */
  readonly proof: (name: string) => string
  /** The log as plain files. */
  readonly log: string
  /** What to trust: the keys of the log and of records. */
  readonly root: string
}

export async function openFiles({ directory, runtime }: Installation): Promise<Files> {
  const records = path.join(directory, 'records')
  const archives = path.join(directory, 'archives')
  await mkdir(records, { recursive: true })
  // What is in an archive is personal data, even of invented people.
  await mkdir(archives, { recursive: true, mode: 0o700 })
  const keyFile = path.join(records, 'record-key.pub.pem')
  await writeFile(keyFile, publicKeyPem(runtime.recordKey))
  return {
    keyFile,
    record: (name) => path.join(records, `${name}.json`),
    archive: (name) => path.join(archives, `${name}.zip`),
    proof: (name) => path.join(records, `${name}.tlog-proof`),
    log: path.join(directory, 'log'),
    root: path.join(directory, 'log', rootPath(1)),
  }
}

export async function writeProof(file: string, proof: Uint8Array): Promise<void> {
  await writeFile(file, proof)
}

/** Copies the files of the demo's log, as an auditor would fetch them. */
export async function copyLog({ runtime }: Installation, directory: string): Promise<void> {
  for (const controllerId of runtime.ports.policies.controllers()) {
    const folder = runtime.ledger.folder(controllerId)
    for await (const name of folder.list('')) {
      const file = path.join(directory, name)
      await mkdir(path.dirname(file), { recursive: true })
      await writeFile(file, (await folder.read(name)) ?? '')
    }
  }
}

export async function writeRecord(file: string, seal: SealRow | undefined): Promise<void> {
  await writeFile(file, seal?.envelope ?? '')
}

/** A copy of the record with one bit of its middle turned. */
export async function writeFlipped(file: string, seal: SealRow | undefined): Promise<number> {
  const bytes = Buffer.from(seal?.envelope ?? [])
  const at = Math.floor(bytes.length / 2)
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
  await writeFile(file, bytes)
  return at
}

export interface OpenedArchive {
  readonly entries: readonly ZipEntry[]
  readonly bytes: number
  /** Whether it is, byte for byte, the archive that the signed record names. */
  readonly isOfRecord: boolean
}

/** Decrypts the archive of a request, as the portal's download does, and keeps it as a file. */
export async function writeArchive(installation: Installation, seen: Seen, file: string): Promise<OpenedArchive> {
  const { objects, ports } = installation.runtime
  const { stream } = await openArchive(ports, objects, { id: seen.request.id })
  const pieces: Buffer[] = []
  for await (const piece of stream as AsyncIterable<Buffer>) pieces.push(piece)
  const zip = Buffer.concat(pieces)
  await writeFile(file, zip, { mode: 0o600 })
  const digest = createHash('sha256').update(zip).digest('hex')
  return { entries: zipEntries(zip), bytes: zip.length, isOfRecord: digest === seen.seal?.archiveSha256 }
}

/** Whether any file of the archive holds one of the texts. */
export function mentions({ entries }: OpenedArchive, texts: readonly string[]): boolean {
  return entries.some((entry) => {
    const content = entry.content().toString('utf8')
    return texts.some((text) => content.includes(text))
  })
}
