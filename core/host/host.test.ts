import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import type { Capabilities, Channel } from '../contract/channel.ts'
import { defineCommand, defineService, provide } from '../contract/define.ts'
import { HubError } from '../contract/errors.ts'
import type { Hub, Parts, Plugin } from '../contract/plugin.ts'
import { type BaseHub, createHost, type HostOptions } from './host.ts'
import { createMask } from './mask.ts'

const can: Capabilities = {
  update: true,
  threads: true,
  buttons: true,
  forms: true,
  private: true,
  files: true,
  reconcile: 'find',
  maxText: 4000,
  maxBlocks: 50,
}
const channel: Channel = {
  split: (message) => [message],
  render: (message) => message,
  limits: () => [],
  deliver: () => Promise.reject(new HubError('UNSUPPORTED', 'not in this test')),
  find: () => Promise.resolve(null),
  profile: () => Promise.resolve(null),
}
const silent = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() }
const nothing = () => Promise.reject(new HubError('UNSUPPORTED', 'not in this test'))
const base = (config: unknown): BaseHub => ({
  config,
  log: silent,
  kv: { get: nothing, set: nothing, add: nothing, delete: nothing },
  catalog: { commands: [], form: () => null, check: () => [], isPrivate: () => false, match: () => null },
  command: nothing,
  publish: nothing,
})
const tokenService = (name: string) => defineService<string>(name)

function plugin(name: string, parts: Partial<Parts> = {}, manifest: Partial<Plugin['manifest']> = {}): Plugin {
  return {
    manifest: {
      name,
      version: '1.0.0',
      summary: `The ${name} plugin`,
      hub: '^1.0.0',
      config: z.object({}),
      ...manifest,
    },
    setup: () => parts,
  }
}
function host(plugins: readonly Plugin[], options: Partial<HostOptions> = {}) {
  return createHost({
    plugins,
    configs: {},
    services: [],
    makeHub: (_, config) => base(config),
    log: silent,
    mask: createMask(),
    ...options,
  })
}
const problemsOf = async (promise: Promise<unknown>): Promise<readonly string[]> => {
  const err = await promise.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(err instanceof HubError)) throw new Error(`expected a HubError, got ${String(err)}`)
  expect(err.code).toBe('CONFIG_INVALID')
  return err.message.split('\n')
}
const withCan = (change: object) => plugin('a', { channel }, { can: { ...can, ...change } as Capabilities })

describe('manifest checks, before any plugin code runs', () => {
  it.each<[string, Plugin, string]>([
    ['name not kebab-case', plugin('AcmeChat'), 'AcmeChat: name must be kebab-case, like "acme" or "acme-chat"'],
    ['no name', plugin(''), 'plugin 1: name must be kebab-case, like "acme" or "acme-chat"'],
    ['version', plugin('a', {}, { version: 'one' }), 'a: version must be a semantic version like 1.0.0, not "one"'],
    [
      'hub range of another major',
      plugin('a', {}, { hub: '^2.0.0' }),
      'a: hub asks for hub ^2.0.0 and this is 1.0.0; install a release of it made for hub 1.0.0',
    ],
    [
      'hub not a range',
      plugin('a', {}, { hub: 'newest' }),
      'a: hub must be a range of hub versions like "^1.0.0", not "newest"',
    ],
    [
      'no config schema',
      plugin('a', {}, { config: undefined as unknown as z.ZodType }),
      'a: config must be a Standard Schema, for example z.object({})',
    ],
    [
      'secret that is no key',
      plugin('a', {}, { config: z.object({ token: z.string().optional() }), secrets: ['tokne'] }),
      'a: secrets names "tokne", which is no key of its config; correct it',
    ],
    ['summary of two lines', plugin('a', {}, { summary: 'x\ny' }), 'a: summary must be one line of text'],
    ['capability left out', withCan({ files: undefined }), 'a: can.files must be true or false'],
    ['capability of a wrong value', withCan({ reconcile: 'maybe' }), 'a: can.reconcile must be native, find or none'],
    ['capability of zero', withCan({ maxText: 0 }), 'a: can.maxText must be above zero'],
    ['unknown capability', withCan({ stream: true }), 'a: can.stream is no capability; remove it'],
  ])('%s', async (_, wrong, line) => {
    const setup = vi.spyOn(wrong, 'setup')
    expect(await problemsOf(host([wrong]))).toEqual([line])
    expect(setup).not.toHaveBeenCalled()
  })
  it('takes a name once', async () => {
    expect(await problemsOf(host([plugin('a'), plugin('a')]))).toEqual([
      'a: name is taken by another plugin; leave one of the two out or rename it',
    ])
  })
  it('reports every problem at once, configs included', async () => {
    const needy = plugin('b', {}, { config: z.object({ url: z.url() }) })
    expect(await problemsOf(host([plugin('A'), needy, plugin('c', {}, { version: 'x', hub: '>9' })]))).toHaveLength(4)
  })
  it('survives a plugin that is no plugin at all', async () => {
    const lines = await problemsOf(host([null as unknown as Plugin, {} as Plugin]))
    expect(lines).toContain('plugin 1: setup is missing; a plugin is { manifest, setup(hub) }')
    expect(lines).toContain('plugin 2: setup is missing; a plugin is { manifest, setup(hub) }')
  })
  it.each(['^1.0.0', '1.x', '>=1.0.0 <3', '~1.0', '*'])('accepts the range %s', async (hub) => {
    expect((await host([plugin('a', {}, { hub })])).plugins).toHaveLength(1)
  })
})

