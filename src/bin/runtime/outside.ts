import path from 'node:path'
import { systemClock } from '../../adapters/clock.ts'
import { directoryMailer, smtpMailer } from '../../adapters/mail.ts'
import { createWebhooks } from '../../adapters/webhook.ts'
import type { Clock } from '../../connector/contract.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { Configuration, ControllerConfig, Settings } from '../../ports/config.ts'
import { WEBHOOK_RETRIES_MS, type Mailer, type NotifyEvent, type Webhooks } from '../../ports/notify.ts'
import type { OutboxRow } from '../../ports/rows.ts'
import type { DeliveryOutcome, Outside } from '../../../workers/deliver.ts'
import { noticeText } from './notice-text.ts'

export interface OutsideOptions {
  readonly settings: Settings
  readonly configuration: Configuration
  readonly clock: Clock
}

export interface OpenOutside extends Outside {
  close(): Promise<void>
}

/** Where messages go: callbacks of the portal, and the owner's mail and webhook. */
export function openOutside({ settings, configuration, clock }: OutsideOptions): OpenOutside {
  // A receiver holds the signature's time against its own clock, which is the real one however fast ours runs.
  const webhooks = createWebhooks({
    allow: configuration.network.allow,
    clock: systemClock(),
    source: settings.http.publicUrl,
  })
  const mailer = openMailer(settings)
  const controllers = new Map(configuration.controllers.map((one) => [one.id, one]))
  return {
    retryAfterMs: WEBHOOK_RETRIES_MS,
    sendEvent: async (row, request) => {
      const secret = controllers.get(request.controllerId)?.callbackSecret
      if (request.callbackUrl === null || secret === undefined) return { kind: 'gave_up' }
      return outcomeOf(await webhooks.send({ url: request.callbackUrl, secret, event: eventOf(row, clock) }))
    },
    sendNotice: async (row) => {
      const controller = controllers.get(row.controllerId)
      return controller ? sendNotice({ controller, webhooks, mailer, settings, clock }, row) : { kind: 'gave_up' }
    },
    close: async () => {
      await webhooks.close()
      await mailer.close()
    },
  }
}

function openMailer(settings: Settings): Mailer {
  const { url, from } = settings.mail
  return url === undefined
    ? directoryMailer({ directory: path.join(settings.dataDirectory, 'mail'), from })
    : smtpMailer({ url, from })
}

function eventOf(row: OutboxRow, clock: Clock): NotifyEvent {
  const name = typeof row.body.name === 'string' ? row.body.name : row.kind
  return {
    id: typeof row.body.event_id === 'string' ? row.body.event_id : row.id,
    type: `eu.habeas.${name}.v1`,
    subject: row.requestId ?? 'installation',
    atMs: clock.nowMs(),
    data: flat(row.body),
  }
}

function flat(body: JsonObject): NotifyEvent['data'] {
  const kept = Object.entries(body).filter(([name]) => name !== 'event_id' && name !== 'name')
  return Object.fromEntries(
    kept.flatMap(([name, value]) => (typeof value === 'object' && value !== null ? [] : [[name, value] as const])),
  )
}

function outcomeOf(outcome: Awaited<ReturnType<Webhooks['send']>>): DeliveryOutcome {
  switch (outcome.kind) {
    case 'delivered':
    case 'retry':
      return outcome
    case 'gone':
    case 'refused':
      return { kind: 'gave_up' }
  }
}

interface NoticeDesk {
  readonly controller: ControllerConfig
  readonly webhooks: Webhooks
  readonly mailer: Mailer
  readonly settings: Settings
  readonly clock: Clock
}

/** Mail and webhook both go out when both are configured; the worse outcome decides whether to try again. */
async function sendNotice(desk: NoticeDesk, row: OutboxRow): Promise<DeliveryOutcome> {
  const { owner } = desk.controller
  const outcomes: DeliveryOutcome[] = []
  if (owner.webhook)
    outcomes.push(outcomeOf(await desk.webhooks.send({ ...owner.webhook, event: eventOf(row, desk.clock) })))
  if (owner.email !== undefined) outcomes.push(await sendLetter(desk, { row, to: owner.email }))
  return (
    outcomes.find((one) => one.kind === 'retry') ??
    outcomes.find((one) => one.kind === 'gave_up') ?? { kind: 'delivered' }
  )
}

async function sendLetter(
  { mailer, settings, controller }: NoticeDesk,
  { row, to }: { row: OutboxRow; to: string },
): Promise<DeliveryOutcome> {
  const link = `${settings.http.publicUrl}/ops/requests/${row.requestId ?? ''}`
  const { subject, text } = noticeText(row.body, { controller: controller.name, link })
  const sent = await mailer.send({ id: row.id, to, subject, text })
  return sent.kind === 'sent'
    ? { kind: 'delivered' }
    : sent.kind === 'retry'
      ? { kind: 'retry', waitMs: undefined }
      : { kind: 'gave_up' }
}
