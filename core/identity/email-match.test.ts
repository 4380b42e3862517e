import { createHmac, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Context, HubError, type Person, type Place, type Profile, type WorkspaceAccount } from '#contract'
import { contextOf } from '../../test/dispatch/run-fixture.ts'
import { openTestStore } from '../../test/support/stores.ts'
import type { Store } from '../store/open.ts'
import { masked, trustedAddress, whyNotTrusted } from './address.ts'
import { createEmailJob, emailJob, joinedMessage } from './email-job.ts'
import { createEmailLinks } from './email-links.ts'
import { createEmailMatch, type Party } from './email-match.ts'
import { createLinks } from './links.ts'
import { type CoreDirectory, createDirectory } from './store.ts'

const DOMAINS = ['example.com']
const keyed = (text: string) => createHmac('sha256', 'a key of this test').update(text).digest()
const at = (workspace: string, id: string): WorkspaceAccount => ({
  workspace,
  account: { plugin: workspace.slice(0, workspace.indexOf(':')), id },
})
const keyOf = ({ account }: WorkspaceAccount) => `${account.plugin}:${account.id}`

let store: Store
let people: CoreDirectory
beforeAll(async () => {
  store = await openTestStore('embedded')
  people = createDirectory(store.db)
})
afterAll(async () => store.close())

/** What the platforms say now, and a person in each of three places. */
const said = new Map<string, Profile | Error>()
const profileOf = async ({ workspace, account }: WorkspaceAccount) => {
  const one = said.get(`${workspace} ${account.id}`) ?? null
  if (one instanceof Error) throw one
  return one
}
const says = (who: WorkspaceAccount, profile: Partial<Profile> | Error) =>
  said.set(
    `${who.workspace} ${who.account.id}`,
    profile instanceof Error
      ? profile
      : { name: who.account.id, isBot: false, isMember: true, email: 'anna@example.com', ...profile },
  )
const emailsFor = (domains: readonly string[]) => createEmailLinks(store.sql, domains)
function build(domains: readonly string[] = DOMAINS) {
  const emails = emailsFor(domains)
  const hash = (address: string) => keyed(address).toString('hex')
  return {
    links: createLinks({ sql: store.sql, people, emails, sign: keyed, profileOf }),
    match: createEmailMatch({ sql: store.sql, people, emails, profileOf, hash, domains }),
  }
}
const { links, match } = (() => {
  const late = <T extends object>(make: () => T): T =>
    new Proxy({} as T, { get: (_none, name) => Reflect.get(make(), name) })
  return {
    links: late(() => build().links),
    match: (ctx: Parameters<ReturnType<typeof build>['match']>[0]) => build().match(ctx),
  }
})()
const placeOf = ({ workspace, account }: WorkspaceAccount): Place => ({
  plugin: account.plugin,
  workspace,
  channel: `C-${account.id}`,
  thread: 'T1',
  visibility: 'team',
  ticket: 'sealed',
})
/** The hub hears a command of an account, and asks for its match. */
async function heard(who: WorkspaceAccount, jobId: string = randomUUID()) {
  const person: Person = { id: randomUUID(), name: `Name of ${who.account.id}`, role: 'member', account: who.account }
  return match({ workspace: who.workspace, actor: person, place: placeOf(who), jobId })
}
const joined = async (who: WorkspaceAccount) =>
  (await links.joined(who)).filter((one) => keyOf(one) !== keyOf(who)).map((one) => [keyOf(one), one.isProven])
const audited = async ({ workspace }: WorkspaceAccount) => people.auditTrail(workspace, 10)
async function prove(one: WorkspaceAccount, other: WorkspaceAccount) {
  const { code } = await links.challenge(one, 'Anna')
  await links.answer(other, code, randomUUID())
}

let slack: WorkspaceAccount
let github: WorkspaceAccount
let teams: WorkspaceAccount
let n = 0
beforeEach(async () => {
  await store.sql.query('delete from hub.addresses', [])
  said.clear()
  n += 1
  slack = at(`slack:T${n}`, 'U1')
  github = at(`github:${n}`, '583231')
  teams = at(`teams:T${n}`, '29:1')
  for (const who of [slack, github, teams]) says(who, {})
})

