import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Action, type Command, defineCommand, HubError, type Message, ROLES, type Role } from '#contract'
import { contextOf, createDesk, createGrants, NOW_MS, personOf } from '../../test/dispatch/run-fixture.ts'
import { createCatalog } from './catalog.ts'
import { createSigner } from './confirm.ts'
import { runCommand } from './run.ts'

const MINUTE_MS = 60_000
const ran = (what: string) => ({ text: `ran ${what}` })

function commandsFor(deployed: string[] = []): readonly Command[] {
  const reading = ['viewer', 'member', 'maintainer', 'admin'] as const
  return [
    ...reading.map((allow) =>
      defineCommand({
        name: `${allow} read`,
        summary: 'Read',
        args: z.object({ id: z.string().optional() }),
        examples: [`${allow} read`],
        allow,
        sideEffects: 'none',
        run: () => ran(`${allow} read`),
      }),
    ),
    defineCommand({
      name: 'deploy',
      summary: 'Deploy a service',
      args: z.object({
        service: z.string(),
        environment: z.enum(['staging', 'production']),
        secret: z.string().optional(),
      }),
      examples: ['deploy api staging'],
      allow: 'maintainer',
      sideEffects: 'outside',
      confirm: ({ service, environment }) => (environment === 'production' ? `Deploy ${service} to production?` : null),
      run({ service, environment }) {
        if (service === 'broken') throw new HubError('UNAVAILABLE', 'the cluster is away')
        deployed.push(`${service} ${environment}`)
        return ran('deploy')
      },
    }),
    defineCommand({
      name: 'hub why',
      summary: 'Explain',
      args: z.object({ line: z.string().meta({ rest: true }) }),
      examples: ['hub why deploy'],
      allow: 'viewer',
      sideEffects: 'none',
      run: () => ran('why'),
    }),
    defineCommand({
      name: 'hub help',
      summary: 'Help',
      args: z.object({}),
      examples: ['hub help'],
      allow: 'viewer',
      sideEffects: 'none',
      private: true,
      run: () => ran('help'),
    }),
  ]
}
const catalog = createCatalog(commandsFor())
const actionsOf = (message: Message): readonly Action[] =>
  (message.blocks ?? []).flatMap((block) => (block.kind === 'actions' ? block.items : []))
function runOf(message: Message): string {
  const [action] = actionsOf(message)
  if (action?.kind !== 'button') throw new Error(`no button in: ${message.text}`)
  return action.run
}
const maintainer = personOf('maintainer')
const member = personOf('member')

describe('roles', () => {
  const roles: readonly (Role | null)[] = [null, ...ROLES]
  const matrix = roles.flatMap((role) => catalog.commands.map((command) => ({ role, command })))
  test.each(matrix.map(({ role, command }) => [role ?? 'nobody', command.name, role, command] as const))(
    '%s and /%s',
    async (_who, _name, role, command) => {
      const desk = createDesk(catalog)
      const { message } = await desk.say(command.examples[0] ?? '', { as: personOf(role) })
      const allowed = role !== null && ROLES.indexOf(role) >= ROLES.indexOf(command.allow)
      if (allowed) {
        expect(message.text).toMatch(/^ran /)
        expect(desk.entries).toEqual([])
      } else {
        expect(message.text).toContain(`/${command.name} needs the role ${command.allow}`)
        expect(message.only).toEqual({ plugin: 'acme', id: 'U1' })
        expect(desk.entries).toMatchObject([
          {
            workspace: 'acme:W1',
            actor: 'acme:U1',
            action: 'command',
            subject: command.name,
            outcome: 'denied',
            detail: { needs: command.allow, has: role },
          },
        ])
      }
    },
  )

  test('a denial names the rule, the role one has, who can grant it, and the way to read why', async () => {
    const { message } = await createDesk(catalog).say('/deploy api staging', { as: member })
    expect(message.text).toBe(
      '/deploy needs the role maintainer; you are member.\nAda, Grace can grant it. /hub why deploy explains it.',
    )
    expect(actionsOf(message)).toEqual([{ kind: 'button', label: 'Why?', run: 'hub why deploy' }])
  })

  test('a stranger is sent to nobody who could not help', async () => {
    const { message } = await createDesk(catalog, createGrants([])).say('/deploy api staging', { as: personOf(null) })
    expect(message.text).toBe(
      "/deploy needs the role maintainer; you have no role here.\nThis workspace has no admin yet. The hub's operator can grant it.",
    )
    expect(actionsOf(message)).toEqual([])
  })

  test('names of admins carry no markup into the denial of others', async () => {
    const grants = createGrants(['[Ada](https://evil.example) <!channel>'])
    const { message } = await createDesk(catalog, grants).say('/deploy api staging', { as: member })
    expect(JSON.stringify(message)).not.toMatch(/\]\(|<!channel>/)
  })

  test('who may not run it is not told how to', async () => {
    const { message } = await createDesk(catalog).say('/deploy', { as: member })
    expect(message.text).not.toContain('Usage')
  })
})

