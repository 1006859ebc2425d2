import type { Role } from '../cast.ts'
import { en } from '../../../http/pages/words/en.ts'
import { exceptionsOf } from '../expected.ts'
import { mentions, writeArchive, type OpenedArchive } from '../files.ts'
import { shown, titleOf } from '../progress.ts'
import type { Story } from '../story.ts'
import { dayOf } from '../teller.ts'
import type { Seen } from '../watch.ts'

const SHOWN = 6

export interface Copy {
  readonly role: Role
  readonly seen: Seen
  readonly name: string
}

/** The answers: two erasures, and two archives that a person can open. */
export async function tellAnswers(
  story: Story,
  of: { readonly erasure: Seen; readonly simple: Seen; readonly copies: readonly Copy[] },
): Promise<void> {
  const { cast, teller } = story
  teller.chapter('The answers')
  const { request } = of.erasure
  teller.say(
    `Erasure for ${cast.lea.name}: ${request.result ? en.result[request.result].toLowerCase() : ''}. The answer names what these systems cannot erase:`,
  )
  for (const leg of of.erasure.legs) {
    for (const { part, outcome } of exceptionsOf(leg))
      teller.line(
        `  - ${titleOf(story.installation, leg.accountId)}, ${part.replaceAll('_', ' ')}: ${'why' in outcome ? outcome.why : outcome.kind}`,
      )
  }
  teller.check(
    `the erasure is answered, within the time of the law (due ${dayOf(request.dueAtMs)})`,
    request.answeredAtMs !== null && request.answeredAtMs <= request.dueAtMs,
  )
  teller.say(
    `\nErasure for ${cast.mila.name}, of whom each system had a contact and what goes with it: ${of.simple.request.result ? en.result[of.simple.request.result].toLowerCase() : ''}.`,
  )
  teller.check('nothing of it is left to explain', of.simple.request.result === 'completed')
  for (const copy of of.copies) await tellCopy(story, copy)
}

async function tellCopy(story: Story, { role, seen, name }: Copy): Promise<void> {
  const { installation, teller, files, cast } = story
  const file = files.archive(name)
  const archive = await writeArchive(installation, seen, file)
  teller.say(
    `\n${en.right[seen.request.right]} for ${role.name}: an archive of ${archive.entries.length} files, ${Math.ceil(archive.bytes / 1024)} KiB, stored encrypted and opened here for you:`,
  )
  teller.line(`  ${shown(file)}`)
  for (const entry of sample(archive)) teller.line(`    ${entry.name} (${entry.bytes} bytes)`)
  if (archive.entries.length > SHOWN) teller.line(`    and ${archive.entries.length - SHOWN} more`)
  const strangers: readonly Role[] = Object.values<Role>({ ...cast }).filter((one) => one !== role)
  teller.check(
    `it holds data of ${role.name}, names nobody else of the cast, and is the archive that the record names`,
    mentions(archive, [role.person.email]) &&
      !mentions(
        archive,
        strangers.flatMap(({ person }) => [person.email, person.secondEmail]),
      ) &&
      archive.isOfRecord,
  )
}

/** The pages that people open first, then data. */
function sample({ entries }: OpenedArchive): OpenedArchive['entries'] {
  const depthOf = (name: string) => name.split('/').length
  return entries.toSorted((a, b) => depthOf(a.name) - depthOf(b.name)).slice(0, SHOWN)
}