describe('nothing is joined', () => {
  const refuses = async () => {
    expect(await heard(slack)).toBeNull()
    expect(await heard(github)).toBeNull()
    expect(await joined(slack)).toEqual([])
    expect(await joined(github)).toEqual([])
  }
  test.each<[string, Partial<Profile>]>([
    ['a bot', { isBot: true }],
    ['a guest, a stranger or somebody deactivated', { isMember: false }],
    ['an address in a domain nobody named', { email: 'anna@example.org' }],
    ['one in a domain that only ends alike', { email: 'anna@evil-example.com' }],
    ['one in a domain below', { email: 'anna@mail.example.com' }],
    ['a tag behind a plus', { email: 'anna+hub@example.com' }],
    ['a dot more', { email: 'an.na@example.com' }],
    ['a letter that becomes ASCII in lower case', { email: 'an\u212Aa@example.com' }],
    ['two addresses in one', { email: 'anna@evil.test@example.com' }],
    ['a name around it', { email: 'Anna <anna@example.com>' }],
    ['spaces', { email: ' anna@example.com' }],
  ])('%s', async (_what, profile) => {
    says(github, profile)
    await refuses()
  })
  test('where the platform vouches for no address, or does not say who belongs to it', async () => {
    said.set(`${github.workspace} 583231`, { name: 'Anna', isBot: false, isMember: true })
    await refuses()
    said.set(`${github.workspace} 583231`, { name: 'Anna', isBot: false, email: 'anna@example.com' })
    await refuses()
    said.delete(`${github.workspace} 583231`)
    await refuses()
  })
  test('where two accounts of one workspace have the address: it belongs to nobody, and what it joined ends', async () => {
    const second = at(slack.workspace, 'U2')
    await heard(slack)
    await heard(github)
    expect(await joined(slack)).toEqual([['github:583231', false]])
    says(second, {})
    expect(await heard(second)).toBeNull()
    expect(await heard(teams)).toBeNull()
    for (const who of [slack, second, github, teams]) expect(await joined(who)).toEqual([])
    expect(await audited(teams)).toMatchObject([
      {
        action: 'link by e-mail',
        subject: 'a…@example.com',
        outcome: 'denied',
        detail: { reason: expect.any(String) },
      },
    ])
    // The second one is gone from there: the address is clear again.
    says(second, { isMember: false })
    expect(await heard(teams)).not.toBeNull()
  })
  test('while the other platform cannot be asked: later it is', async () => {
    await heard(slack)
    says(slack, new HubError('UNAVAILABLE', 'away'))
    await expect(heard(github)).rejects.toThrow('away')
    expect(await joined(github)).toEqual([])
    says(slack, {})
    expect(await heard(github)).toMatchObject({ joined: { who: github }, known: { who: slack } })
  })
  test('where the known one is deactivated by now', async () => {
    await heard(slack)
    says(slack, { isMember: false })
    expect(await heard(github)).toBeNull()
    expect(await joined(github)).toEqual([])
  })
  test('to two people who have both answered challenges', async () => {
    const [other, mine] = [at(`jira:${n}`, 'J1'), at(`jira:${n}`, 'J2')]
    await prove(slack, other)
    await prove(github, mine)
    await refuses0()
    async function refuses0() {
      await heard(slack)
      await heard(github)
      expect(await joined(slack)).toEqual([['jira:J1', true]])
      expect(await joined(github)).toEqual([['jira:J2', true]])
    }
  })
  test('again what a person took apart, from either side and through a third account', async () => {
    await heard(slack)
    await heard(github)
    await links.unlink(slack, 'github:583231')
    await heard(github)
    await heard(slack)
    expect(await joined(slack)).toEqual([])
    await heard(teams)
    expect(await joined(slack)).toEqual([['teams:29:1', false]])
    await heard(github)
    expect(await joined(github)).toEqual([])
  })
})

