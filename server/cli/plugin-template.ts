/** Files of a new plugin by their path in its folder. It runs and its test passes as it stands. */
export function pluginFiles(name: string): Readonly<Record<string, string>> {
  const variable = `${name.toUpperCase().replaceAll('-', '_')}_GREETING`
  const constant = name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
  return {
    'index.ts': `import { defineCommand, definePlugin } from 'autodevhub/contract'
import { z } from 'zod'

export const ${constant} = definePlugin({
  manifest: {
    name: '${name}',
    version: '0.1.0',
    summary: 'Greets people',
    hub: '^1.0.0',
    // Read from the environment: ${variable}.
    config: z.object({ greeting: z.string().default('Hello') }),
  },
  setup: ({ config }) => ({
    commands: [
      defineCommand({
        name: '${name} greet',
        summary: 'Greet somebody',
        args: z.object({ who: z.string().max(80).describe('Whom to greet') }),
        examples: ['${name} greet Ada'],
        allow: 'member',
        sideEffects: 'none',
        run: ({ who }) => ({
          text: \`\${config.greeting}, \${who}!\`,
          blocks: [
            { kind: 'text', markdown: \`**\${config.greeting}, \${who}!**\` },
            { kind: 'actions', items: [{ kind: 'form', label: 'Greet somebody else', run: '${name} greet' }] },
          ],
          // The answer to a button or form replaces the message it was on.
          inPlace: true,
        }),
      }),
    ],
  }),
})
`,
    'index.test.ts': `import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Kit, startKit } from 'autodevhub/kit'
import { ${constant} } from './index.ts'

let kit: Kit
before(async () => {
  kit = await startKit({ plugins: [${constant}], env: { ${variable}: 'Welcome' } })
})
after(() => kit.close())

for (const platform of ['slack', 'discord', 'teams'] as const) {
  test(\`\${platform}: greets, and its form greets somebody else in the same message\`, async () => {
    const person = kit[platform]
    const { messages } = await person.says('/${name} greet Ada')
    assert.equal(messages.length, 1)
    assert.match(messages[0]?.text ?? '', /Welcome, Ada!/)
    const { form } = await person.presses('Greet somebody else')
    assert.ok(form, 'a form opens')
    const filled = await person.fills(form, { who: 'Grace' })
    assert.match(filled.messages.at(-1)?.text ?? '', /Welcome, Grace!/)
    assert.deepEqual(kit.refusals(), [])
  })
}
`,
    'README.md': `# ${name}

A plugin of AutoDevHub.

\`\`\`sh
npm run hub -- plugin test ./${name}            # its tests, beside stand-ins of Slack, Discord and Teams
HUB_PLUGINS=./${name}/index.ts npm start        # the hub with it
HUB_PLUGINS=./${name}/index.ts npm run hub -- ${name} greet Ada
\`\`\`

| Variable | Meaning | Default |
| --- | --- | --- |
| \`${variable}\` | first word of a greeting | \`Hello\` |
`,
  }
}
