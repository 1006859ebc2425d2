import { takePictures, type Cast, type Pictures, type Role } from './cast.ts'
import type { Files } from './files.ts'
import type { Installation } from './installation.ts'
import type { Teller } from './teller.ts'

/** What every chapter needs. */
export interface Story {
  readonly installation: Installation
  readonly cast: Cast
  readonly teller: Teller
  readonly files: Files
  readonly print: (line: string) => void
  readonly isTerminal: boolean
  /** What the vendors held on everybody before anything was asked. */
  readonly before: ReadonlyMap<Role, Pictures>
}

export function picturesOf(story: Pick<Story, 'installation' | 'cast'>): ReadonlyMap<Role, Pictures> {
  return new Map(
    Object.values(story.cast).map((role: Role) => [role, takePictures(story.installation.sandboxes, role)]),
  )
}

/** Calls by which something may have been changed at a vendor, as the vendors' own logs have them. */
export function changingCalls({ sandboxes }: Installation): number {
  return sandboxes.reduce((sum, { sandbox }) => sum + sandbox.calls().filter((call) => call.isChange).length, 0)
}

export function allCalls({ sandboxes }: Installation): number {
  return sandboxes.reduce((sum, { sandbox }) => sum + sandbox.calls().length, 0)
}