describe('a verified address', () => {
  test('joins a new account to the one that was known, once, on record in both, and tells the known one', async () => {
    says(github, { email: 'Anna@Example.com' })
    expect(await heard(slack)).toBeNull()
    const found = await heard(github)
    const place = { plugin: 'slack', workspace: slack.workspace, channel: 'C-U1', visibility: 'team' }
    expect(found).toEqual({
      joined: { who: github, name: 'Name of 583231', place: expect.objectContaining({ plugin: 'github' }) },
      // In no thread, and by no reply handle.
      known: { who: slack, name: 'Name of U1', place },
      address: 'a…@example.com',
    })
    expect(await heard(github)).toBeNull()
    expect(await heard(slack)).toBeNull()
    expect(await joined(slack)).toEqual([['github:583231', false]])
    const rule = { by: 'email', rule: 'HUB_LINK_EMAIL_DOMAINS', address: 'a…@example.com' }
    expect(await audited(slack)).toMatchObject([
      { action: 'link', subject: 'github:583231', outcome: 'done', detail: rule },
    ])
    expect(await audited(github)).toMatchObject([
      { action: 'link', subject: 'slack:U1', outcome: 'done', detail: rule },
    ])
  })
  test('is told again by the same job alone, when it is run again', async () => {
    await heard(slack)
    const job = randomUUID()
    const first = await heard(github, job)
    expect(await heard(github, job)).toEqual(first)
    expect(await audited(github)).toHaveLength(1)
  })
  test('proves nothing: power is asked of challenges alone, and a challenge makes it proof', async () => {
    await heard(slack)
    await heard(github)
    expect(await links.of(slack)).toEqual([slack])
    await prove(slack, github)
    expect(await joined(slack)).toEqual([['github:583231', true]])
    expect((await links.of(slack)).map(keyOf).sort()).toEqual(['github:583231', 'slack:U1'])
  })
  test('joins a third account, and those linked by challenge stay where that put them', async () => {
    const jira = at(`jira:${n}`, 'J1')
    await heard(github)
    await prove(slack, jira)
    expect(await heard(slack)).toMatchObject({ joined: { who: github }, known: { who: slack } })
    expect(await joined(github)).toEqual([
      ['jira:J1', false],
      ['slack:U1', false],
    ])
    await heard(teams)
    expect((await joined(teams)).map(([key]) => key)).toEqual(['github:583231', 'jira:J1', 'slack:U1'])
    // Nobody who was joined by an address takes a proven link apart.
    await links.unlink(github, 'slack:U1')
    expect(await joined(slack)).toContainEqual(['jira:J1', true])
    expect((await joined(slack)).map(([key]) => key)).not.toContain('github:583231')
  })
  test('joins as long as both have it, and while its domain is trusted', async () => {
    await heard(slack)
    await heard(github)
    expect(await build([]).links.joined(slack)).toMatchObject([{ isProven: true }])
    expect(await build(['example.org']).links.joined(slack)).toHaveLength(1)
    says(slack, { email: 'anna.new@example.com' })
    await heard(slack)
    expect(await joined(github)).toEqual([])
    expect(await audited(github)).toMatchObject([{ action: 'unlink', subject: 'slack:U1' }, { action: 'link' }])
  })
  test('ends where the known one is deactivated, at the next look of the other', async () => {
    await heard(slack)
    await heard(github)
    says(slack, { isMember: false })
    expect(await heard(github)).toBeNull()
    expect(await joined(github)).toEqual([])
  })
  test('two at once join once', async () => {
    await heard(slack)
    const found = await Promise.all([heard(github), heard(github)])
    expect(found.filter((one) => one !== null)).toHaveLength(1)
    expect(await joined(slack)).toEqual([['github:583231', false]])
  })
  test('lies in no table in clear', async () => {
    await heard(slack)
    await heard(github)
    const rows = await store.sql.query('select * from hub.addresses', [])
    const edges = await store.sql.query('select * from hub.email_links where domain = $1', ['example.com'])
    expect(rows).toHaveLength(2)
    expect(JSON.stringify([rows, edges])).not.toContain('anna@')
    expect(JSON.stringify(rows)).not.toContain('sealed')
  })
})

