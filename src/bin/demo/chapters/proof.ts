import { VERIFY_EXIT, verifyCommand } from '../../commands/verify.ts'
import { writeFlipped, writeRecord } from '../files.ts'
import type { Story } from '../story.ts'
import type { Seen } from '../watch.ts'

export interface Ending {
  readonly name: string
  readonly seen: Seen
}

/** Every record verifies with the public key alone; one turned bit is noticed. */
export async function tellProof({ teller, files }: Story, endings: readonly Ending[]): Promise<void> {
  teller.chapter('The record verifies, a changed one does not')
  teller.say(
    'Each request left a signed record. Whoever has the public key can check it, offline, without trusting us:',
  )
  const codes: number[] = []
  for (const { name, seen } of endings) {
    await writeRecord(files.record(name), seen.seal)
    const lines: string[] = []
    codes.push(await verify(files.record(name), files.keyFile, (line) => lines.push(line)))
    // The first one in full, with what a record does not prove.
    for (const line of codes.length === 1 ? lines : lines.slice(0, 1)) teller.line(`  ${line}`)
  }
  teller.check('all records are valid', codes.length > 0 && codes.every((code) => code === VERIFY_EXIT.valid))
  const [first] = endings
  if (first === undefined) return
  const flipped = files.record(`${first.name}-one-byte-flipped`)
  const at = await writeFlipped(flipped, first.seen.seal)
  teller.say(`Now a copy of the first one, with byte ${at} changed by one bit:`)
  const code = await verify(flipped, files.keyFile, (line) => teller.line(`  ${line}`))
  teller.check('the changed record is refused', code === VERIFY_EXIT.invalid)
}

function verify(file: string, keyFile: string, print: (line: string) => void): Promise<number> {
  return verifyCommand(file, { keys: [keyFile], isJson: false, print })
}
