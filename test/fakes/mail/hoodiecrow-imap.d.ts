/** What is used of it; it brings no types. */
declare module 'hoodiecrow-imap' {
  import type { Server } from 'node:net'

  interface Stored {
    readonly uid: number
    readonly flags: readonly string[]
    readonly raw: string
  }
  interface Folder {
    readonly messages: readonly Stored[]
    uidvalidity: number
  }
  interface Hoodiecrow {
    readonly server: Server
    listen(port: number, host: string, done: () => void): void
    close(done: () => void): void
    getMailbox(path: string): Folder
    appendMessage(path: string, flags: readonly string[], arrived: Date | undefined, raw: string): void
  }
  export default function start(options: object): Hoodiecrow
}
