import { inspect } from 'node:util'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Channel, type Delivery, HubError, type Message, type Place, type Plugin, type Posted } from '#contract'
import { anyMessage, letters, linesOf, SAMPLES } from './messages.ts'

/** A message as the platform shows it to a person. */
export interface ShownMessage {
  readonly id: string
  /** Every word on the screen, the platform's escaping decoded, in reading order. */
  readonly text: string
  readonly edited: boolean
  /** Account that alone can see it; absent: everyone in the place. */
  readonly only?: string
}
/** What the platform does to the next write. */
export type Fault =
  /** Refuses, and asks to wait. */
  | 'rate-limited'
  /** Refuses the credentials. */
  | 'unauthenticated'
  /** Takes the message, then answers 500. */
  | 'error-after-commit'
  /** Takes the message, then closes the connection without an answer. */
  | 'cut-after-commit'
  /** Reads the request and closes the connection; nothing is stored. */
  | 'cut-before-commit'
  /** No connection can be made. */
  | 'unreachable'
  /** Takes the message and does not answer for a minute. */
  | 'slow'

/** A channel that speaks to a fake platform, and eyes to see what that platform now shows. */
export interface ChannelRig<Native> {
  readonly channel: Channel<Native>
  /** Somewhere the channel may post. */
  readonly place: Place
  /** An account the platform knows, and one it does not. */
  readonly accounts: { readonly known: string; readonly unknown: string }
  /** Values that must never appear in an error. */
  readonly secrets: readonly string[]
  /** Messages in the order they arrived. */
  shown(): Promise<readonly ShownMessage[]>
  /** Arms a fault for the next write only. */
  fault(fault: Fault): Promise<void>
  /** Every word a reader finds in one rendered part, escaping decoded; the text of a file part. */
  words(native: Native): string
  /** What the platform would refuse about a rendered part, from a table kept apart from the adapter's own. */
  problems(native: Native): readonly string[]
  /** Everything in a rendered part that would notify somebody. */
  mentions(native: Native): readonly string[]
  /** Addresses that a rendered part would open. */
  links(native: Native): readonly string[]
  close(): Promise<void>
}
const CONTRACT_TESTS = [
  'keeps every word of each block kind',
  'shows text alone',
  'splits and renders any message inside the limits, without losing a word',
  'attaches the full text where it is cut',
  'is pure',
  'mentions nobody and opens no smuggled address',
  'posts and says where it landed',
  'edits what it posted',
  'refuses to edit',
  'shows a private message to one account alone',
  'drops a repeat of the same key',
  'finds what it posted, and only that',
  'settles a send that was cut off',
  'names its limits',
  'obeys a request to wait',
  'gives up on refused credentials',
  'never calls a possibly stored message failed',
  'knows when nothing was sent',
  'stops when told to',
  'leaks no secret in an error',
  'knows people',
] as const
export type ContractTest = (typeof CONTRACT_TESTS)[number]

export interface ChannelCase<Native> {
  readonly plugin: Plugin
  open(): Promise<ChannelRig<Native>>
  /** Tests that cannot hold here, each with its reason; printed with the results. */
  readonly skip?: Partial<Readonly<Record<ContractTest, string>>>
}

const never = new AbortController().signal
const hello: Message = { text: 'Hello from the hub' }