test('the answer of a private command is for the asker alone, also where the command does not say so', async () => {
  const { message } = await createDesk(catalog).say('hub help', { as: member })
  expect(message).toEqual({ text: 'ran help', only: member.account })
})

describe('mistakes are answered to the asker alone', () => {
  test('an unknown command: the nearest ones the asker may run, as a button where that is harmless', async () => {
    const { message, audited } = await createDesk(catalog).say('hub halp', { as: member })
    expect(message).toMatchObject({
      text: 'I do not know hub halp. Did you mean /hub help?',
      only: member.account,
    })
    expect(actionsOf(message)).toEqual([{ kind: 'button', label: '/hub help', run: 'hub help' }])
    expect(audited).toEqual([])
  })
  test('a nearest command with effects is never one press away', async () => {
    const { message } = await createDesk(catalog).say('deplyo api staging', { as: maintainer })
    expect(message.text).toBe('I do not know deplyo. Did you mean /deploy?')
    expect(actionsOf(message)).toEqual([
      { kind: 'form', label: '/deploy', run: 'deploy' },
      { kind: 'button', label: 'Help', run: 'hub help' },
    ])
  })
  test('words as to a person: what we listen to, and what seems to be meant, a press away', async () => {
    const asked = await createDesk(catalog).say('what can you do', { as: maintainer })
    expect(asked.message).toMatchObject({
      text: 'I listen to commands, so begin with one:\n/deploy api staging: Deploy a service',
      only: maintainer.account,
    })
    expect(actionsOf(asked.message)).toEqual([
      { kind: 'form', label: '/deploy', run: 'deploy' },
      { kind: 'button', label: 'Help', run: 'hub help' },
    ])
    const meant = await createDesk(catalog).say('could you please deploy the api?', { as: maintainer })
    expect(meant.message.text).toBe('Do you mean this?\n/deploy api staging: Deploy a service')
    const denied = await createDesk(catalog).say('could you please deploy the api?', { as: member })
    expect(denied.message.text).toBe('I listen to commands.')
    expect(actionsOf(denied.message)).toEqual([{ kind: 'button', label: 'Help', run: 'hub help' }])
  })
  test('what the asker may not run is not offered', async () => {
    const { message } = await createDesk(catalog).say('deplyo api staging', { as: member })
    expect(message.text).toBe('I do not know deplyo.')
  })
  test('the first word of a group asks for one more', async () => {
    const { message } = await createDesk(catalog).say('/hub', { as: member })
    expect(message.text).toBe('/hub needs one more word: /hub why, /hub help')
  })
  test('arguments at fault: the problem, the usage, an example, and a form for what is missing', async () => {
    const { message } = await createDesk(catalog).say('/deploy api prodution', { as: maintainer })
    expect(message.text).toBe(
      [
        'Environment cannot be “prodution”. Did you mean production?',
        'Usage: /deploy <service> <staging|production> [secret]',
        'Example: /deploy api staging',
      ].join('\n'),
    )
    expect(message.only).toEqual(maintainer.account)
    expect(actionsOf(message)).toEqual([{ kind: 'form', label: 'Fill in', run: 'deploy api', style: 'primary' }])
  })
  test('nothing at all', async () => {
    const { message } = await createDesk(catalog).say('   ', { as: member })
    expect(message).toMatchObject({ text: 'What shall I do? For example: /viewer read', only: member.account })
  })
})

