import { createHmac, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  type Action,
  type Binder,
  type Catalog,
  type Command,
  defineCommand,
  type Hub,
  HubError,
  type Message,
  type Operations,
  ROLES,
  roleIncludes,
  type Service,
} from '#contract'
import { type CommandCatalog, createCatalog } from '../../core/dispatch/catalog.ts'
import { createSigner } from '../../core/dispatch/confirm.ts'
import { runCommand } from '../../core/dispatch/run.ts'
import { createBindings } from '../../core/identity/bindings.ts'
import { createEmailLinks } from '../../core/identity/email-links.ts'
import { createLinks } from '../../core/identity/links.ts'
import { type CoreDirectory, createDirectory } from '../../core/identity/store.ts'
import type { Store } from '../../core/store/open.ts'
import { contextOf, NOW_MS } from '../../test/dispatch/run-fixture.ts'
import { openTestStore } from '../../test/support/stores.ts'
import { hubPlugin } from './index.ts'

const HOME = 'console:local'
const desk: Operations = {
  home: HOME,
  mode: { name: 'embedded', limits: ['survives a killed process, not a power cut'] },
  adapters: () => [
    { name: 'slack', on: false, reason: 'SLACK_SIGNING_SECRET is missing' },
    { name: 'console', on: true, reason: null },
  ],
  workload: async () => ({ waitingJobs: 0, runningJobs: 0, deadJobs: 0, oldestWaitingMs: null, outbox: {} }),
}
const others = [
  defineCommand({
    name: 'story',
    summary: 'Draft a story',
    args: z.object({ text: z.string().max(100).meta({ rest: true }).describe('What is needed') }),
    examples: ['story As a shopper I want to pay'],
    allow: 'member',
    sideEffects: 'hub',
    run: () => ({ text: 'drafted' }),
  }),
  defineCommand({
    name: 'story show',
    summary: 'Show a story',
    args: z.object({ id: z.string() }),
    examples: ['story show ST-1'],
    allow: 'viewer',
    sideEffects: 'none',
    run: () => ({ text: 'shown' }),
  }),
  defineCommand({
    name: 'deploy',
    summary: 'Deploy a service',
    args: z.object({ service: z.string() }),
    examples: ['deploy api'],
    allow: 'maintainer',
    sideEffects: 'outside',
    run: () => ({ text: 'deployed' }),
  }),
]

/** A tracker with one project, PAY, that U-ANNA administers; of SEC it cannot tell, and to RO the hub may not write. */
const tracker: Binder = {
  kind: 'tracker',
  async checkBinding({ target, accounts }) {
    const key = target.toUpperCase()
    if (!['PAY', 'SEC', 'RO'].includes(key)) return null
    const administers = key === 'SEC' ? null : accounts.some(({ id }) => id === 'U-ANNA')
    return {
      target: key,
      targetWorkspace: 'tracker:site',
      label: `${key} project`,
      missing: key === 'RO' ? ['EDIT_ISSUES'] : [],
      administers,
    }
  },
  parseRules(rules) {
    if (JSON.stringify(rules).includes('colour')) throw new HubError('INPUT_INVALID', 'colour is no rule')
    return rules
  },
}
let store: Store
let people: CoreDirectory
let catalog: CommandCatalog
let workspace: string
let workspaces = 0

beforeAll(async () => {
  store = await openTestStore('embedded')
  people = createDirectory(store.db)
  catalog = createCatalog([...(await commandsOf(desk)), ...others])
})
afterAll(async () => {
  await store.close()
})
beforeEach(async () => {
  workspace = `acme:W${++workspaces}`
  await people.ensureWorkspace({ id: workspace, plugin: 'acme', name: 'Acme' })
})