/** Called at the top level of every adapter's `channel.test.ts`. `manifest.can` decides what is expected. */
export function channelContract<Native>(one: ChannelCase<Native>): void {
  const { name, can } = one.plugin.manifest
  if (!can) throw new Error(`${name}: a plugin with a channel must state manifest.can`)

  describe(`${name} keeps the channel contract`, () => {
    let rig: ChannelRig<Native>
    beforeEach(async () => {
      rig = await one.open()
    })
    afterEach(async () => {
      await rig.close()
    })
    let count = 0
    const key = () => `contract-${count++}`
    const post = (message: Message, to: Place = rig.place): Delivery => ({ key: key(), message, op: 'post', to })
    const parts = (message: Message) => rig.channel.split(message).map((part) => rig.channel.render(part))
    const wordsOf = (message: Message) => letters(parts(message).map(rig.words).join('\n'))
    const failure = async (delivery: Delivery, signal: AbortSignal = never): Promise<HubError> => {
      try {
        await rig.channel.deliver(delivery, signal)
      } catch (error) {
        if (error instanceof HubError) return error
        throw error
      }
      throw new Error('the delivery was expected to fail')
    }
    const failAt = async (fault: Fault, delivery = post(hello)) => {
      await rig.fault(fault)
      return failure(delivery)
    }
    /** A skipped test stays in the list with its reason. */
    const it = (title: ContractTest, run: () => Promise<void> | void, unless?: string) => {
      const reason = one.skip?.[title] ?? unless
      if (reason) test.skip(`${title} (skipped: ${reason})`)
      else test(title, run)
    }

    it('keeps every word of each block kind', () => {
      for (const block of Object.values(SAMPLES)) {
        const message: Message = { text: 'fallback', blocks: [block] }
        const shown = wordsOf(message)
        const lines = block.kind === 'file' ? [block.text] : linesOf(message)
        for (const line of lines) expect(shown, `${block.kind}: ${line}`).toContain(letters(line))
      }
      const all: Message = { text: 'fallback', blocks: Object.values(SAMPLES) }
      for (const line of linesOf(all)) expect(wordsOf(all)).toContain(letters(line))
    })

    it('shows text alone', async () => {
      await rig.channel.deliver(post({ text: 'Just a sentence & <nothing> more' }), never)
      expect(letters((await rig.shown())[0]?.text ?? '')).toContain('Justasentencenothingmore')
    })

    it(
      'splits and renders any message inside the limits, without losing a word',
      () => {
        fc.assert(
          fc.property(anyMessage, (message) => {
            const pieces = rig.channel.split(message)
            expect(pieces.length).toBeGreaterThan(0)
            for (const piece of pieces) {
              const native = rig.channel.render(piece)
              expect(rig.problems(native)).toEqual([])
              expect(illFormed(native)).toEqual([])
              expect(rig.channel.split(piece)).toHaveLength(1)
            }
            const shown = wordsOf(message)
            for (const line of linesOf(message)) expect(shown).toContain(letters(line))
          }),
          { numRuns: 60 },
        )
      },
      undefined,
    )

    it('attaches the full text where it is cut', () => {
      const full = Array.from({ length: 6_000 }, (_, i) => `word${i}`).join(' ')
      const message: Message = {
        text: 'A long story',
        blocks: [
          { kind: 'heading', text: 'A long story' },
          { kind: 'text', markdown: full },
          { kind: 'actions', items: [{ kind: 'button', label: 'Approve', run: 'story approve ST-1' }] },
          { kind: 'file', name: 'story.md', mediaType: 'text/markdown', text: full },
        ],
      }
      const rendered = parts(message)
      for (const native of rendered) expect(rig.problems(native)).toEqual([])
      const words = rendered.map(rig.words)
      expect(words.some((w) => letters(w).includes(letters(full)))).toBe(true)
      expect(words[0]).toContain('Approve')
    })

    it('is pure', () => {
      const message = freeze<Message>({ text: 'x', blocks: structuredClone(Object.values(SAMPLES)) })
      expect(rig.channel.split(message)).toEqual(rig.channel.split(message))
      for (const part of rig.channel.split(message)) {
        freeze(part)
        expect(rig.channel.render(part)).toEqual(rig.channel.render(part))
      }
    })

    it('mentions nobody and opens no smuggled address', () => {
      const evil = [
        '<!channel> <!here> <!everyone> <!subteam^S1> <@U1> <#C1> @everyone @here @channel <@&123> <at>all</at>',
        '<https://evil.test|https://good.test> [x](javascript:alert(1)) [y](data:text/html,1) ](https://evil.test',
        '[<!channel>](https://good.test) `<!here>` **<@U1>** ```<!channel>```',
      ].join('\n')
      const messages: Message[] = [
        { text: evil },
        {
          text: evil,
          blocks: [
            { kind: 'heading', text: evil },
            { kind: 'text', markdown: evil },
            { kind: 'note', markdown: evil },
            { kind: 'code', text: evil, language: evil },
            { kind: 'fields', items: [{ label: evil, value: evil }] },
            { kind: 'table', head: [evil], rows: [[evil]] },
            { kind: 'diff', before: evil, after: `${evil}!` },
            { kind: 'progress', label: evil, done: 1, total: 2 },
            {
              kind: 'actions',
              items: [
                { kind: 'button', label: '<!channel>', run: 'hub help', confirm: '<!channel>?' },
                { kind: 'link', label: '<!here>', url: 'javascript:alert(1)' },
              ],
            },
          ],
        },
      ]
      for (const native of messages.flatMap(parts)) {
        expect(rig.mentions(native)).toEqual([])
        for (const url of rig.links(native)) expect(url).toMatch(/^https?:\/\//)
      }
      fc.assert(
        fc.property(anyMessage, (message) => {
          for (const native of parts(message)) expect(rig.mentions(native)).toEqual([])
        }),
        { numRuns: 40 },
      )
    })

    it('posts and says where it landed', async () => {
      const posted = await rig.channel.deliver(post(hello), never)
      expect(posted).toMatchObject({ plugin: name, workspace: rig.place.workspace, channel: rig.place.channel })
      const shown = await rig.shown()
      expect(shown).toHaveLength(1)
      expect(shown[0]).toMatchObject({ id: posted.message, edited: false })
      expect(shown[0]?.text).toContain(hello.text)
    })

    const editing = async () => {
      const posted = await rig.channel.deliver(post(hello), never)
      return { key: key(), message: { text: 'Now different' }, op: 'update', to: posted } satisfies Delivery
    }
    it(
      'edits what it posted',
      async () => {
        const edit = await editing()
        const again = await rig.channel.deliver(edit, never)
        expect(again.message).toBe(edit.to.message)
        const shown = await rig.shown()
        expect(shown).toHaveLength(1)
        expect(shown[0]).toMatchObject({ id: edit.to.message, edited: true })
        expect(shown[0]?.text).toContain('Now different')
        expect(shown[0]?.text).not.toContain(hello.text)
      },
      can.update ? undefined : 'can.update is false',
    )
    it(
      'refuses to edit',
      async () => {
        expect((await failure(await editing())).code).toBe('UNSUPPORTED')
      },
      can.update ? 'can.update is true' : undefined,
    )
    it(
      'shows a private message to one account alone',
      async () => {
        await rig.channel.deliver(post({ ...hello, only: { plugin: name, id: rig.accounts.known } }), never)
        expect((await rig.shown()).map((m) => m.only)).toEqual([rig.accounts.known])
      },
      can.private ? undefined : 'can.private is false',
    )
    it(
      'drops a repeat of the same key',
      async () => {
        const delivery = post(hello)
        const first = await rig.channel.deliver(delivery, never)
        expect((await rig.channel.deliver(delivery, never)).message).toBe(first.message)
        expect(await rig.shown()).toHaveLength(1)
      },
      can.reconcile === 'native' ? undefined : `can.reconcile is ${can.reconcile}`,
    )
    const notFinding = can.reconcile === 'find' ? undefined : `can.reconcile is ${can.reconcile}`
    const find = (delivery: Delivery): Promise<Posted | null> =>
      rig.channel.find(delivery, Date.now() - 1_000, AbortSignal.timeout(10_000))
    it(
      'finds what it posted, and only that',
      async () => {
        const first = post(hello)
        const second = post(hello)
        const landed = await rig.channel.deliver(first, never)
        const other = await rig.channel.deliver(second, never)
        expect(other.message).not.toBe(landed.message)
        expect((await find(first))?.message).toBe(landed.message)
        expect((await find(second))?.message).toBe(other.message)
        expect(await find(post(hello))).toBeNull()
      },
      notFinding,
    )
    it(
      'settles a send that was cut off',
      async () => {
        const lost = post(hello)
        expect((await failAt('cut-before-commit', lost)).code).toBe('OUTCOME_UNKNOWN')
        expect(await find(lost)).toBeNull()
        const stored = post(hello)
        expect((await failAt('cut-after-commit', stored)).code).toBe('OUTCOME_UNKNOWN')
        expect((await find(stored))?.message).toBe((await rig.shown())[0]?.id)
        expect(await rig.shown()).toHaveLength(1)
      },
      notFinding,
    )

    it('names its limits', () => {
      const limits = rig.channel.limits(post(hello))
      expect(rig.channel.limits(post(hello))).toEqual(limits)
      for (const limit of limits) {
        expect(limit.key.startsWith(rig.place.workspace)).toBe(true)
        expect(limit.intervalMs).toBeGreaterThan(0)
        expect(limit.burst).toBeGreaterThanOrEqual(1)
      }
      expect(new Set(limits.map((l) => l.key)).size).toBe(limits.length)
    })

    it('obeys a request to wait', async () => {
      const delivery = post(hello)
      const error = await failAt('rate-limited', delivery)
      expect(error.code).toBe('RATE_LIMITED')
      expect(error.retry).toEqual({ afterMs: expect.any(Number) })
      expect(rig.channel.limits(delivery).map((l) => l.key)).toContain(error.scope)
      expect(await rig.shown()).toEqual([])
    })

    it('gives up on refused credentials', async () => {
      expect(await failAt('unauthenticated')).toMatchObject({ code: 'UNAUTHENTICATED', retry: 'never' })
      expect(await rig.shown()).toEqual([])
    })

    it('never calls a possibly stored message failed', async () => {
      expect((await failAt('error-after-commit')).code).toBe('OUTCOME_UNKNOWN')
      expect((await failAt('cut-after-commit')).code).toBe('OUTCOME_UNKNOWN')
      expect(await rig.shown()).toHaveLength(2)
    })

    it('knows when nothing was sent', async () => {
      expect(await failAt('unreachable')).toMatchObject({ code: 'UNAVAILABLE', retry: 'backoff' })
      expect(await rig.shown()).toEqual([])
    })

    it('stops when told to', async () => {
      await expect(rig.channel.deliver(post(hello), AbortSignal.abort())).rejects.toThrow()
      expect(await rig.shown()).toEqual([])
      await rig.fault('slow')
      const started = performance.now()
      expect((await failure(post(hello), AbortSignal.timeout(100))).code).toBe('OUTCOME_UNKNOWN')
      expect(performance.now() - started).toBeLessThan(5_000)
    })

    it('leaks no secret in an error', async () => {
      const faults: Fault[] = [
        'rate-limited',
        'unauthenticated',
        'error-after-commit',
        'cut-after-commit',
        'unreachable',
      ]
      for (const fault of faults) {
        const all = inspect(await failAt(fault), { depth: 12, showHidden: true, maxStringLength: null })
        for (const secret of rig.secrets) expect(all.includes(secret), fault).toBe(false)
      }
    })

    it('knows people', async () => {
      const profile = await rig.channel.profile(rig.place.workspace, rig.accounts.known)
      expect(profile?.name).toMatch(/\S/)
      expect(profile?.isBot).toBe(false)
      expect(await rig.channel.profile(rig.place.workspace, rig.accounts.unknown)).toBeNull()
    })
  })
}

/** Strings that were cut inside a surrogate pair, by path. */
function illFormed(value: unknown, path = '$'): string[] {
  if (typeof value === 'string') return value.isWellFormed() ? [] : [path]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([k, v]) => illFormed(v, `${path}.${k}`))
}
function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) freeze(inner)
    Object.freeze(value)
  }
  return value
}
