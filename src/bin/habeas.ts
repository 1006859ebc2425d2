import { Command, Option } from 'commander'
import { systemClock } from '../adapters/clock.ts'
import { isDsrError } from '../domain/errors.ts'
import { VERSION } from './runtime/version.ts'

// Each command loads what it needs when it runs, so that `verify` works beside a broken database.
const print = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

/** Undefined where the output goes into a file or a pipe. */
function terminalWidth(): number | undefined {
  return process.stdout.isTTY ? process.stdout.columns : undefined
}

async function run(work: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await work()
  } catch (error) {
    process.stderr.write(`habeas: ${lineOf(error)}\n`)
    // At once: a connection that was opened before the error would keep the process alive.
    process.exit(2)
  }
}

/** One clear line with its code; details are in the log, never here. */
function lineOf(error: unknown): string {
  if (isDsrError(error)) return `${error.message} (${error.code}; see docs/errors.md)`
  return error instanceof Error ? `unexpected: ${error.message} (INTERNAL)` : 'unexpected error (INTERNAL)'
}

const names = (text: string): string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')

function buildProgram(): Command {
  const program = new Command('habeas')
    .description(
      'Carries one person’s rights request to every subprocessor, acts, looks again, and signs what it found.',
    )
    .version(VERSION)
    .showHelpAfterError()
    // 1 says that a record is invalid; a call with wrong words could not be carried out.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  program
    .command('demo')
    .description('run the main job on sandboxes with invented people, from request to verified record')
    .option('--stay', 'leave the pages open at the end')
    .action((options: { stay?: boolean }) =>
      run(async () => (await import('./demo/demo.ts')).demoCommand({ stay: options.stay ?? false, print })),
    )
  program
    .command('start')
    .description('run everything in one process; without a configuration file on the sandboxes')
    .action(() => run(async () => (await import('./commands/start.ts')).startCommand(print)))
  addProcesses(program)
  addTools(program)
  return program
}

function addProcesses(program: Command): void {
  program
    .command('migrate')
    .description('bring database and bucket up to date (one-shot)')
    .action(() => run(async () => (await import('./commands/process.ts')).migrateCommand(print)))
  program
    .command('api')
    .description('run the API and the pages')
    .action(() => run(async () => (await import('./commands/process.ts')).apiCommand()))
  program
    .command('coordinator')
    .description('run coordinator, relay, watchdog and sequencer')
    .action(() =>
      run(async () =>
        (await import('./commands/process.ts')).workerCommand(['coordinator', 'relay', 'watchdog', 'sequencer'], []),
      ),
    )
  program
    .command('connector')
    .description('run connector workers')
    .option('--connectors <ids>', 'connector kinds to work for, separated by commas (default: all)', names, [])
    .action((options: { connectors: string[] }) =>
      run(async () => (await import('./commands/process.ts')).workerCommand(['connector'], options.connectors)),
    )
  for (const kind of ['relay', 'watchdog', 'sequencer'] as const) {
    program
      .command(kind)
      .description(`run the ${kind} alone`)
      .action(() => run(async () => (await import('./commands/process.ts')).workerCommand([kind], [])))
  }
}