async function commandsOf(operations: Operations): Promise<readonly Command[]> {
  const services: Record<string, unknown> = {
    directory: people,
    operations,
    'binding-desk': createBindings(store.sql),
    links: createLinks({
      sql: store.sql,
      people,
      emails: createEmailLinks(store.sql, ['example.com']),
      sign: (text) => createHmac('sha256', 'a key of this test').update(text).digest(),
      profileOf: async ({ account }) => ({ name: account.id, isBot: account.id.startsWith('BOT') }),
    }),
    'binder:tracker': tracker,
  }
  const late: Catalog = {
    get commands() {
      return catalog.commands
    },
    form: (run) => catalog.form(run),
    isPrivate: () => false,
    match: (line) => catalog.match(line),
    check: (input) => catalog.check(input),
  }
  const unused = () => Promise.reject(new Error('not part of this test'))
  const silent = () => undefined
  const hub: Hub<Record<string, never>> = {
    config: {},
    log: { debug: silent, info: silent, warn: silent, error: silent },
    kv: { get: unused, set: unused, add: unused, delete: unused },
    catalog: late,
    use<T>(service: Service<T>) {
      if (!(service.name in services)) throw new Error(`no service ${service.name}`)
      return services[service.name] as T
    },
    maybe: <T>(service: Service<T>) => (services[service.name] as T | undefined) ?? null,
    command: unused,
    publish: unused,
  }
  return (await hubPlugin.setup(hub)).commands ?? []
}

/** Says a line as an account, looked up anew as for every job. */
async function say(line: string, id = 'U-ANNA', where = workspace, name?: string, jobId: string = randomUUID()) {
  const plugin = where.slice(0, where.indexOf(':'))
  const person = await people.personFor(where, { plugin, id }, name)
  const { ctx, audit } = contextOf(person, jobId, where, {
    plugin,
    workspace: where,
    channel: 'C1',
    visibility: 'team',
  })
  const signConfirm = createSigner('a secret of this test', 'confirm')
  const call = { input: line }
  const grants = { ...people, projectRole: createBindings(store.sql).projectRole }
  const message = await runCommand({ catalog, call, person, ctx, grants, signConfirm, receivedAtMs: NOW_MS })
  return { message, text: message.text, audited: audit.mock.calls }
}
async function grant(
  id: string,
  role: 'viewer' | 'member' | 'maintainer' | 'admin' | 'none',
  name = id,
  where = workspace,
) {
  const person = await people.personFor(where, { plugin: where.slice(0, where.indexOf(':')), id }, name)
  await people.setRole(where, person.id, role)
}
const actionsOf = (message: Message): readonly Action[] =>
  (message.blocks ?? []).flatMap((block) => (block.kind === 'actions' ? block.items : []))
function runOf(message: Message): string {
  const [action] = actionsOf(message)
  if (action?.kind !== 'button') throw new Error(`no button in: ${message.text}`)
  return action.run
}

describe('help', () => {
  test.each(ROLES)('shows a %s every command they may run, and no other', async (role) => {
    await grant('U1', role)
    const { message } = await say('/hub help', 'U1')
    const shown = catalog.commands.filter((command) => message.text.includes(`/${command.name} ${command.summary}`))
    expect(shown).toEqual(catalog.commands.filter((command) => roleIncludes(role, command.allow)))
    expect(message.only).toEqual({ plugin: 'acme', id: 'U1' })
    const offered = actionsOf(message).map((action) => (action.kind === 'button' ? action.run : action.label))
    expect(offered.includes('hub help deploy')).toBe(role === 'maintainer' || role === 'admin')
  })

  test('explains one command: usage, arguments, examples, role, a form, and what else there is', async () => {
    const { message, text } = await say('/hub help story')
    expect(text).toBe(
      [
        '/story: Draft a story',
        'Usage: /story <text…>',
        'Text: What is needed (required, up to 100 characters)',
        'Examples:\n/story As a shopper I want to pay',
        'For member and above · changes what the hub stores',
        'See also:\n/story show Show a story',
      ].join('\n'),
    )
    expect(actionsOf(message)).toEqual([{ kind: 'form', label: 'Fill in', run: 'story', style: 'primary' }])
  })

  test('finds a command with its slash, by its last word, and by its group', async () => {
    expect((await say('/hub help /story show')).text).toContain('Usage: /story show <id>')
    expect((await say('/hub help why')).text).toContain('Usage: /hub why <line…>')
    expect((await say('/hub help hub')).text).toContain('/hub can do this:\n/hub help ')
  })

  test('of a command the asker may not run names the rule, not the usage', async () => {
    const { message, text } = await say('/hub help deploy')
    expect(text).toBe('/deploy needs the role maintainer; you are member.')
    expect(actionsOf(message)).toEqual([{ kind: 'button', label: 'Why?', run: 'hub why deploy' }])
  })

  test('of nothing that exists says so', async () => {
    expect((await say('/hub help stroy')).text).toBe('There is no command “stroy”. Did you mean story?')
  })
})

