import { type Binding, type Bindings, type Context, HubError, type Message } from '#contract'
import type { RepositoryKey } from './index/scope.ts'
import { count, plain } from './text.ts'

/** What a channel is told: numbers and a link, never words of a document. */
export interface Told {
  readonly open: number
  readonly link: { readonly label: string; readonly url: string } | null
}

/** One card in each channel of the project, edited from push to push. */
export async function tellChannels(bindings: Bindings, key: RepositoryKey, told: Told, ctx: Context): Promise<void> {
  const { plugin, repository } = key
  const [bound] = await bindings.list(ctx.workspace, { kind: 'repository', plugin, target: repository })
  if (!bound) return
  const channels: readonly Binding[] = await bindings.list(ctx.workspace, { project: bound.project, kind: 'channel' })
  const card = { of: `documentation ${plugin} ${repository}`, revision: Date.now() }
  for (const channel of channels) {
    const { plugin: chat, target, targetWorkspace: workspace } = channel
    try {
      await ctx.show(
        { plugin: chat, workspace, channel: target, visibility: 'team' },
        { ...cardOf(repository, told), card },
      )
    } catch (error) {
      // A chat that is not connected keeps nothing else from being done.
      if (!(error instanceof HubError)) throw error
      ctx.log.warn({ channel: target, code: error.code }, 'the card of a documentation was not shown')
    }
  }
}

function cardOf(repository: string, { open, link }: Told): Message {
  const name = plain(repository)
  const markdown =
    open === 0
      ? `✓ Documentation of **${name}** is true to the code again.`
      : `Documentation of **${name}**: ${count(open, 'place')} behind the code.`
  return {
    text: markdown.replace(/[*\\]/g, ''),
    blocks: [
      { kind: 'text', markdown },
      {
        kind: 'actions',
        items: [
          ...(link ? [{ kind: 'link' as const, ...link }] : []),
          { kind: 'button', label: 'Show status', run: 'docs status' },
        ],
      },
    ],
  }
}
