import type { Secret } from '../connector/contract.ts'

/** Something that happened, as others are told: ids and names of states, never personal data. */
export interface NotifyEvent {
  /** Stays the same over all tries; the receiver may know it by this. A UUID, or another name without a dot. */
  readonly id: string
  /** `eu.habeas.request.completed.v1` … */
  readonly type: string
  /** The request's id. */
  readonly subject: string
  readonly atMs: number
  readonly data: Readonly<Record<string, string | number | boolean | null>>
}

export interface WebhookOrder {
  readonly url: string
  /** `whsec_…` of Standard Webhooks. */
  readonly secret: Secret
  readonly event: NotifyEvent
}

export type WebhookOutcome =
  /** The receiver answered 2xx. */
  | { readonly kind: 'delivered' }
  /** Not now. `waitMs` is set when the receiver said how long. */
  | { readonly kind: 'retry'; readonly waitMs: number | undefined }
  /** The receiver wants no more of these (410). */
  | { readonly kind: 'gone' }
  /** The address may not be reached from here, now or later; nothing was sent. */
  | { readonly kind: 'refused' }

export interface Webhooks {
  /**
   * One try to deliver. Ends within 15 s, follows no redirect, connects only to addresses that the installation allows, and
   * does not throw for what the receiver does.
   *
   * @throws DsrError `FIELD_INVALID` for an event that cannot be sent: a bug of the caller.
   */
  send(order: WebhookOrder): Promise<WebhookOutcome>
  close(): Promise<void>
}

/**
 * When a webhook is tried again, by Standard Webhooks 1.0.0: the wait before the second, third … try, in ms. The first try
 * is at once; after the last it is given up.
 */
export const WEBHOOK_RETRIES_MS: readonly number[] = [
  5_000,
  300_000,
  ...[0.5, 2, 5, 10, 14, 20, 24].map((hours) => hours * 3_600_000),
]

export interface Letter {
  /** Stays the same over all tries: the same letter twice is one file, and one message to mail programs. */
  readonly id: string
  /** One address. */
  readonly to: string
  /** No personal data: subjects stand in logs and notifications of others. */
  readonly subject: string
  readonly text: string
}

export type MailOutcome =
  | { readonly kind: 'sent' }
  /** The mail server is away or said "not now" (4yz). */
  | { readonly kind: 'retry' }
  /** The mail server refused it for good (5yz). */
  | { readonly kind: 'refused' }

export interface Mailer {
  /**
   * Hands a letter to the mail server (or to a directory). Ends within a minute.
   *
   * @throws DsrError `FIELD_INVALID` for a letter with several receivers, or a subject that names an address.
   */
  send(letter: Letter): Promise<MailOutcome>
  close(): Promise<void>
}