describe('whoami and why', () => {
  test('whoami: the role and where it comes from', async () => {
    const { message, text } = await say('/hub whoami', 'U-ANNA', workspace, 'Anna *the* [Boss](https://evil.example)')
    expect(text).toContain('You are Anna the Boss(https://evil.example).')
    expect(text).toContain('Role: member, the default of this workspace\nAccount: acme:U-ANNA')
    expect(message.only).toEqual({ plugin: 'acme', id: 'U-ANNA' })
    await grant('U-ANNA', 'maintainer')
    expect((await say('/hub whoami')).text).toContain('Role: maintainer, granted to you')
  })

  test('why not: the command, the rule, the role and its source, and who can change it', async () => {
    await grant('U-ADA', 'admin', 'Ada')
    const { message, text } = await say('/hub why /deploy api --anything')
    expect(text).toBe(
      [
        'No, you may not run /deploy. An admin can allow it with /hub role acme:U-ANNA maintainer.',
        'Rule: /deploy needs the role maintainer or above',
        'Where it comes from: fixed by the plugin of the command; grants change roles, not rules',
        'Your role: member, the default of this workspace',
        'Who can change it: Ada (admin)',
        'When it runs: it is written to the audit log with your name',
      ].join('\n'),
    )
    expect(message.only).toEqual({ plugin: 'acme', id: 'U-ANNA' })
    expect(catalog.check('hub role acme:U-ANNA maintainer')).toEqual([])
  })

  test('why: allowed, and how it works', async () => {
    const { message, text } = await say('/hub why story shopping cart')
    expect(text).toMatch(/^Yes, you may run \/story\./)
    expect(actionsOf(message)).toEqual([{ kind: 'button', label: 'How it works', run: 'hub help story' }])
  })

  test('why in a workspace without an admin names what the operator types, and that works', async () => {
    const { text } = await say('/hub why deploy')
    const line = /console with (\/hub role \S+ maintainer --workspace=\S+?)\.\n/.exec(text)?.[1] ?? ''
    await people.ensureWorkspace({ id: HOME, plugin: 'console', name: 'this hub' })
    await grant('operator', 'admin', 'operator', HOME)
    expect((await say(line, 'operator', HOME)).text).toBe('U-ANNA (acme:U-ANNA) is maintainer now.')
    expect((await say('/deploy api')).text).toBe('deployed')
  })

  test('why of an unknown command', async () => {
    expect((await say('/hub why dance')).text).toBe('There is no command “dance”.')
  })
})

