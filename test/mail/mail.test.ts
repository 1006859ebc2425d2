import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { createServer, type AddressInfo, type Server } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { directoryMailer, smtpMailer } from '../../src/adapters/mail.ts'
import { secretOf } from '../../src/connector/secret.ts'
import type { Letter } from '../../src/ports/notify.ts'

const from = 'privacy@example.com'
const letter: Letter = {
  id: '6d1f7a1e-1c0b-4f0e-8a39-2f6f6c9a7b10',
  to: 'jane.roe@example.org',
  subject: 'Your request is complete',
  text: 'Dear reader,\n\nécrit en entier.\n.\nThe end.',
}

const bad: [string, Letter][] = [
  ['two receivers', { ...letter, to: 'a@example.org, b@example.org' }],
  ['no receiver', { ...letter, to: '' }],
  ['a header in its receiver', { ...letter, to: 'a@example.org\r\nBcc: b@example.org' }],
  ['somebody in its subject', { ...letter, subject: 'About jane.roe@example.org' }],
  ['a header in its subject', { ...letter, subject: 'Hello\r\nBcc: b@example.org' }],
  ['a path for an id', { ...letter, id: '../letter' }],
]

describe('without a mail server, a letter', () => {
  let directory = ''
  beforeAll(async () => {
    directory = path.join(await mkdtemp(path.join(os.tmpdir(), 'habeas-mail-')), 'letters')
  })
  afterAll(() => rm(path.dirname(directory), { recursive: true }))

  it('is one file for its user alone, however often it is sent', async () => {
    const mailer = directoryMailer({ directory, from })
    expect(await mailer.send(letter)).toEqual({ kind: 'sent' })
    const first = await readFile(path.join(directory, `${letter.id}.eml`), 'utf8')
    expect(await mailer.send(letter)).toEqual({ kind: 'sent' })
    expect(await readdir(directory)).toEqual([`${letter.id}.eml`])
    expect(await readFile(path.join(directory, `${letter.id}.eml`), 'utf8')).toBe(first)
    expect((await stat(path.join(directory, `${letter.id}.eml`))).mode & 0o777).toBe(0o600)
    expect((await stat(directory)).mode & 0o777).toBe(0o700)
    for (const line of [
      `From: ${from}`,
      `To: ${letter.to}`,
      `Subject: ${letter.subject}`,
      `Message-ID: <${letter.id}@example.com>`,
      'Auto-Submitted: auto-generated',
    ]) {
      expect(first).toContain(line)
    }
    await mailer.close()
  })

  it.each(bad)('is not written with %s', async (_, wrong) => {
    const mailer = directoryMailer({ directory, from })
    await expect(mailer.send(wrong)).rejects.toMatchObject({ code: 'FIELD_INVALID' })
  })
})

/** As much of a mail server as a letter needs. `verdict` answers the end of the letter. */
async function startMailServer(verdict: string): Promise<{ url: string; letters: string[]; server: Server }> {
  const letters: string[] = []
  const server = createServer((socket) => {
    let text = ''
    let isLetter = false
    socket.write('220 mail.example.com\r\n')
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      text += chunk.toString('utf8')
      for (
        let end = text.indexOf(isLetter ? '\r\n.\r\n' : '\r\n');
        end >= 0;
        end = text.indexOf(isLetter ? '\r\n.\r\n' : '\r\n')
      ) {
        const said = text.slice(0, end)
        text = text.slice(end + (isLetter ? 5 : 2))
        if (isLetter) letters.push(said)
        const wasLetter = isLetter
        isLetter = !isLetter && said === 'DATA'
        socket.write(`${wasLetter ? verdict : isLetter ? '354 go on' : '250 ok'}\r\n`)
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`, letters, server }
}

describe('with a mail server, a letter', () => {
  it.each([
    ['250 queued', 'sent'],
    ['451 try later', 'retry'],
    ['550 no such mailbox', 'refused'],
  ])('that is answered "%s" is %s', async (verdict, kind) => {
    const { url, letters, server } = await startMailServer(verdict)
    const mailer = smtpMailer({ url: secretOf(url), from })
    expect(await mailer.send(letter)).toEqual({ kind })
    expect(letters).toHaveLength(1)
    expect(letters[0]).toContain(`Message-ID: <${letter.id}@example.com>`)
    await mailer.close()
    server.close()
  })

  it('is tried again when nobody is there', async () => {
    const { url, server } = await startMailServer('250 ok')
    server.close()
    await once(server, 'close')
    const mailer = smtpMailer({ url: secretOf(url), from })
    expect(await mailer.send(letter)).toEqual({ kind: 'retry' })
    await mailer.close()
  })

  it.each(bad)('is not sent with %s', async (_, wrong) => {
    const mailer = smtpMailer({ url: secretOf('smtp://127.0.0.1:1'), from })
    await expect(mailer.send(wrong)).rejects.toMatchObject({ code: 'FIELD_INVALID' })
    await mailer.close()
  })
})
