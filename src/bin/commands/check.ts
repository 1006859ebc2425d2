import { readMasterKey, readSettings } from '../../config.ts'
import { isDsrError } from '../../domain/errors.ts'
import { createLog } from '../../log.ts'
import type { Account } from '../../ports/runtime.ts'
import { requireConfiguration } from '../runtime/configured.ts'
import { openRuntime } from '../runtime/runtime.ts'

type Print = (line: string) => void

/** Asks every configured account who we are there and what we may do. @returns 0 when every account is fit. */
export async function checkCommand(print: Print): Promise<number> {
  const settings = readSettings()
  const log = createLog({ level: 'silent' })
  const configuration = requireConfiguration(settings)
  const runtime = await openRuntime({
    settings,
    configuration,
    masterKey: readMasterKey(settings),
    log,
    mayAttach: true,
  })
  let unfit = 0
  for (const account of runtime.accounts.all()) unfit += (await checkAccount(account, print)) ? 0 : 1
  await runtime.close()
  return unfit === 0 ? 0 : 1
}

async function checkAccount(account: Account, print: Print): Promise<boolean> {
  const { manifest } = account.connector
  print(`${account.id} (${manifest.title}, ${account.effects.replace('_', '-')})`)
  try {
    const report = await account.capabilities(AbortSignal.timeout(60_000))
    print(`  credentials  ${report.credentials}`)
    for (const { scope, neededFor, page } of report.scopesMissing)
      print(`  missing      ${scope}: ${neededFor}${page === undefined ? '' : ` (${page})`}`)
    for (const { part, why } of report.unavailable) print(`  unreachable  ${part}: ${why}`)
    for (const [name, text] of Object.entries(report.limits)) print(`  limit        ${name}: ${text}`)
    return report.credentials === 'accepted' && report.scopesMissing.length === 0
  } catch (error) {
    print(`  failed       ${isDsrError(error) ? `${error.message} (${error.code})` : 'unexpected error (INTERNAL)'}`)
    return false
  }
}
