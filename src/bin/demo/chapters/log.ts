import { setTimeout as pause } from 'node:timers/promises'
import { isDsrError } from '../../../domain/errors.ts'
import { proofOf } from '../../../flow/proof.ts'
import { VERIFY_EXIT, verifyCommand } from '../../commands/verify.ts'
import { copyLog, writeProof } from '../files.ts'
import type { Installation } from '../installation.ts'
import type { Story } from '../story.ts'
import type { Seen } from '../watch.ts'
import type { Ending } from './proof.ts'

/** The sequencer takes a record up within seconds; a machine that is busy has more. */
const TRIES = 300

/** Every record stands in the log of its controller, and the log leaves nothing out. */
export async function tellLog({ installation, teller, files }: Story, endings: readonly Ending[]): Promise<void> {
  teller.chapter('The log leaves nothing out')
  teller.say(
    'Everything that was received, approved, signed and answered stands in a log that only grows. One file for each record proves its place in it:',
  )
  for (const { name, seen } of endings) await writeProof(files.proof(name), await proofWhenReady(installation, seen))
  await copyLog(installation, files.log)
  const codes: number[] = []
  for (const { name } of endings) {
    const lines: string[] = []
    codes.push(await verify(files.proof(name), installation, { root: files.root, print: (line) => lines.push(line) }))
    teller.line(`  ${lines[0] ?? ''}`)
  }
  teller.check('every record stands in the log', codes.length > 0 && codes.every((code) => code === VERIFY_EXIT.valid))
  teller.say('And the whole log, with what became of every request that was received:')
  const code = await verify(files.log, installation, { root: files.root, print: (line) => teller.line(`  ${line}`) })
  teller.check('the log is whole', code === VERIFY_EXIT.valid)
}

async function proofWhenReady({ runtime }: Installation, { request }: Seen): Promise<Uint8Array> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await proofOf(runtime.ports, runtime.ledger, { request, sequence: 1 })
    } catch (error) {
      if (!isDsrError(error, 'PROOF_NOT_READY') || tries === TRIES) throw error
      await pause(100)
    }
  }
}

async function verify(
  file: string,
  { clock }: Installation,
  { root, print }: { readonly root: string; readonly print: (line: string) => void },
): Promise<number> {
  return verifyCommand(file, { keys: [], root, isJson: false, print, nowText: new Date(clock.nowMs()).toISOString() })
}