describe('confirmation', () => {
  async function asked(line = '/deploy api production') {
    const deployed: string[] = []
    const desk = createDesk(createCatalog(commandsFor(deployed)))
    const { message } = await desk.say(line, { as: maintainer })
    return { desk, deployed, question: message, run: runOf(message) }
  }

  test('the question stands before the effect, and pressing the button has it', async () => {
    const { desk, deployed, question, run } = await asked()
    expect(deployed).toEqual([])
    expect(question).toMatchObject({ only: maintainer.account })
    expect(question.text).toContain('Deploy api to production?')
    expect(run).toMatch(/^deploy --confirm=[0-9a-f]{24} api production$/)
    expect((await desk.say(run, { as: maintainer })).message.text).toBe('ran deploy')
    expect(deployed).toEqual(['api production'])
    expect(desk.entries).toEqual([])
  })
  test('arguments that need none are not asked about', async () => {
    const desk = createDesk(catalog)
    expect((await desk.say('/deploy api staging', { as: maintainer })).message.text).toBe('ran deploy')
  })
  test('a typed call confirms as well, however it is spaced and cased', async () => {
    const { desk, deployed, run } = await asked()
    const code = /--confirm=(\w+)/.exec(run)?.[1] ?? ''
    await desk.say(`/deploy  "api" PRODUCTION --confirm ${code.toUpperCase()}`, { as: maintainer })
    expect(deployed).toEqual(['api production'])
  })

  test.each<[string, (run: string) => string, Parameters<ReturnType<typeof createDesk>['say']>[1]]>([
    ['another person', (run) => run, { as: personOf('maintainer', 'U2') }],
    [
      'the same id on another platform',
      (run) => run,
      { as: { ...maintainer, account: { plugin: 'other', id: 'U1' } } },
    ],
    ['another workspace', (run) => run, { as: maintainer, workspace: 'acme:W2' }],
    ['another line', (run) => run.replace(' api ', ' billing '), { as: maintainer }],
    ['an added argument', (run) => `${run} x`, { as: maintainer }],
    ['a forged code', (run) => run.replace(/=\w{24}/, `=${'0'.repeat(24)}`), { as: maintainer }],
    ['a short code', (run) => run.replace(/(=\w{8})\w{16}/, '$1'), { as: maintainer }],
    ['an empty code', (run) => run.replace(/=\w{24}/, '='), { as: maintainer }],
    ['an hour later', (run) => run, { as: maintainer, atMs: NOW_MS + 60 * MINUTE_MS }],
  ])('%s is asked again, and audited', async (_what, change, said) => {
    const { desk, deployed, run } = await asked()
    const { message } = await desk.say(change(run), said)
    expect(deployed).toEqual([])
    expect(message.text).toContain('That confirmation was not valid')
    expect(message.only).toEqual(said.as.account)
    expect(desk.entries).toMatchObject([
      { action: 'confirm', subject: 'deploy', outcome: 'denied', detail: { reason: 'not valid' } },
    ])
    await desk.say(runOf(message), said)
    expect(deployed).toHaveLength(1)
  })
  test('it holds for half an hour at least', async () => {
    const { desk, deployed, run } = await asked()
    await desk.say(run, { as: maintainer, atMs: NOW_MS + 30 * MINUTE_MS })
    expect(deployed).toHaveLength(1)
  })
  test('pressed twice it runs once; tried again, the job that spent it goes on', async () => {
    const { desk, deployed, run } = await asked()
    await desk.say(run, { as: maintainer, jobId: 'first' })
    const { message } = await desk.say(run, { as: maintainer, jobId: 'second' })
    expect(deployed).toHaveLength(1)
    expect(desk.entries).toMatchObject([{ outcome: 'denied', detail: { reason: 'used already' } }])
    expect(runOf(message)).not.toBe(run)
    await desk.say(run, { as: maintainer, jobId: 'first' })
    expect(deployed).toHaveLength(2)
  })
  test('asked twice, each question has its own answer', async () => {
    const { desk, run } = await asked()
    const again = runOf((await desk.say('/deploy api production', { as: maintainer })).message)
    expect(again).not.toBe(run)
  })
  test('a role that was taken away between question and answer denies', async () => {
    const { desk, deployed, run } = await asked()
    const { message } = await desk.say(run, { as: member })
    expect(message.text).toContain('needs the role maintainer')
    expect(deployed).toEqual([])
  })
  test('keys of different purposes sign differently', () => {
    expect(createSigner('s', 'a')('x')).not.toBe(createSigner('s', 'b')('x'))
  })
})

describe('audit of side effects', () => {
  test('command and a digest of its arguments, never the arguments', async () => {
    const desk = createDesk(catalog)
    const { audited } = await desk.say('/deploy api staging hunter2', { as: maintainer })
    expect(audited).toEqual([['command', 'deploy', { arguments: expect.stringMatching(/^[0-9a-f]{24}$/), attempt: 1 }]])
    expect(JSON.stringify(audited)).not.toContain('hunter2')
    const same = await desk.say('/deploy --secret hunter2 api staging', { as: maintainer })
    expect(same.audited).toEqual(audited)
  })
  test('a failure is audited too: it may have had its effect', async () => {
    const { ctx, audit } = contextOf(maintainer, 'job-1')
    const { grants } = createGrants()
    const signConfirm = createSigner('a secret of this test', 'confirm')
    const call = { input: '/deploy broken staging' }
    const run = { catalog, call, person: maintainer, ctx, grants, signConfirm, receivedAtMs: NOW_MS }
    await expect(runCommand(run)).rejects.toThrow('the cluster is away')
    expect(audit.mock.calls).toMatchObject([['command', 'deploy', { failed: 'UNAVAILABLE' }]])
    // An audit that fails too must not hide why the command failed: the ledger decides about the retry by that.
    audit.mockRejectedValue(new Error('database away'))
    await expect(runCommand(run)).rejects.toThrow('the cluster is away')
  })
  test('reading is not audited', async () => {
    expect((await createDesk(catalog).say('/viewer read', { as: member })).audited).toEqual([])
  })
})
