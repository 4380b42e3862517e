import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Command, defineCommand } from '#contract'
import { clip, paragraph, plain } from '../text.ts'
import { boundRepository, type Desk, portFor } from './desk.ts'

export function issueCommand(desk: Desk): Command {
  return defineCommand({
    name: 'docs issue',
    summary: 'Open an issue for something the documentation does not say',
    args: z.object({
      repository: z.string().trim().min(1).max(200).describe('Repository, such as octo/shop'),
      question: z.string().trim().min(3).max(1_000).meta({ rest: true }).describe('What should be documented'),
    }),
    examples: ['docs issue octo/shop How do I rotate the signing secret?'],
    allow: 'member',
    sideEffects: 'outside',
    // The words leave the place where they were asked.
    source: (_, { actor, place }) =>
      place && {
        what: 'This question',
        place,
        author: { key: `${actor.account.plugin}:${actor.account.id}`, name: actor.name },
      },
    async run({ repository, question }, ctx) {
      const bound = await boundRepository(desk, ctx, repository)
      const hash = createHash('sha256').update(question.toLowerCase().replace(/\s+/g, ' ')).digest('hex').slice(0, 16)
      const issue = await portFor(desk, bound.plugin).issue(
        {
          repository: bound.target,
          key: `docs-question-${hash}`,
          title: `Documentation: ${clip(question, 120).replaceAll('@', '@\u200B')}`,
          body: `Somebody looked for this in the documentation and did not find it:\n\n${quoted(question)}\n`,
        },
        ctx.signal,
      )
      await ctx.audit('docs.issue', `${bound.plugin}:${bound.target}#${issue.number}`)
      const what = issue.state === 'closed' ? 'was asked for before and is closed' : 'is open'
      return paragraph(`${plain(bound.target)}#${issue.number} ${what}.`, {
        kind: 'actions',
        items: [{ kind: 'link', label: `Issue #${issue.number}`, url: issue.url }],
      })
    },
  })
}

/** Words of people as they are: inside a fence nothing mentions, links or closes anything. */
function quoted(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}text\n${text}\n${fence}`
}