describe('the job', () => {
  const anna: Person = { id: 'p', name: 'Anna', role: 'member', account: { plugin: 'github', id: '583231' } }
  function contextFor(person = anna, more: Partial<Context> = {}) {
    const { ctx } = contextOf(person, randomUUID(), 'github:1')
    const enqueue = vi.fn<Context['enqueue']>(async () => ({ jobId: 'j' }))
    const send = vi.fn<Context['send']>(async () => undefined)
    return { ctx: { ...ctx, enqueue, send, ...more }, enqueue, send }
  }
  test('is asked for once a day for each account, never for somebody without a role, and never where it is off', async () => {
    let day = '2026-01-05'
    const job = createEmailJob(
      async () => null,
      () => true,
      () => day,
    )
    const { ctx, enqueue } = contextFor()
    await job.ask(ctx)
    await job.ask(ctx)
    expect(enqueue.mock.calls).toEqual([[emailJob, {}, { key: 'github:583231:2026-01-05' }]])
    day = '2026-01-06'
    await job.ask(ctx)
    await job.ask(contextFor({ ...anna, role: null }, { enqueue }).ctx)
    await createEmailJob(null, () => true).ask(ctx)
    expect(enqueue).toHaveBeenCalledTimes(2)
  })
  test('costs no command its answer when it cannot be stored', async () => {
    const failing = vi.fn<Context['enqueue']>(async () => Promise.reject(new Error('away')))
    const job = createEmailJob(
      async () => null,
      () => true,
    )
    await job.ask(contextFor(anna, { enqueue: failing }).ctx)
    await job.ask(contextFor(anna, { enqueue: failing }).ctx)
    expect(failing).toHaveBeenCalledTimes(2)
  })
  test('is tried again where a platform is away, and at last says nothing to anybody', async () => {
    const job = createEmailJob(
      async () => Promise.reject(new HubError('FORBIDDEN', 'missing scope')),
      () => true,
    )
    await expect(job.run(contextFor().ctx)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    const { ctx, send } = contextFor(anna, { attempt: emailJob.retry.attempts })
    await job.run(ctx)
    expect(send).not.toHaveBeenCalled()
  })
  test('tells the known one alone, with what undoes it; where all would read it, the other; and else nobody', async () => {
    const slackPlace: Place = { plugin: 'slack', workspace: 'slack:T1', channel: 'C1', visibility: 'team' }
    const issue: Place = { plugin: 'github', workspace: 'github:1', channel: 'octo/app#7', visibility: 'public' }
    const person: Party = { who: at('slack:T1', 'U1'), name: 'Anna', place: slackPlace }
    const octo: Party = { who: at('github:1', '583231'), name: 'octo*cat*', place: issue }
    const told = async (joined: Party, known: Party, canTell: (plugin: string) => boolean) => {
      const { ctx, send } = contextFor()
      await createEmailJob(async () => ({ joined, known, address: 'a…@example.com' }), canTell).run(ctx)
      return send.mock.calls
    }
    const inChat = (plugin: string) => plugin === 'slack'
    const message = joinedMessage(person, octo, 'a…@example.com')
    expect(await told(octo, person, inChat)).toEqual([['joined', slackPlace, message]])
    expect(await told(person, octo, inChat)).toEqual([['joined', slackPlace, message]])
    expect(await told(octo, person, () => false)).toEqual([])
    expect(await told(octo, { ...person, place: null }, inChat)).toEqual([])
    expect(message).toMatchObject({ only: { plugin: 'slack', id: 'U1' }, secret: true })
    expect(message.text).toMatch(
      /^Your github account octocat \(github:583231\) was joined to you by the verified address a…@example\.com\./,
    )
    expect(message.blocks?.at(-1)).toMatchObject({
      items: [{ label: 'Unlink', run: 'hub unlink github:583231' }, { run: 'hub whoami' }],
    })
  })
})

describe('domains', () => {
  test.each(['example.com', 'mail.example.co.uk', 'xn--bcher-kva.example'])('%s may be named', (domain) => {
    expect(whyNotTrusted(domain)).toBeNull()
  })
  test.each(['gmail.com', 'googlemail.com', 'mail.yahoo.com', 'proton.me', 'qq.com'])(
    '%s is refused, with the cure',
    (domain) => {
      expect(whyNotTrusted(domain)).toMatch(/gives addresses to anybody.*name only domains that are yours/)
    },
  )
  test.each([
    'com',
    '@example.com',
    'anna@example.com',
    '*.example.com',
    'bücher.example',
    'a..b',
    'https://example.com',
  ])('%s is no domain', (domain) => {
    expect(whyNotTrusted(domain)).toContain('write domains alone')
  })
  test('an address is shown by its first letter', () => {
    const profile = { name: 'A', isBot: false, isMember: true, email: 'Anna@Example.com' }
    const found = trustedAddress(profile, DOMAINS)
    expect(found && masked(found)).toBe('a…@example.com')
  })
})
