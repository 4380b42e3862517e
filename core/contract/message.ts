import type { Account } from './people.ts'

/**
 * A platform-neutral message. `text` alone is a full plain-text message (notifications, screen readers, platforms without cards);
 * `blocks` says the same with structure. Text is data: nothing in it mentions, pings or links by itself.
 */
export interface Message {
  readonly text: string
  readonly blocks?: readonly Block[]
  /** Only this account may see it (ephemeral where the platform can, else a direct message). */
  readonly only?: Account
  /** Whoever reads it can misuse it (a code, a link that signs in): where nobody can be shown a message alone, it is not shown at all. */
  readonly secret?: boolean
  /** When the command came from a button or form on a message, this replaces that message; otherwise it is posted. */
  readonly inPlace?: boolean
  /**
   * A saved command that plain words written to the hub in this message's thread continue: 'story refine ST-7' makes "add a criterion for refunds"
   * a refinement. They run in order of arrival, with the rights of whoever wrote them.
   */
  readonly continues?: string
  /** A question to whoever reads it: the next plain words in its thread are the answer. */
  readonly asks?: boolean
  /**
   * What this shows and at which revision. An edit that arrives behind one of a later revision of the same thing is dropped, so that of two jobs
   * that edit one message at once the latest state stands.
   */
  readonly card?: { readonly of: string; readonly revision: number }
  /**
   * Regular post that somebody subscribed to: mail is marked as such and offers to end it with one click (`mailLeft`, https://www.rfc-editor.org/rfc/rfc8058).
   * Elsewhere it changes nothing. `id` names the subscription across tenants.
   */
  readonly list?: { readonly id: string }
}
/** A closed union: every renderer ends its switch with `satisfies never`. Markdown is the CommonMark subset bold, italic, code, list, quote, link. */
export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'text'; readonly markdown: string }
  /** Small grey line: provenance, cost, how it was made. */
  | { readonly kind: 'note'; readonly markdown: string }
  | { readonly kind: 'code'; readonly text: string; readonly language?: string }
  | { readonly kind: 'fields'; readonly items: readonly { readonly label: string; readonly value: string }[] }
  | { readonly kind: 'table'; readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: 'diff'; readonly before: string; readonly after: string }
  | { readonly kind: 'progress'; readonly label: string; readonly done: number; readonly total: number }
  | { readonly kind: 'actions'; readonly items: readonly Action[] }
  /** Full text when the message itself must be cut: uploaded as a file where the platform can. */
  | { readonly kind: 'file'; readonly name: string; readonly mediaType: string; readonly text: string }

export type Action =
  /** A saved command: pressing it is the same as typing `run`. */
  | {
      readonly kind: 'button'
      readonly label: string
      readonly run: string
      readonly style?: 'primary' | 'danger'
      /** Asks this before running. */
      readonly confirm?: string
    }
  /** Asks for the arguments that `run` leaves open, in a modal where the platform has one; the form derives from the command's schema. */
  | { readonly kind: 'form'; readonly label: string; readonly run: string; readonly style?: 'primary' | 'danger' }
  | { readonly kind: 'link'; readonly label: string; readonly url: string }
