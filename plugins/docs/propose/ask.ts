import { z } from 'zod'
import { cleanOutput } from '#contract'
import type { Edit } from '../drift/store.ts'
import { type Asked, type Asker, MATERIAL_RULES, section } from '../model.ts'
import { applyEdit } from './apply.ts'
import { brokenBlocks } from './code-blocks.ts'
import { hunkShown, type Material } from './material.ts'
import { brokenBy, type Targets, ungrounded } from './verify.ts'

const editsSchema = z.object({
  edits: z
    .array(
      z.object({
        section: z.string(),
        find: z.string().min(1).max(2_000),
        replace: z.string().max(4_000),
        hunk: z.string(),
        why: z.string().trim().min(1).max(240),
      }),
    )
    .max(20),
})
type RawEdits = z.infer<typeof editsSchema>

const SYSTEM = `You keep a project's documentation true to its code. The code has changed; the documentation has not.

<sections> holds sections of documents: an id, the document, its heading and its exact text. <hunks> holds stretches of the diff: an id, the file, and lines that begin with -, + or a space. <style>, where given, tells how the documentation is written.
${MATERIAL_RULES}

Answer with the smallest edits that make the sections true again.
- find: words copied from the section character by character, long enough to stand there once. replace: what shall stand there instead.
- hunk: the id of the stretch that proves it. Write nothing that this stretch or the section does not say: no new promises, no praise, no explanation of the change.
- why: one line for the reviewer, about the code.
- Keep language, tone, formatting, headings and links of the section. Never touch what is still true. History, such as a changelog, stays as it is.
- When nothing became untrue, answer with no edits: that is the usual case.`

export interface Asking {
  readonly workspace: string
  readonly signal: AbortSignal
  readonly material: Material
  /** Whole documents as they stand. */
  readonly texts: ReadonlyMap<string, string>
  readonly targets: Targets
  readonly style: string | null
  readonly language: string | undefined
}

export async function askForEdits(asker: Asker, asking: Asking): Promise<Asked<readonly Edit[]>> {
  const { material } = asking
  const sections = [...material.sections].map(([id, { path, heading, text }]) => ({
    id,
    document: path,
    heading,
    text,
  }))
  const hunks = [...material.hunks].map(([id, hunk]) => ({ id, file: hunk.path, diff: hunkShown(hunk) }))
  const parts = [
    section('sections', sections),
    section('hunks', hunks),
    ...(asking.style ? [section('style', [asking.style])] : []),
    ...(asking.language ? [section('language', [asking.language])] : []),
  ]
  return asker.ask<RawEdits, readonly Edit[]>({
    workspace: asking.workspace,
    signal: asking.signal,
    system: SYSTEM,
    schema: editsSchema,
    output: { expected: 600, most: 6_000 },
    user: (repair) =>
      [
        ...parts,
        ...(repair ? [section('previous', [repair.previous]), section('findings', repair.findings)] : []),
      ].join('\n\n'),
    check: (answer) => checkEdits(answer, asking),
  })
}

/** What the hub can prove of an answer; the rest is dropped, with the reason. */
async function checkEdits(answer: RawEdits, { material, texts, targets }: Asking) {
  const problems: string[] = []
  const kept: Edit[] = []
  const current = new Map(texts)
  for (const [i, raw] of answer.edits.entries()) {
    const refuse = (why: string) => void problems.push(`edit ${i + 1}: ${why}`)
    const passage = material.sections.get(raw.section)
    const hunk = material.hunks.get(raw.hunk)
    const text = passage && current.get(passage.path)
    if (!passage || text === undefined) refuse(`there is no section ${raw.section}`)
    else if (!hunk) refuse(`there is no stretch ${raw.hunk} of the diff`)
    else if (raw.find === raw.replace) refuse('it changes nothing')
    else {
      const edit: Edit = {
        path: passage.path,
        heading: passage.heading,
        find: raw.find,
        replace: raw.replace,
        why: cleanOutput(raw.why, `${passage.text}\n${hunkShown(hunk)}`).value,
        cites: `${hunk.path}#L${hunk.line}`,
      }
      const applied = applyEdit(text, edit)
      if ('problem' in applied) refuse(applied.problem)
      else {
        const wrong = [
          ...ungrounded(edit, passage.text, hunk),
          ...brokenBy(edit.path, text, applied.text, hunkShown(hunk), targets),
          ...(await brokenBlocks(edit.path, text, applied.text)),
        ]
        if (wrong.length > 0) wrong.forEach(refuse)
        else {
          kept.push(edit)
          current.set(edit.path, applied.text)
        }
      }
    }
  }
  return { problems, value: kept }
}
