import { randomUUID } from 'node:crypto'
import { link, mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createTransport } from 'nodemailer'
import type { Secret } from '../connector/contract.ts'
import { DsrError } from '../domain/errors.ts'
import type { Letter, Mailer, MailOutcome } from '../ports/notify.ts'

export interface SmtpSettings {
  /** `smtp://` or `smtps://`, with user and password. */
  readonly url: Secret
  readonly from: string
}

export interface MailDirectorySettings {
  readonly directory: string
  readonly from: string
}

/** Sends letters through a mail server. */
export function smtpMailer({ url, from }: SmtpSettings): Mailer {
  const transport = createTransport({
    url: url.reveal(),
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    send: async (letter) => {
      const message = messageOf(letter, from)
      try {
        await transport.sendMail(message)
        return { kind: 'sent' }
      } catch (error) {
        return outcomeOf(error)
      }
    },
    close: () => {
      transport.close()
      return Promise.resolve()
    },
  }
}

/** Writes letters into a directory that only its user can read: what an installation without a mail server does. */
export function directoryMailer({ directory, from }: MailDirectorySettings): Mailer {
  const transport = createTransport({
    streamTransport: true,
    buffer: true,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    send: async (letter) => {
      const { message } = await transport.sendMail(messageOf(letter, from))
      await mkdir(directory, { recursive: true, mode: 0o700 })
      await writeOnce(path.join(directory, `${letter.id}.eml`), message as Buffer)
      return { kind: 'sent' }
    },
    close: () => Promise.resolve(),
  }
}

function messageOf(letter: Letter, from: string) {
  const { id, to, subject, text } = letter
  if (!/^[\w-]{1,128}$/.test(id)) throw new DsrError('FIELD_INVALID', 'the id of a letter has a bad character')
  if (!/^[^\s@,;<>"]+@[^\s@,;<>"]+$/.test(to)) throw new DsrError('FIELD_INVALID', 'a letter goes to one address')
  if (/[@\r\n]/.test(subject)) throw new DsrError('FIELD_INVALID', 'the subject of a letter names nobody')
  return {
    from,
    to,
    subject,
    text,
    messageId: `<${id}@${from.slice(from.lastIndexOf('@') + 1)}>`,
    // RFC 3834: no out-of-office notes in return.
    headers: { 'Auto-Submitted': 'auto-generated' },
  }
}

/** Whole or not at all. A file that is there is the same letter. */
async function writeOnce(file: string, content: Buffer): Promise<void> {
  const draft = `${file}.${randomUUID()}.draft`
  await writeFile(draft, content, { mode: 0o600, flush: true })
  try {
    await link(draft, file)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  } finally {
    await rm(draft, { force: true })
  }
}

/** SMTP says by its first digit whether to try again (RFC 5321 §4.2.1); without an answer, later. */
function outcomeOf(error: unknown): MailOutcome {
  const isFinal =
    typeof error === 'object' && error !== null && 'responseCode' in error && Number(error.responseCode) >= 500
  return isFinal ? { kind: 'refused' } : { kind: 'retry' }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}
