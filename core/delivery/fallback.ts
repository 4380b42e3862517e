import type { Action, Block, Capabilities, Message } from '#contract'

/** What the hub does where a platform cannot: a button becomes the command to type, a file becomes a code block. */
export function withFallbacks(message: Message, can: Capabilities): Message {
  if (!message.blocks) return message
  const blocks = message.blocks.flatMap((block): Block[] => {
    if (block.kind === 'file' && !can.files) return [{ kind: 'code', text: block.text }]
    if (block.kind !== 'actions') return [block]
    // Pressed without its arguments, a command asks for them.
    const items = block.items.map(
      (a): Action => (a.kind === 'form' && can.buttons && !can.forms ? { ...a, kind: 'button' } : a),
    )
    const kept = items.filter(
      (a) => a.kind === 'link' || (a.kind === 'button' ? can.buttons : can.buttons && can.forms),
    )
    const typed = items.filter((a) => !kept.includes(a))
    const lines = typed.flatMap((a) =>
      a.kind === 'link' ? [] : [`${a.label}: \`/${a.run}${a.kind === 'form' ? ' …' : ''}\``],
    )
    return [
      ...(lines.length > 0 ? [{ kind: 'text', markdown: lines.join('\n') } as const] : []),
      ...(kept.length > 0 ? [{ kind: 'actions', items: kept } as const] : []),
    ]
  })
  return { ...message, blocks }
}
