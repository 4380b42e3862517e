import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineCommand, definePlugin } from '#contract'
import { type Kit, type Platform, startKit } from './index.ts'

const acme = definePlugin({
  manifest: {
    name: 'acme',
    version: '1.0.0',
    summary: 'Counts',
    hub: '^1.0.0',
    config: z.object({ unit: z.string().default('pieces') }),
  },
  setup: ({ config }) => ({
    commands: [
      defineCommand({
        name: 'count',
        summary: 'Count something',
        args: z.object({ number: z.coerce.number().int().describe('How many') }),
        examples: ['count 3'],
        allow: 'member',
        sideEffects: 'none',
        run: ({ number }) => ({
          text: `${number} ${config.unit}`,
          blocks: [
            { kind: 'text', markdown: `**${number}** ${config.unit}` },
            {
              kind: 'actions',
              items: [
                { kind: 'button', label: 'One more', run: `count ${number + 1}` },
                { kind: 'form', label: 'Other', run: 'count' },
              ],
            },
          ],
          inPlace: true,
        }),
      }),
    ],
  }),
})

describe('the kit for plugin authors', () => {
  let kit: Kit
  beforeAll(async () => {
    kit = await startKit({ plugins: [acme], env: { ACME_UNIT: 'apples' } })
  })
  afterAll(() => kit.close())

  it.each(['slack', 'discord', 'teams'] as const)(
    '%s: a command, a button in place and a form',
    async (name: Platform) => {
      const person = kit[name]
      const said = await person.says('/count 3')
      expect(said.messages).toHaveLength(1)
      expect(said.messages[0]?.text).toContain('3')
      expect(said.messages[0]?.buttons).toEqual(['One more', 'Other'])
      const pressed = await person.presses('One more')
      expect(pressed.messages).toMatchObject([{ id: said.messages[0]?.id, edited: true }])
      expect(JSON.stringify(pressed.messages[0]?.body)).toContain('4')
      const { form } = await person.presses('Other')
      if (!form) throw new Error('no form opened')
      expect(form.fields).toHaveLength(1)
      const [field = ''] = form.fields
      const filled = await person.fills(form, { [field]: '12' })
      expect(JSON.stringify(filled.messages.at(-1)?.body)).toContain('12')
      expect(() => person.presses('Nothing')).toThrow(/One more, Other/)
      expect(kit.refusals()).toEqual([])
    },
  )
  it('shows what a platform does that breaks: everything twice has one effect', async () => {
    kit.slack.breaks('duplicate')
    const { messages } = await kit.slack.says('/count 7')
    kit.slack.mends()
    expect(messages).toHaveLength(1)
  })
})