describe('role', () => {
  beforeEach(() => grant('U-ADA', 'admin', 'Ada'))
  const asAda = (line: string) => say(line, 'U-ADA')

  test('a grant and its removal hold at the very next command, and are audited', async () => {
    await say('/hub whoami', 'U-BEN', workspace, 'Ben')
    const { text, audited } = await asAda('/hub role @ben maintainer')
    expect(text).toBe('Ben (acme:U-BEN) is maintainer now.')
    expect(audited).toMatchObject([
      ['role', 'acme:U-BEN', { workspace, role: 'maintainer' }],
      ['command', 'hub role', {}],
    ])
    expect((await say('/deploy api', 'U-BEN')).text).toBe('deployed')
    expect((await asAda('/hub role ben default')).text).toBe(
      'Ben (acme:U-BEN) has the default role of the workspace again.',
    )
    expect((await say('/deploy api', 'U-BEN')).text).toContain('you are member')
    await asAda('/hub role ben none')
    expect((await say('/hub help', 'U-BEN')).text).toContain('you have no role here')
  })

  test.each(['<@U-NEW>', '<@!U-NEW>', '<@U-NEW|somebody>', 'acme:U-NEW'])('%s is an account, met now', async (who) => {
    expect((await asAda(`/hub role ${who} viewer`)).text).toBe('U-NEW (acme:U-NEW) is viewer now.')
    expect((await say('/story x', 'U-NEW')).text).toContain('you are viewer')
  })

  test('a name cannot pass for the account that is mentioned', async () => {
    await say('/hub whoami', 'U-EVIL', workspace, 'U-NEW')
    await asAda('/hub role <@U-NEW> maintainer')
    expect((await say('/deploy api', 'U-EVIL')).text).toContain('needs the role maintainer')
  })

  test('a mention is the account it is of, in the question, in its answer and for whoever has not spoken yet', async () => {
    await say('/hub whoami', 'U-OLD', workspace, 'kim')
    const mention = (word: string, id: string | null, line: string, plugin = 'acme') =>
      asAda(String(catalog.withAccounts({ input: line, mentions: { [word]: id }, actor: { plugin, id: 'U-ADA' } })))
    for (const line of ['hub role @kim viewer', '/hub role "@kim" viewer', '@hub role --person=@kim viewer'])
      expect((await mention('@kim', 'U-KIM', line)).text).toBe('kim (acme:U-KIM) is viewer now.')
    const { message } = await mention('@kim', 'U-KIM', '/hub role @kim admin')
    expect(message.text).toContain('Make kim (acme:U-KIM) an admin?')
    expect((await asAda(runOf(message))).text).toBe('kim (acme:U-KIM) is admin now.')
    expect((await say('/deploy api', 'U-OLD')).text).toContain('you are member')
    const wrong = await mention('@kim', 'U-KIM', 'hub role @kim boss')
    expect(actionsOf(wrong.message)).toMatchObject([{ kind: 'form', run: expect.stringContaining('acme:U-KIM') }])
    await expect(mention('@kim', null, 'hub role @kim viewer')).rejects.toThrow('@kim is no person')
    await expect(mention('@kim', 'U-KIM', 'hub role @kim viewer', 'other')).rejects.toThrow('is an account of other')
    const filled = { command: 'hub role', values: { person: '@kim', role: 'viewer' } }
    expect(
      catalog.withAccounts({ input: filled, mentions: { '@kim': 'U 1' }, actor: { plugin: 'acme', id: 'U-ADA' } }),
    ).toEqual({ command: 'hub role', values: { person: '<@|kim>', role: 'viewer' } })
    const story = { input: 'story ask @kim', mentions: { '@kim': 'U-KIM' }, actor: { plugin: 'acme', id: 'U-ADA' } }
    expect(catalog.withAccounts(story)).toBe('story ask @kim')
  })

  test('two people of one name: the hub asks, and changes nothing before it knows', async () => {
    await say('/hub whoami', 'U-1', workspace, 'Kim')
    await say('/hub whoami', 'U-2', workspace, 'Kim')
    const { message } = await asAda('/hub role Kim maintainer')
    expect(message.text).toBe('2 people go by that name. Whom do you mean?')
    expect((await say('/deploy api', 'U-1')).text).toContain('needs the role')
    expect((await asAda(runOf(message))).text).toBe('Kim (acme:U-1) is maintainer now.')
  })

  test('a new admin is asked about first', async () => {
    const { message } = await asAda('/hub role acme:U-BEN admin')
    expect(message.text).toContain('Make acme:U-BEN an admin?')
    expect(await people.admins(workspace)).toEqual(['Ada'])
    await asAda(runOf(message))
    expect(await people.admins(workspace)).toEqual(['Ada', 'U-BEN'])
  })

  test('somebody unknown, the last admin, another workspace: refused with the cure', async () => {
    await expect(asAda('/hub role Nobody viewer')).rejects.toThrow('Mention them, or name the account: acme:<id>')
    await expect(asAda('/hub role Ada member')).rejects.toThrow('make somebody else admin first')
    const elsewhere = asAda('/hub role acme:U-ADA admin --workspace=acme:W1').then(({ message }) =>
      asAda(runOf(message)),
    )
    await expect(elsewhere).rejects.toThrow('Only an admin of the hub itself')
    await expect(elsewhere).rejects.toBeInstanceOf(HubError)
  })

  test('the default role', async () => {
    expect((await asAda('/hub role default viewer')).text).toBe('People without a grant are viewer here now.')
    expect((await say('/story x')).text).toContain('you are viewer')
    expect((await asAda('/hub role default none')).text).toBe('People without a grant may run nothing here now.')
    expect((await say('/hub help')).text).toContain('you have no role here')
    expect((await asAda('/hub role default admin')).text).toContain('Choose one of: viewer, member, maintainer, none.')
  })

  test('below admin nobody grants anything', async () => {
    await grant('U-BEN', 'maintainer')
    expect((await say('/hub role acme:U-BEN admin', 'U-BEN')).text).toContain(
      '/hub role needs the role admin; you are maintainer.',
    )
    expect(await people.auditTrail(workspace, 1)).toMatchObject([
      {
        actor: 'acme:U-BEN',
        action: 'command',
        subject: 'hub role',
        outcome: 'denied',
        detail: { needs: 'admin', has: 'maintainer' },
      },
    ])
  })
})

