import type { Action, Block, Message } from '#contract'
import { vagueWords } from './checks.ts'
import type { Criterion } from './draft.ts'
import { keywordsOf, toGherkin } from './gherkin.ts'
import { NO_MODEL } from './ladder.ts'
import { formatReference } from './reference.ts'
import type { Saved } from './store.ts'
import type { Conflict, KeptCriterion, Provenance, StoryDraft } from './version.ts'

/** Above this a chat shows a wall: the message keeps the short form and the full text goes along as a file. */
const LONG_TEXT = 2500
const QUOTE_SHOWN = 110
const SHOWN_QUESTIONS = 4

/** Data inside markdown: characters that mean something to a renderer lose their meaning, the words stay. */
export const plain = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/([\\`*_[\]<>~|])/g, '\\$1')
const clip = (text: string, most: number): string => {
  const characters = Array.from(text.replace(/\s+/g, ' ').trim())
  return characters.length <= most
    ? characters.join('')
    : `${characters
        .slice(0, most - 1)
        .join('')
        .trimEnd()}…`
}
const upperFirst = (text: string): string => text.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase())

/** 'As a shopper, I want to pay with a saved card, so that I save time.' in the language of the story. */
export function sentenceOf(draft: StoryDraft): string {
  const words = keywordsOf(draft.language)
  const benefit = draft.benefit ? `, ${words.benefit(draft.benefit)}` : ''
  return `${words.story(draft.role, draft.goal)}${benefit}`.replace(/\s+/g, ' ').replace(/\.*$/, '.')
}
export function stepsOf(criterion: Criterion, language: string): string[] {
  const [given, when, then, and] = keywordsOf(language).steps
  const line = (first: string, texts: readonly string[]) => texts.map((text, i) => `${i === 0 ? first : and} ${text}`)
  return [...line(given, criterion.given), ...line(when, [criterion.when]), ...line(then, criterion.then)]
}

/** The label under a story: how it was made, at what cost, and why not by something better. */
export function provenanceLine({ by, model, tokens, notes }: Provenance): string {
  const cost = tokens > 0 ? ` · ${tokens.toLocaleString('en')} tokens` : ''
  if (by === 'person') return 'edited by hand'
  if (by === 'model') return `${model ?? 'model'}${cost}`
  const why = notes.includes(NO_MODEL) ? ' (no model configured)' : ''
  return `offline draft${why}${cost}`
}
export const otherNotes = (p: Provenance) => p.notes.filter((note) => note !== NO_MODEL)

function criterionText(c: KeptCriterion, language: string): string {
  const origin = c.source
    ? `_“${plain(clip(c.source.quote, QUOTE_SHOWN))}”_`
    : '_⚠ assumption: the text does not say this_'
  return `**${c.id} · ${plain(upperFirst(c.title))}**\n${stepsOf(c, language)
    .map((s) => plain(clip(s, 240)))
    .join('\n')}\n${origin}`
}
const section = (title: string, lines: readonly string[]): Block[] =>
  lines.length === 0
    ? []
    : [{ kind: 'text', markdown: `**${title}**\n${lines.map((line) => `- ${plain(line)}`).join('\n')}` }]

function findingsOf(saved: Saved): string[] {
  const { draft, provenance } = saved
  const invest = draft.invest.filter((item) => !item.ok).map((item) => `Not ${item.aspect}: ${item.finding}`)
  return [...invest, ...provenance.findings, ...vagueWords(draft.criteria, draft.language)]
}
export function actionsOf(saved: Saved): Action[] {
  const id = formatReference(saved.number)
  const gherkin: Action = { kind: 'button', label: 'Show Gherkin', run: `story show ${id} --gherkin` }
  if (saved.state === 'approved') return [gherkin]
  return [
    { kind: 'form', label: 'Refine', run: `story refine ${id}` },
    { kind: 'button', label: 'Approve', run: `story approve ${id} --version ${saved.version}`, style: 'primary' },
    { kind: 'button', label: 'Regenerate', run: `story regenerate ${id}` },
    gherkin,
  ]
}

/** The whole story as Markdown, for the file and for copying elsewhere. */
export function storyMarkdown(saved: Saved): string {
  const { draft, provenance } = saved
  const list = (title: string, lines: readonly string[]) =>
    lines.length > 0 ? [`## ${title}`, '', ...lines.map((l) => `- ${l}`), ''] : []
  const criteria = draft.criteria.flatMap((c) => [
    `### ${c.id} ${c.title}`,
    '',
    ...stepsOf(c, draft.language).map((step) => `- ${step}`),
    '',
    c.source ? `> ${c.source.quote.replace(/\n/g, '\n> ')}` : 'Assumption: the text does not say this.',
    '',
  ])
  return [
    `# ${formatReference(saved.number)} ${draft.title}`,
    '',
    sentenceOf(draft),
    '',
    '## Acceptance criteria',
    '',
    ...criteria,
    ...list('Questions', draft.questions),
    ...list('Assumptions', draft.assumptions),
    ...list('To look at', findingsOf(saved)),
    `Size ${draft.size} (${draft.sizeReason}), confidence ${Math.round(draft.confidence * 100)} %. Version ${saved.version}, ${provenanceLine(provenance)}.`,
    '',
  ].join('\n')
}

export interface Extra {
  /** First line above the story: what just happened. */
  readonly lead?: string
  readonly similar?: readonly { readonly number: number; readonly title: string }[]
  readonly actions?: readonly Action[]
  /** Replaces the provenance: 'same text as ST-12: cached'. */
  readonly label?: string
}

/** The card of a story. `text` alone says everything that matters where there are no cards. */
export function renderStory(saved: Saved, extra: Extra = {}): Message {
  const { draft, provenance, state } = saved
  const id = formatReference(saved.number)
  const criteria = draft.criteria.map((c) => criterionText(c, draft.language))
  const findings = findingsOf(saved)
  const version = saved.version === saved.latest ? `v${saved.version}` : `v${saved.version} of ${saved.latest}`
  const standing =
    state === 'approved' ? `approved${saved.approvedBy ? ` by ${plain(saved.approvedBy)}` : ''}` : 'draft'
  const facts = [standing, version, extra.label ?? provenanceLine(provenance)]
  const markdown = storyMarkdown(saved)
  const long = criteria.join('\n\n').length > LONG_TEXT
  const more = draft.questions.length - SHOWN_QUESTIONS
  const similar = extra.similar ?? []
  const blocks: Block[] = [
    ...(extra.lead ? [{ kind: 'text' as const, markdown: plain(extra.lead) }] : []),
    { kind: 'heading', text: `${id} · ${draft.title}` },
    { kind: 'text', markdown: plain(sentenceOf(draft)) },
    ...criteria.map((criterion) => ({ kind: 'text' as const, markdown: criterion })),
    ...conflictBlocks(saved),
    ...section('Questions', [
      ...draft.questions.slice(0, SHOWN_QUESTIONS),
      ...(more > 0 ? [`${more} more in the full text`] : []),
    ]),
    ...section('Assumptions', draft.assumptions),
    ...section('Look at this before building', findings),
    {
      kind: 'fields',
      items: [
        { label: 'Size', value: `${draft.size}: ${draft.sizeReason}` },
        { label: 'Confidence', value: `${Math.round(draft.confidence * 100)} %` },
      ],
    },
    ...(similar.length > 0
      ? [
          {
            kind: 'text' as const,
            markdown: `Similar: ${similar.map((s) => `${formatReference(s.number)} ${plain(clip(s.title, 60))}`).join(' · ')}`,
          },
        ]
      : []),
    { kind: 'note', markdown: [facts.map(plain).join(' · '), ...otherNotes(provenance).map(plain)].join('\n') },
    { kind: 'actions', items: [...(extra.actions ?? actionsOf(saved)), ...similar.slice(0, 1).map(showButton)] },
    ...(long || more > 0
      ? [{ kind: 'file' as const, name: `${id}.md`, mediaType: 'text/markdown', text: markdown }]
      : []),
  ]
  const text = [...(extra.lead ? [extra.lead, ''] : []), plainStory(saved, facts)].join('\n')
  // Approving makes no version, and shows later than the draft it froze.
  const revision = saved.version * 2 + (saved.state === 'approved' ? 1 : 0)
  return { text, blocks, continues: `story refine ${id}`, card: { of: id, revision } }
}
const showButton = ({ number }: { number: number }): Action => {
  const id = formatReference(number)
  return { kind: 'button', label: `Show ${id}`, run: `story show ${id}` }
}

function plainStory(saved: Saved, facts: readonly string[]): string {
  const { draft } = saved
  const criteria = draft.criteria.flatMap((c) => [
    `${c.id} ${c.title}${c.source ? '' : ' (assumption)'}`,
    ...stepsOf(c, draft.language).map((step) => `  ${step.replace(/\s+/g, ' ')}`),
  ])
  const questions = draft.questions.length > 0 ? ['', 'Questions', ...draft.questions.map((q) => `- ${q}`)] : []
  const id = formatReference(saved.number)
  const notes = [facts.join(' · '), ...otherNotes(saved.provenance)]
  return [`${id} · ${draft.title}`, sentenceOf(draft), '', ...criteria, ...questions, '', ...notes].join('\n')
}

/** Both sides of what a person wrote and a later draft wanted otherwise; the person's side stands until taken. */
function conflictBlocks(saved: Saved): Block[] {
  const { draft, provenance } = saved
  const id = formatReference(saved.number)
  if (provenance.conflicts.length === 0) return []
  const open = provenance.conflicts
  const items = open
    .slice(0, 4)
    .map((c): Action => ({ kind: 'button', label: `Take the new ${c.part}`, run: `story take ${id} ${c.part}` }))
  return [
    {
      kind: 'text',
      markdown: `**Your wording was kept** where the new draft says something else: ${open.map((c) => c.part).join(', ')}`,
    },
    ...open.map((c): Block => ({ kind: 'diff', before: sideOf(draft, c.part), after: otherSide(c, draft.language) })),
    { kind: 'actions', items },
  ]
}
function sideOf(draft: StoryDraft, part: string): string {
  const criterion = draft.criteria.find((c) => c.id === part)
  if (criterion) return [`${criterion.id} ${criterion.title}`, ...stepsOf(criterion, draft.language)].join('\n')
  const sentence: Record<string, string | null> = {
    title: draft.title,
    role: draft.role,
    goal: draft.goal,
    benefit: draft.benefit,
  }
  return sentence[part] ?? ''
}
function otherSide({ part, theirs }: Conflict, language: string): string {
  if (theirs === null) return part.startsWith('AC-') ? `${part} left out` : `no ${part}`
  if (typeof theirs === 'string') return theirs
  return [`${theirs.id} ${theirs.title}`, ...stepsOf(theirs, language)].join('\n')
}

export function renderGherkin(saved: Saved): Message {
  const id = formatReference(saved.number)
  const feature = toGherkin(saved.draft)
  const file: Block[] =
    feature.length > LONG_TEXT ? [{ kind: 'file', name: `${id}.feature`, mediaType: 'text/plain', text: feature }] : []
  return {
    text: `${id} · ${saved.draft.title}\n\n${feature}`,
    blocks: [
      { kind: 'heading', text: `${id} · ${saved.draft.title}` },
      { kind: 'code', text: feature, language: 'gherkin' },
      { kind: 'note', markdown: `v${saved.version} · checked with the official Gherkin parser` },
      ...file,
    ],
  }
}