describe('checks after set-up', () => {
  it.each<[string, Plugin[], string]>([
    [
      'a need nobody meets',
      [plugin('a', {}, { requires: [tokenService('tracker')] })],
      'a: requires "tracker", which no plugin provides; configure one that does',
    ],
    [
      'two providers',
      [
        plugin('a', { provides: [provide(tokenService('m'), 'x')] }),
        plugin('b', { provides: [provide(tokenService('m'), 'y')] }),
      ],
      'b: provides "m", as does a; configure only one of them',
    ],
    [
      'a channel without can',
      [plugin('a', { channel })],
      'a: can is missing; a plugin with a channel declares what it can do',
    ],
    [
      'a circle of needs',
      [
        plugin('a', { provides: [provide(tokenService('sa'), '')] }, { requires: [tokenService('sb')] }),
        plugin('b', { provides: [provide(tokenService('sb'), '')] }, { requires: [tokenService('sa')] }),
      ],
      'a: requires form a circle (a → b → a); make one of them use hub.maybe',
    ],
    [
      'a plugin that needs itself',
      [plugin('a', { provides: [provide(tokenService('sa'), '')] }, { requires: [tokenService('sa')] })],
      'a: requires form a circle (a → a); make one of them use hub.maybe',
    ],
    [
      'a set-up that throws',
      [
        {
          ...plugin('a'),
          setup: () => {
            throw new Error('no such file\nstack and all')
          },
        },
      ],
      'a: set-up failed: no such file',
    ],
  ])('%s', async (_, plugins, line) => {
    expect(await problemsOf(host(plugins))).toEqual([line])
  })
  it('refuses a command name that two plugins declare', async () => {
    const command = defineCommand({
      name: 'story',
      summary: 'Draft a story',
      args: z.object({}),
      examples: ['story'],
      allow: 'member',
      sideEffects: 'none',
      run: () => ({ text: 'ok' }),
    })
    expect(
      await problemsOf(host([plugin('a', { commands: [command] }), plugin('b', { commands: [command] })])),
    ).toEqual(['b: command "story" is already declared by a; rename it or leave one plugin out'])
  })
  it('closes what was set up when another plugin cannot be', async () => {
    const close = vi.fn()
    await problemsOf(host([plugin('a', { close }), plugin('b', { channel })]))
    expect(close).toHaveBeenCalledOnce()
  })
})

describe('parts', () => {
  it('are handed out with their owner, and provisions include the hub’s own', async () => {
    const mine = plugin('a', { channel, provides: [provide(tokenService('s'), 'impl')] }, { can })
    const made = await host([mine], { services: [provide(tokenService('database'), 'db')] })
    expect([...made.channels]).toEqual([['a', { channel, can }]])
    expect([...made.provisions]).toEqual([
      ['database', 'db'],
      ['s', 'impl'],
    ])
    expect(made.plugins[0]?.provides).toEqual(['s'])
  })
  it('teaches the mask each secret', async () => {
    const mask = createMask()
    const secretive = plugin('a', {}, { config: z.object({ token: z.string(), url: z.string() }), secrets: ['token'] })
    await host([secretive], { mask, configs: { a: { token: 'canary-12345', url: 'plain-value' } } })
    expect(mask.apply('canary-12345 plain-value')).toBe('••• plain-value')
  })
})