describe('linked accounts', () => {
  const codeOf = (text: string) => /hub link ([a-z0-9]+)/.exec(text)?.[1] ?? ''
  const other = async () => {
    const id = `other:${randomUUID()}`
    await people.ensureWorkspace({ id, plugin: 'other', name: 'Other' })
    return id
  }
  const fails = (line: string, id: string, where: string) =>
    expect(say(line, id, where)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringContaining('does not hold'),
    })

  test('a code asked for here and typed there joins the two, raises no role, and is on record in both', async () => {
    const there = await other()
    await grant('U1', 'admin')
    const asked = await say('hub link', 'U1')
    expect(asked.message.only).toEqual({ plugin: 'acme', id: 'U1' })
    const joined = await say(`hub link ${codeOf(asked.text)}`, 'X1', there)
    expect(joined.text).toContain('You are acme:U1 too now')
    expect((await say('hub whoami', 'X1', there)).text).toContain(`Linked: acme:U1 in ${workspace}`)
    expect(await people.standing(there, { plugin: 'other', id: 'X1' })).toMatchObject({
      role: 'member',
      from: 'default',
    })
    for (const where of [workspace, there])
      expect(await people.auditTrail(where, 1)).toMatchObject([{ action: 'link', outcome: 'done' }])
  })
  test('a code is good once, and again for the job that used it', async () => {
    const [there, third] = [await other(), await other()]
    const code = codeOf((await say('hub link', 'U1')).text)
    const job = randomUUID()
    await say(`hub link ${code}`, 'X1', there, undefined, job)
    await say(`hub link ${code}`, 'X1', there, undefined, job)
    await fails(`hub link ${code}`, 'X2', third)
  })
  test('two at once use a code once', async () => {
    const [one, two] = [await other(), await other()]
    const code = codeOf((await say('hub link', 'U1')).text)
    const tried = await Promise.allSettled([say(`hub link ${code}`, 'X1', one), say(`hub link ${code}`, 'X2', two)])
    expect(tried.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })
  test('an expired code and a forged one do not hold, and guessing is stopped', async () => {
    const there = await other()
    const code = codeOf((await say('hub link', 'U1')).text)
    await fails(`hub link ${code.slice(0, -1)}${code.endsWith('a') ? 'b' : 'a'}`, 'X1', there)
    await store.sql.query(`update hub.link_codes set expires_at = now() - interval '1 second' where nonce = $1`, [
      code.slice(0, 10),
    ])
    await fails(`hub link ${code}`, 'X1', there)
    for (let n = 0; n < 3; n++) await fails(`hub link guess${n}`, 'X1', there)
    const fresh = codeOf((await say('hub link', 'U2')).text)
    await expect(say(`hub link ${fresh}`, 'X1', there)).rejects.toThrow('Too many codes')
    expect(await people.auditTrail(there, 10)).toHaveLength(5)
  })
  test('the account that asked cannot answer, and that does not use the code up', async () => {
    const there = await other()
    const code = codeOf((await say('hub link', 'U1')).text)
    await expect(say(`hub link ${code}`, 'U1')).rejects.toThrow('as your other account')
    await say(`hub link ${code}`, 'X1', there)
  })
  test('no more than five codes are open at once', async () => {
    for (let n = 0; n < 5; n++) await say('hub link', 'U1')
    await expect(say('hub link', 'U1')).rejects.toMatchObject({ code: 'CONFLICT' })
  })
  test('a bot neither asks nor answers', async () => {
    const there = await other()
    await expect(say('hub link', 'BOT1')).rejects.toMatchObject({ code: 'FORBIDDEN' })
    const code = codeOf((await say('hub link', 'U1')).text)
    await expect(say(`hub link ${code}`, 'BOT2', there)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })
  test('unlinking takes no role, not even the last admin’s, and only one’s own accounts can go', async () => {
    const there = await other()
    await grant('U1', 'admin')
    await say(`hub link ${codeOf((await say('hub link', 'U1')).text)}`, 'X1', there)
    await expect(say('hub unlink other:X1', 'U2')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect((await say('hub unlink acme:U1', 'X1', there)).text).toContain('not linked to you any more')
    expect((await say('hub whoami', 'U1')).text).not.toContain('Linked')
    expect(await people.standing(workspace, { plugin: 'acme', id: 'U1' })).toMatchObject({ role: 'admin' })
    await expect(say('hub unlink other:X1', 'U1')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('an account that a verified address joined', () => {
  const BY_EMAIL =
    'linked by verified e-mail (HUB_LINK_EMAIL_DOMAINS), so it proves nothing for you and counts as member at most'
  const joinTo = async (id: string, known: string, plugin = 'tracker') => {
    const there = `${plugin}:${randomUUID()}`
    await people.ensureWorkspace({ id: there, plugin, name: 'Other' })
    await store.sql.query(
      `insert into hub.email_links
       (workspace, plugin, account_id, known_workspace, known_plugin, known_account_id, address, domain, job_id)
       values ($1, $2, $3, $4, 'acme', $5, 'hash', 'example.com', $6::text::uuid)`,
      [there, plugin, id, workspace, known, randomUUID()],
    )
    return there
  }
  test('is told by whoami and why: the rule, what it is worth, its cure, and how to undo it', async () => {
    const there = await joinTo('X1', 'U1')
    const { message, text } = await say('hub whoami', 'U1')
    expect(text).toContain(`Linked: tracker:X1 in ${there}; ${BY_EMAIL}; confirm it with /hub link`)
    expect(actionsOf(message)).toContainEqual({ kind: 'button', label: 'Unlink', run: 'hub unlink tracker:X1' })
    const why = await say('hub why deploy', 'X1', there)
    expect(why.text).toContain(`Linked by e-mail: acme:U1 in ${workspace}; ${BY_EMAIL}`)
  })
  test('inherits no role: not the admin’s of the account it was joined to', async () => {
    await grant('U1', 'admin')
    const there = await joinTo('X1', 'U1')
    expect((await say('/deploy api', 'X1', there)).text).toContain('you are member')
    expect((await say('/hub why deploy', 'X1', there)).text).toContain('Your role: member, the default')
  })
  test('is no proof of power on the far side before a challenge confirms it', async () => {
    await grant('U-BEN', 'maintainer')
    const there = await joinTo('U-ANNA', 'U-BEN')
    await expect(say('hub bind tracker payments tracker:PAY', 'U-BEN')).rejects.toThrow(
      'tracker:U-ANNA was joined to you by e-mail, which proves nothing: confirm it with hub link',
    )
    const code = /hub link ([a-z0-9]+)/.exec((await say('hub link', 'U-BEN')).text)?.[1]
    await say(`hub link ${code}`, 'U-ANNA', there)
    expect((await say('hub whoami', 'U-BEN')).text).toContain('its role there is its own')
    expect((await say('hub bind tracker payments tracker:PAY', 'U-BEN')).text).toContain('belongs to the project')
    await say('hub unbind tracker payments tracker:PAY', 'U-BEN')
  })
  test('is taken apart by either, on record in both', async () => {
    const there = await joinTo('X1', 'U1')
    expect((await say('hub unlink tracker:X1', 'U1')).text).toBe('tracker:X1 is not linked to you any more.')
    expect((await say('hub whoami', 'X1', there)).text).not.toContain('Linked')
    for (const where of [workspace, there])
      expect(await people.auditTrail(where, 1)).toMatchObject([{ action: 'unlink', outcome: 'done' }])
  })
})

describe('projects', () => {
  const bindings = () => createBindings(store.sql)
  test('a channel is bound where it is typed, found again, and let go', async () => {
    await grant('U-ANNA', 'maintainer')
    const bound = await say('hub bind channel Payments')
    expect(bound.audited).toContainEqual(['bind', 'payments', { kind: 'channel', target: 'acme:C1' }])
    expect(await bindings().projectAt(workspace, 'acme', 'C1')).toBe('payments')
    expect(await bindings().projectAt('acme:elsewhere', 'acme', 'C1')).toBeNull()
    await expect(say('hub bind channel billing')).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('payments'),
    })
    expect((await say('hub projects payments')).text).toContain('payments · channel')
    await say('hub unbind channel payments')
    expect(await bindings().projectAt(workspace, 'acme', 'C1')).toBeNull()
    await expect(say('hub unbind channel payments')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
  test('a tracker is bound when its adapter vouches for the person, with its rules checked', async () => {
    await grant('U-ANNA', 'maintainer')
    await say(`hub bind tracker payments tracker:pay --rules='{"type":"Story"}'`)
    const target = { kind: 'tracker', plugin: 'tracker', targetWorkspace: 'tracker:site', target: 'PAY' } as const
    expect(await bindings().boundTo(target)).toMatchObject([
      { workspace, project: 'payments', rules: { type: 'Story' }, label: 'PAY project', boundBy: 'acme:U-ANNA' },
    ])
    expect((await say('hub status')).text).not.toContain('PAY project')
    await say('hub bind channel payments')
    expect((await say('hub status')).text).toContain('PAY project: type Story')
    expect((await say('hub projects payments')).text).toContain('payments · tracker · PAY project · type Story')
    await expect(say(`hub bind tracker payments tracker:PAY --rules='{"colour":1}'`)).rejects.toThrow(
      'colour is no rule',
    )
    await expect(say('hub bind tracker payments tracker:PAY --rules=[]')).rejects.toThrow('no JSON object')
  })
  test.each<[string, string, string, string]>([
    ['without power on the far side', 'U-BEN', 'tracker payments tracker:PAY', 'do not administer'],
    ['where the far side cannot tell', 'U-ANNA', 'tracker payments tracker:SEC', 'an admin of the hub must bind it'],
    ['where the hub lacks a permission', 'U-ANNA', 'tracker payments tracker:RO', 'EDIT_ISSUES'],
    ['to what does not exist', 'U-ANNA', 'tracker payments tracker:NOPE', 'no tracker called NOPE'],
    ['to an adapter that is not there', 'U-ANNA', 'repository payments gitea:a/b', 'No adapter called gitea'],
    ['to another channel', 'U-ANNA', 'channel payments acme:C2', 'in the channel itself'],
    ['to nothing', 'U-ANNA', 'tracker payments', 'Name the tracker'],
  ])('%s nothing is bound', async (_what, id, line, message) => {
    await grant(id, 'maintainer')
    await expect(say(`hub bind ${line}`, id)).rejects.toThrow(message)
    expect(await bindings().list(workspace)).toEqual([])
  })
  test('a role for a project opens its own commands and nothing else, and “none” in the workspace stays none', async () => {
    await grant('U-ANNA', 'maintainer')
    expect((await say('hub bind channel payments', 'U-BEN')).text).toContain('needs the role maintainer')
    await say('hub project role payments acme:U-BEN maintainer')
    expect((await say('hub bind channel payments', 'U-BEN')).text).toContain('belongs to the project payments')
    expect((await say('hub bind channel billing', 'U-BEN')).text).toContain('needs the role maintainer')
    expect((await say('deploy api', 'U-BEN')).text).toContain('needs the role maintainer')
    expect((await say('hub why hub bind', 'U-BEN')).text).toContain('in this workspace or for its project')
    await grant('U-BEN', 'none')
    expect((await say('hub unbind channel payments', 'U-BEN')).text).toContain('you have no role here')
    await grant('U-BEN', 'member')
    await say('hub project role payments acme:U-BEN default')
    expect((await say('hub unbind channel payments', 'U-BEN')).text).toContain('needs the role maintainer')
  })
})
