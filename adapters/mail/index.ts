import { randomUUID } from 'node:crypto'
import { database, definePlugin, directory, type Health, type Hub, mail, mailRefused, provide } from '#contract'
import { addressOf } from './address.ts'
import { createChannel } from './channel.ts'
import { createSmtp } from './client.ts'
import { config, imapOf, type MailConfig } from './config.ts'
import { openMailbox } from './connection.ts'
import { createResolve } from './dns.ts'
import { createHealth } from './health.ts'
import { createHint, tellRefused } from './hint.ts'
import { createInbound } from './inbound.ts'
import { createIntake } from './intake.ts'
import { createJournal, type Journal } from './journal.ts'
import { SIZES, WORKSPACE } from './limits.ts'
import { createMarks } from './mark.ts'
import { createReportIntake, noteStopped, type ReportIntake } from './report-intake.ts'
import { createVerifySender } from './sender.ts'
import { createIntakeStore } from './store.ts'
import { createSuppressions } from './suppression.ts'
import { createUnsubscribe } from './unsubscribe.ts'
import { createRoutes } from './webhook.ts'

export const mailAdapter = definePlugin({
  manifest: {
    name: 'mail',
    version: '1.0.0',
    summary: 'Digests, notices and answers by mail, and commands in mails from verified senders',
    hub: '^1.0.0',
    config,
    secrets: ['url', 'imapUrl'],
    // Everybody in the world can write to a mailbox.
    defaultRole: 'none',
    can: {
      update: false,
      threads: true,
      buttons: false,
      forms: false,
      plainWords: false,
      private: true,
      files: true,
      reconcile: 'find',
      maxText: SIZES.text,
      maxBlocks: 1_000,
    },
  },
  setup(hub) {
    const smtp = createSmtp(hub.config.url)
    const journal = createJournal(hub.kv)
    const suppressions = createSuppressions(hub.kv)
    const marks = createMarks(hub.kv)
    const reports = createReportIntake({ hub, marks, suppressions })
    const intake = hub.config.imapUrl === undefined ? null : readerOf(hub, hub.config.imapUrl, { journal, reports })
    const sending = createHealth(smtp)
    const unsubscribe = createUnsubscribe(hub.kv)
    const onRefused = (address: string, reason: string, messageId: string) =>
      hub
        .publish(
          mailRefused,
          { address, reason, by: 'server' },
          { workspace: WORKSPACE, deliveryId: `refused:${messageId}` },
        )
        .catch((error: unknown) => hub.log.warn({ error }, 'nobody was told of a refused address'))
    return {
      provides: [
        provide(mail, {
          placeOf: (address) => ({
            plugin: 'mail',
            workspace: WORKSPACE,
            channel: addressOf(address),
            visibility: 'private',
          }),
          stopped: (address) => suppressions.of(addressOf(address)),
          reopen: (address) => suppressions.lift(addressOf(address), Date.now()),
        }),
      ],
      routes: createRoutes(hub, unsubscribe),
      channel: createChannel({
        config: hub.config,
        smtp,
        journal,
        suppressions,
        marks,
        unsubscribe,
        log: hub.log,
        onRefused,
      }),
      events: [tellRefused, noteStopped],
      start() {
        // Absent where an adapter is only tried out.
        const db = intake && hub.maybe(database)
        if (db) intake?.start(createIntakeStore(db, nameOf(hub.config.imapUrl ?? '')))
      },
      async health(): Promise<Health> {
        const reading = intake?.health()
        return reading && reading.status !== 'ok' ? reading : sending()
      },
      async close() {
        await intake?.close()
        smtp.close()
      },
    }
  },
})

function readerOf(
  hub: Hub<MailConfig>,
  imapUrl: string,
  { journal, reports }: { readonly journal: Journal; readonly reports: ReportIntake },
) {
  const { authservId = null, dnsServers, moveTo } = hub.config
  const inbound = createInbound({
    hub,
    verify: createVerifySender({ authservId, resolve: createResolve(dnsServers) }),
    journal,
    hint: createHint(hub),
    reports,
    async roleOf(account) {
      const people = hub.maybe(directory)
      return people === null ? null : (await people.standing(WORKSPACE, account)).role
    },
  })
  const open = (signal: AbortSignal) => openMailbox(imapOf(imapUrl), moveTo, signal)
  return createIntake({ open, inbound, log: hub.log, holder: randomUUID() })
}
/** What tells one mailbox from another, without the password. */
function nameOf(imapUrl: string): string {
  const { user, host, port, folder } = imapOf(imapUrl)
  return `${user}@${host}:${port}/${folder}`
}
