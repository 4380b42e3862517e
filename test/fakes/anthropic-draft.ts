import { z } from 'zod'

const spanLine = z.object({ id: z.string(), text: z.string() })
const section = (user: string, name: string): string[] =>
  new RegExp(`<${name}>\\n([\\s\\S]*?)\\n</${name}>`).exec(user)?.[1]?.split('\n') ?? []

/** The marked pieces of the request, read as the model would. */
function spansOf(user: string): { id: string; text: string }[] {
  return section(user, 'source').map((line) => spanLine.parse(JSON.parse(line)))
}
/** JSON of a section of the request, or undefined when it has none. */
export function sectionOf(user: string, name: string): unknown {
  const [line] = section(user, name)
  return line === undefined ? undefined : JSON.parse(line)
}

const clip = (text: string, length: number) => Array.from(text.replace(/\s+/g, ' ').trim()).slice(0, length).join('')
const quoteOf = (text: string) => {
  const head = text.slice(0, 120)
  // Never half of a surrogate pair: the quote must be an exact piece of the text.
  return /[\uD800-\uDBFF]$/.test(head) ? head.slice(0, -1) : head
}

/** A plausible answer to a request for a draft: cites real quotes, keeps the ids of a current story, adds what an instruction asks. */
export function draftFor(user: string): Record<string, unknown> {
  const spans = spansOf(user)
  const current = z
    .looseObject({ criteria: z.array(z.looseObject({ id: z.string() })) })
    .optional()
    .parse(sectionOf(user, 'current'))
  const instruction = z.string().optional().parse(sectionOf(user, 'instruction'))
  const subject = clip(spans[0]?.text ?? 'something', 60)
  const fresh = spans.slice(0, 5).map((span, index) => ({
    id: null,
    title: `${index === 0 ? 'Does' : 'Also'} ${clip(span.text, 60)}`,
    kind: index === 0 ? 'happy' : 'boundary',
    given: ['the person is signed in'],
    when: `they do what piece ${span.id} asks`,
    then: [`"${clip(span.text, 80)}" is done`],
    source: { span: span.id, quote: quoteOf(span.text) },
  }))
  const assumed = (title: string, kind: string, then: string) => ({
    id: null,
    title,
    kind,
    given: ['the service answers'],
    when: `somebody tries ${clip(title, 40).toLowerCase()}`,
    then: [then],
    source: null,
  })
  const padding = [
    assumed('Refuses a stranger', 'permission', 'they are told that they may not'),
    assumed('Tells a failure', 'failure', 'the reason and the next step are shown'),
    assumed('Keeps what was typed', 'failure', 'nothing typed is lost'),
  ]
  const base = current ? current.criteria : [...fresh, ...padding].slice(0, Math.max(3, fresh.length + 1))
  const added = instruction
    ? [assumed(`Covers ${clip(instruction, 80)}`, 'happy', `${clip(instruction, 80)} holds`)]
    : []
  return {
    title: `Story about ${subject}`,
    role: 'member',
    goal: `have ${subject}`,
    benefit: null,
    ...(current ? { title: current.title, role: current.role, goal: current.goal, benefit: current.benefit } : {}),
    criteria: [...base, ...added].slice(0, 12),
    questions: ['Who decides when this is done?'],
    assumptions: [],
    invest: [{ aspect: 'testable', ok: true, finding: 'every scenario can be observed' }],
    size: 'M',
    sizeReason: `${base.length} scenarios`,
    confidence: 0.7,
    language: 'en',
  }
}

/** Splits the current story in two halves. */
export function splitFor(user: string): Record<string, unknown> {
  const { criteria, title } = z
    .looseObject({ title: z.string(), criteria: z.array(z.looseObject({ id: z.string() })) })
    .parse(sectionOf(user, 'current'))
  const ids = criteria.map(({ id }) => id)
  const half = Math.ceil(ids.length / 2)
  const part = (name: string, of: string[]) => ({
    title: clip(`${title}, ${name}`, 120),
    goal: `have ${name}`,
    benefit: null,
    criteria: of,
    reason: 'can be used alone',
  })
  return { parts: [part('first half', ids.slice(0, half)), part('second half', ids.slice(half))] }
}