describe('services', () => {
  const service = tokenService('greeting')
  function user(act: (hub: Hub) => unknown, when: 'setup' | 'start', requires = [service]) {
    const user: Plugin = {
      ...plugin('user', {}, { requires }),
      setup: (hub: Hub) => {
        if (when === 'setup') act(hub)
        return {
          start: () => {
            act(hub)
          },
        }
      },
    }
    return user
  }
  const provider = plugin('provider', { provides: [provide(service, 'hello')] })
  it('are usable from start on, whatever the list order', async () => {
    const seen: unknown[] = []
    const made = await host([
      user((hub) => seen.push(hub.use(service), hub.maybe(tokenService('none'))), 'start'),
      provider,
    ])
    await made.start(new AbortController().signal)
    expect(seen).toEqual(['hello', null])
  })
  it('are not usable during set-up', async () => {
    expect(await problemsOf(host([user((hub) => hub.use(service), 'setup'), provider]))).toEqual([
      'user: set-up failed: user: "greeting" is usable once every plugin is set up; take it in start or in a handler, not in setup',
    ])
  })
  it('must be in requires to be used', async () => {
    const made = await host([user((hub) => hub.use(service), 'start', []), provider])
    await expect(made.start(new AbortController().signal)).rejects.toThrow(
      'user: "greeting" is not in the requires of its manifest; add it there or call hub.maybe',
    )
  })
})

describe('start and close', () => {
  function traced(trace: string[], name: string, needs: string[] = [], gives: string[] = [], fail = '') {
    return plugin(
      name,
      {
        provides: gives.map((give) => provide(tokenService(give), give)),
        start: () => {
          trace.push(`start ${name}`)
          if (fail === 'start') throw new Error('port taken')
        },
        close: () => {
          trace.push(`close ${name}`)
          if (fail === 'close') throw new Error('cannot close')
        },
      },
      { requires: needs.map(tokenService) },
    )
  }
  const signal = () => new AbortController().signal

  it.each<[string, (trace: string[]) => Plugin[], string[]]>([
    ['list order without needs', (t) => [traced(t, 'a'), traced(t, 'b')], ['a', 'b']],
    ['providers first', (t) => [traced(t, 'a', ['sb']), traced(t, 'b', [], ['sb'])], ['b', 'a']],
    [
      'a diamond',
      (t) => [
        traced(t, 'top', ['l', 'r']),
        traced(t, 'left', ['base'], ['l']),
        traced(t, 'right', ['base'], ['r']),
        traced(t, 'bottom', [], ['base']),
      ],
      ['bottom', 'left', 'right', 'top'],
    ],
  ])('starts in the order of needs and closes in reverse: %s', async (_, make, order) => {
    const trace: string[] = []
    const made = await host(make(trace))
    await made.start(signal())
    await made.close()
    expect(trace).toEqual([...order.map((n) => `start ${n}`), ...order.toReversed().map((n) => `close ${n}`)])
  })
  it('closes what had started, the failed one included, when a start fails', async () => {
    const trace: string[] = []
    const made = await host([traced(trace, 'a'), traced(trace, 'b', [], [], 'start'), traced(trace, 'c')])
    await expect(made.start(signal())).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'b did not start: port taken',
    })
    await made.close()
    expect(trace).toEqual(['start a', 'start b', 'close b', 'close a'])
  })
  it('shares one promise between two starts, and one between two closes', async () => {
    const trace: string[] = []
    const made = await host([traced(trace, 'a')])
    expect(made.start(signal())).toBe(made.start(signal()))
    expect(made.close()).toBe(made.close())
    await made.close()
    expect(trace).toEqual(['start a', 'close a'])
  })
  it('closes without start, and does not start afterwards', async () => {
    const trace: string[] = []
    const made = await host([traced(trace, 'a')])
    await made.close()
    expect(trace).toEqual(['close a'])
    await expect(made.start(signal())).rejects.toMatchObject({ code: 'CONFLICT' })
  })
  it('closes the others although one close throws', async () => {
    const trace: string[] = []
    const made = await host([traced(trace, 'a'), traced(trace, 'b', [], [], 'close')])
    await made.start(signal())
    await made.close()
    expect(trace.slice(2)).toEqual(['close b', 'close a'])
  })
  it('aborts a start that is under way when it is closed', async () => {
    const slow = plugin('slow', {
      start: (abort) => new Promise((_, reject) => abort.addEventListener('abort', () => reject(abort.reason))),
    })
    const made = await host([slow])
    const started = made.start(signal())
    const outcome = expect(started).rejects.toThrow('slow did not start: the hub is closing')
    await made.close()
    await outcome
  })
})

describe('health', () => {
  it('is told for each plugin; one that throws or hangs spoils only its own', async () => {
    vi.useFakeTimers()
    const made = await host([
      plugin('fine', { health: () => ({ status: 'degraded', detail: 'slow' }) }),
      plugin('broken', {
        health: () => {
          throw new Error('select 1 from secret_table')
        },
      }),
      plugin('hanging', { health: () => new Promise(() => {}) }),
      plugin('silent'),
    ])
    const health = made.health()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(Object.fromEntries(await health)).toEqual({
      fine: { status: 'degraded', detail: 'slow' },
      broken: { status: 'down', detail: 'its health check failed; see the log' },
      hanging: { status: 'down', detail: 'no answer within 2 s' },
      silent: { status: 'ok' },
    })
    vi.useRealTimers()
  })
})