function addTools(program: Command): void {
  program
    .command('check')
    .description('ask every configured account: credentials, scopes, limits, what cannot be reached')
    .action(() => run(async () => (await import('./commands/check.ts')).checkCommand(print)))
  program
    .command('key')
    .description('make an API key and print it once')
    .addOption(
      new Option('--role <role>', 'what it may do')
        .choices(['portal', 'ops', 'approver', 'auditor', 'admin'])
        .makeOptionMandatory(),
    )
    .option('--controller <id>', 'the controller it is for (default: all)')
    .option('--label <text>', 'a name to know it by', 'made by habeas key')
    .option('--vouches <level>', 'highest level of identity it may vouch for, 0 to 4 (default: 2 for a portal)')
    .action(
      (options: {
        role: 'portal' | 'ops' | 'approver' | 'auditor' | 'admin'
        controller?: string
        label: string
        vouches?: string
      }) => run(async () => (await import('./commands/key.ts')).createKeyCommand(options, print)),
    )
  program
    .command('rotate-master-key')
    .description('wrap every key anew under the present master key; may be stopped and run again')
    .action(() => run(async () => (await import('./commands/master-key.ts')).rotateMasterKeyCommand(print)))
  program
    .command('stop')
    .description('halt all changes at vendors in every process, and say what was left')
    .argument('[account]', 'the account (default: all)')
    .requiredOption('--reason <text>', 'why, for colleagues; it names nobody')
    .option('--by <name>', 'who orders it', 'command-line')
    .addOption(new Option('--lift', 'let what is halted go on').conflicts('giveUp'))
    .option('--give-up', 'end what was not sent as not done; the stop stays')
    .action(
      (account: string | undefined, options: { reason: string; by: string; lift?: boolean; giveUp?: boolean }) => {
        const action = options.lift === true ? 'lift' : options.giveUp === true ? 'giveUp' : 'stop'
        const { by, reason } = options
        return run(async () => (await import('./commands/stop.ts')).stopCommand({ account, action, by, reason }, print))
      },
    )
  program
    .command('public-key')
    .description('print the public key (PEM) that verifies the records of this installation')
    .action(() => run(async () => (await import('./commands/key.ts')).publicKeyCommand(print)))
  addVerify(program)
  program
    .command('show')
    .description('print a completion record as a page that a person can read')
    .argument('<file>', 'the record')
    .action((file: string) =>
      run(async () => (await import('./commands/show.ts')).showCommand(file, print, terminalWidth())),
    )
}

function addVerify(program: Command): void {
  program
    .command('verify')
    .description(
      'check a proof, a record or a whole log offline; exits 0 valid, 1 invalid, 2 not anchored or not checked',
    )
    .argument('<file>', 'a .tlog-proof file, a record, or the folder of a log')
    .option('--root <file>', 'root.json: the keys that are trusted')
    .option('--root-fingerprint <sha256>', 'what root.json must hash to, as you heard it elsewhere')
    .option(
      '--key <files>',
      'record keys (PEM) and verifier keys of logs that are trusted, separated by commas',
      names,
      [],
    )
    .option('--request-key <file>', 'the key of the request (64 hexadecimal digits): shows the personal part')
    .option('--opening <file>', 'what the person got with the answer: shows that a document is about them')
    .option('--receipt <files>', 'for a log: receipts whose entries it must have, separated by commas', names, [])
    .option('--documents-from <index>', 'for a log: documents of earlier entries may be gone', Number, 0)
    .option('--tiles-only', 'for a log: look at tiles and checkpoints, not at documents')
    .option('--json', 'print one JSON object')
    .action((file: string, options: VerifyWords) =>
      run(async () => {
        const { verifyCommand } = await import('./commands/verify.ts')
        const { key: keys, receipt: receipts, json = false, tilesOnly = false, ...more } = options
        const nowText = new Date(systemClock().nowMs()).toISOString()
        return verifyCommand(file, { ...more, keys, receipts, isJson: json, isTilesOnly: tilesOnly, nowText, print })
      }),
    )
  program
    .command('verifier')
    .description('print a page (one HTML file) that checks proof files in a browser, without a network')
    .action(() => run(async () => (await import('./commands/verifier.ts')).verifierCommand(print)))
}

interface VerifyWords {
  readonly root?: string
  readonly rootFingerprint?: string
  readonly key: string[]
  readonly requestKey?: string
  readonly opening?: string
  readonly receipt: string[]
  readonly documentsFrom: number
  readonly tilesOnly?: boolean
  readonly json?: boolean
}

// A reader that has seen enough (head, less) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

await buildProgram().parseAsync()
