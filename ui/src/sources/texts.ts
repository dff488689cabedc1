import type { WebhookState } from '~/api/types'

/** How an account of a source is connected with a key. */
export interface KeyTexts {
  label: string
  placeholder: string
  /** A number that says whom the key belongs to and is entered beside it, where the key alone doesn’t say. */
  owner?: { label: string; placeholder: string; hint: string }
  /** Where the source's API is. */
  apiBase: string
  /** How to create the key, step by step. */
  steps: {
    open: { title: string; text: string; link: string }
    /** `list`: what the list of all that is read is called, where it is no list of permissions. */
    permissions: { title: string; text: string; list?: string }
    copy: { title: string; text: string }
    paste: { title: string; hint: string }
  }
  /** A key that can do more than read. */
  full: { badge: string; title: string; text: string }
  restricted: string
  /** Before the names of the missing permissions, and after them. */
  grant: [string, string]
  /** Why a key was refused, by the API's codes; the server's own advice comes first where it has some. */
  refusals: Record<string, { title?: string; advice: string }>
  /** Codes that checking again cannot change. */
  finalRefusals: readonly string[]
}

/** How changes reach the server, and what to do where they don't. */
export interface WebhookTexts {
  states: Record<WebhookState, string>
  /** How to create the endpoint by hand. */
  byHand: { address: string; version: (version: string) => string; secret: string }
  /** Whether it can only be created by hand: then it's no news that the server may not. */
  isByHandOnly?: true
  secretPlaceholder: string
  /** What the source signs with, in its own word. */
  secretLabel: string
  /** What becomes of the endpoint when a connection is removed. */
  removal: string
  /** After a connection was removed. */
  removed: string
  left: string
}

/** A source's name and the words of its dashboard. All other texts on the pages are the same for every source. */
export interface SourceTexts {
  /** The name within a sentence. */
  name: string
  about: string
  key?: KeyTexts
  webhook: WebhookTexts
  /** What it calls a bill to a customer, within a sentence, once it is paid, and what a line says that is on none. */
  bill: { one: string; many: string; paid: string; allPaid: string; none: string }
  /** What it calls an attempt to collect money. Whether it says of one what of it was refunded. */
  charge: { many: string; tellsRefunds: boolean }
  /** Why an invoice was created, by the source's own codes. */
  invoiceReasons: Record<string, string>
  /** What its own figures of MRR are, where its API has them, and how they are computed. */
  providerMrr?: string
  /** What figures are like from before it reported exactly, where it reports exactly only since a day. */
  coarse?: (day: string) => string
}
