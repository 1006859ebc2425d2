import type { JsonValue } from '../../../domain/json.ts'
import type { RequestId } from '../../../domain/ids.ts'
import { en } from '../../../http/pages/words/en.ts'
import { openRecord } from '../../../stages/common/sealed.ts'
import { changedSince, takePictures } from '../cast.ts'
import { approve, decideMatches, isOf, openMatches, untilPlanned, type Match } from '../desk.ts'
import { showProgress, titleOf, untilAnswered } from '../progress.ts'
import type { Story } from '../story.ts'
import { untilState, type Seen } from '../watch.ts'

/** One match that may be somebody else: nothing goes on until a person has looked. */
export async function tellMatch(story: Story, id: RequestId): Promise<Seen> {
  const { installation, cast, teller, before } = story
  teller.chapter('A match that is not certain')
  const seen = await untilState(installation.runtime.store, id, ['awaiting_decision'])
  const matches = openMatches(installation, seen)
  const strangers = matches.filter((match) => isOf(cast.jef, seen, { match, matches }))
  const [shown] = strangers.filter(({ row }) => row.part === 'contact')
  teller.say(
    `${cast.noor.name} asks for erasure. A contact of somebody else carries the same telephone number. Habeas erases neither: it asks, with both side by side.`,
  )
  if (shown) tellSideBySide(story, seen, shown)
  teller.check(
    'the request stopped for a person; nothing about it was changed anywhere',
    seen.request.state === 'awaiting_decision' && shown !== undefined && seen.request.approval === null,
  )
  await decideMatches(installation, seen, { matches, stranger: cast.jef, reason: 'father and daughter share a phone' })
  teller.say(
    `The operator decides: "${en.ui.is_other.toLowerCase()}". The ${strangers.length} records found with that contact stay out of the plan.`,
  )
  const planned = await untilPlanned(installation, id, 'all of it is hers')
  const isPlanned = planned.records.some(
    (row) => row.planVersion !== null && strangers.some((match) => match.row.id === row.id),
  )
  teller.check('no record of the other person is in the plan', !isPlanned && strangers.length > 0)
  await approve(installation, planned)
  await showProgress(installation, id, story)
  const answered = await untilAnswered(installation, id)
  const changed = changedSince(before.get(cast.jef) ?? new Map(), takePictures(installation.sandboxes, cast.jef))
  teller.check(`what the systems hold on ${cast.jef.name} is byte for byte as before`, changed.length === 0)
  return answered
}

function tellSideBySide({ installation, teller }: Story, seen: Seen, match: Match): void {
  const vault = installation.runtime.ports.vault.open(seen.request)
  const leg = seen.legs.find((one) => one.id === match.row.legId)
  const own = seen.records.filter((row) => row.legId === match.row.legId && row.part === 'contact' && row.isCertain)
  // An old copy in the recycle bin tells less than the contact in use.
  const [mine = new Map<string, string>()] = own
    .map((row) => factsOf(openRecord(vault, row).content))
    .toSorted((a, b) => b.size - a.size)
  const theirs = factsOf(match.record.content)
  const rows = [...mine].flatMap(([name, value]) => {
    const other = theirs.get(name)
    return other === undefined ? [] : [[name, value, other === value ? `${other}  (the same)` : other]]
  })
  teller.table(
    [
      titleOf(installation, leg?.accountId ?? ''),
      'The person who asked',
      `Not certain: ${match.row.reason ? en.because[match.row.reason] : ''}`,
    ],
    rows,
  )
}

const TELLING = /name|mail|phone|city/i

/** The short texts of a record by which a person tells two people apart. */
function factsOf(content: JsonValue, found = new Map<string, string>()): Map<string, string> {
  if (typeof content !== 'object' || content === null) return found
  for (const [name, value] of Object.entries(content)) {
    if (typeof value === 'string' && value !== '' && value.length < 60 && TELLING.test(name) && !name.startsWith('hs_'))
      found.set(name, value)
    else if (typeof value === 'object' && !Array.isArray(value)) factsOf(value, found)
  }
  return found
}
