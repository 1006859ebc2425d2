const SYSTEM_LENGTH = 20
const PART_LENGTH = 22
const ROOT_LENGTH = 40

/**
 * Paths in the archive: ASCII, at most 100 characters, nothing of the person in them. Files that the vendor named are numbered.
 * One instance per archive, so that two systems never share a path.
 */
export class ArchiveNames {
  readonly root: string
  readonly #used = new Set<string>()
  readonly #counters = new Map<string, number>()

  constructor(requestId: string) {
    this.root = `dsr-${slug(requestId, ROOT_LENGTH - 4)}`
  }

  /** The directory of a system: `data/hubspot-main`. */
  system(accountId: string): string {
    return this.#unique('data/', slug(accountId, SYSTEM_LENGTH), '')
  }

  part(directory: string, part: string): string {
    return this.#unique(`${directory}/`, slug(part, PART_LENGTH), '.json')
  }

  /** Further pages of a part's records: `data/hubspot-main/notes-0001.html`. */
  page(partPath: string, number: number): string {
    return `${partPath.slice(0, -'.json'.length)}-${String(number).padStart(4, '0')}.html`
  }

  attachment(directory: string, name: string): string {
    const number = (this.#counters.get(directory) ?? 0) + 1
    this.#counters.set(directory, number)
    return `${directory}/files/${String(number).padStart(6, '0')}${extensionOf(name)}`
  }

  #unique(before: string, name: string, after: string): string {
    for (let copy = 1; ; copy += 1) {
      const suffix = copy === 1 ? '' : `_${String(copy)}`
      const path = `${before}${name.slice(0, name.length - Math.max(0, name.length + suffix.length - PART_LENGTH))}${suffix}${after}`
      if (this.#used.has(path)) continue
      this.#used.add(path)
      return path
    }
  }
}

function slug(name: string, length: number): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, length)
    .replace(/-+$/, '')
  return plain === '' ? 'unnamed' : plain
}

/** Only an ending that looks like one tells what a file is; the rest of a vendor's name stays out of the path. */
function extensionOf(name: string): string {
  return /\.[a-z0-9]{1,5}$/.exec(name.toLowerCase())?.[0] ?? ''
}
