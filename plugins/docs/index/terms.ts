/** A word of a text as the index knows it, with where it stands. */
export interface Term {
  readonly term: string
  readonly start: number
  readonly end: number
}
const MAX_TERM = 60
/** PostgreSQL takes words of up to 2,046 bytes into an index; one this long is an address of a picture or a machine's own, and nobody asks for it. */
const MAX_NAME = 200
const STOP = new Set(
  (
    'a an and any are as at be by can could did do does for from get got had has have how i if in into is it its just may me ' +
    'my no not of on or our shall should so than that the their them then there these they this those to us use used was we were what ' +
    'when where whether which who why will with would you your ' +
    'aber als am an auch auf aus bei bin bis das dass dem den der des die dies diese du ein eine einem einen einer er es für hat ich ' +
    'im ist kann man mein mit nach nicht oder sich sie sind so um und uns von vor wann warum was wenn wer wie wir wird wo zu zum zur'
  ).split(' '),
)

/** What a piece of code is called in a document: `createHub`, `--dry-run`, `HUB_DATA_DIR`, `/api/v1/stories`, `src/main.ts`. */
const IDENTIFIER =
  /(?<![\w/.-])--[a-z][\w-]*|(?<![\w.])\/[\w:{}.*-]+(?:\/[\w:{}.*-]+)*|(?<![\w/@-])[\w@-]+(?:\/[\w@.-]+)+|(?<![\w-])[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*/g

/** Light stemming that fits English and does little harm to other languages; both sides of the search use it. */
export function stem(word: string): string {
  let w = word
  if (w.length > 4 && w.endsWith('ies')) w = `${w.slice(0, -3)}y`
  else if (w.length > 3 && /[^sui]s$/.test(w)) w = w.slice(0, -1)
  else if (w.endsWith('sses')) w = w.slice(0, -2)
  const bare = /^(.{3,}?)(?:ing|ed)$/.exec(w)?.[1]
  if (bare && /[aeiouy]/.test(bare)) w = bare.replace(/([bdfgmnprt])\1$/, '$1')
  return w.length > 4 ? w.replace(/e$/, '') : w
}
function fold(word: string): string {
  return word.normalize('NFKD').replace(/\p{M}/gu, '').replaceAll('ß', 'ss').toLowerCase()
}

/** Words in order, without the ones that say nothing. A name in camel case gives its parts as well. */
export function termsOf(text: string): Term[] {
  const found: Term[] = []
  for (const match of text.matchAll(/[\p{L}\p{N}]+/gu)) {
    const [word] = match
    const add = (part: string, start: number) => {
      const folded = fold(part).slice(0, MAX_TERM).toWellFormed()
      if (folded.length > 1 && !STOP.has(folded)) found.push({ term: stem(folded), start, end: start + part.length })
    }
    add(word, match.index)
    if (/\p{Ll}\p{Lu}/u.test(word))
      for (const part of word.matchAll(/\p{Lu}?[\p{Ll}\p{N}]+|\p{Lu}+(?!\p{Ll})/gu))
        add(part[0], match.index + part.index)
  }
  return found
}

/** What the index calls a document that has a generated section. */
export const GENERATED_MARK = '<!--autodevhub'

/** Names of code in a text, as they are written. */
export function identifiersOf(text: string): Set<string> {
  const found = new Set<string>()
  const add = (name: string) => {
    if (isIndexable(name)) found.add(name)
  }
  if (/^<!--\s*autodevhub:/m.test(text)) add(GENERATED_MARK)
  for (const [name] of text.matchAll(IDENTIFIER)) {
    const clean = name.replace(/[.,:;]+$/, '')
    if (clean.length < 2 || !isIndexable(clean) || !looksLikeCode(clean)) continue
    add(clean)
    // `hub.start` names `start` as well.
    if (/^[\w$.]+$/.test(clean)) for (const part of clean.split('.')) if (looksLikeCode(part)) add(part)
  }
  for (const [, name = ''] of text.matchAll(/\b([A-Za-z_]\w+)\(/g)) add(name)
  for (const [, route = ''] of text.matchAll(/https?:\/\/[^\s/'"`<>)]+(\/[\w{}:/.-]*\w)/g)) add(route)
  for (const [, script] of text.matchAll(/\b(?:npm|pnpm|yarn|bun) run ([\w:.-]*\w)/g)) add(`npm run ${script}`)
  for (const [, code = ''] of text.matchAll(/`([^`\n]+)`/g))
    for (const [word] of code.matchAll(/[A-Za-z_$][\w$-]*/g)) add(word)
  return found
}
/** No text of the index has a longer name, so none needs to be looked for. */
export const isIndexable = (name: string): boolean => Buffer.byteLength(name) <= MAX_NAME
const looksLikeCode = (name: string): boolean => /[_/$]|^--|[a-z0-9][A-Z]|\.\w/.test(name)

/** Everything a chunk can be found by. Headings count twice; names of code are kept as they are written. */
export function lexemesOf(scope: string, heading: string, path: string, text: string): string[] {
  const all = new Set([scope])
  for (const { term } of termsOf(`${text} ${path}`)) all.add(term)
  for (const { term } of termsOf(heading)) all.add(term).add(`h:${term}`)
  for (const name of identifiersOf(text)) all.add(`i:${name}`)
  return [...all]
}
