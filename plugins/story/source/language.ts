/** `language` is a BCP 47 primary tag; `confidence` runs from 0 (a guess) to 1. */
export interface DetectedLanguage {
  readonly language: string
  readonly confidence: number
}

const STOP_WORDS: Record<string, string> = {
  en: 'the and of to in is that for it as with on be by this are or an at from we our when should i can not so have if but per max return want their they you must users please add',
  de: 'der die das und ist ich nicht ein eine einen zu mit für auf als wir soll sollen wenn damit dass den dem des im von kann können möchte werden wird sich auch oder bei nach nur bitte muss müssen sind unsere',
  fr: 'le la les des et est un une que pour dans qui sur avec je nous ne pas afin veux peut doit en au aux du ce cette lorsque quand leur nos être par plus mais si se sont',
  es: 'el la los las y es un una que para en de del con por no se quiero puede debe como cuando si su sus al nuestro nuestra poder más pero está son usuario usuarios',
  nl: 'de het een en is van dat niet te op voor met als ik wij we kan moet zodat wil zijn worden wordt bij naar ook om er onze of aan door wanneer deze geen gebruiker',
  it: 'il lo la gli le e è un una che di in con non si come quando voglio può deve del della dei delle nel nella sono se al alla anche più nostro utente utenti',
  pt: 'o a os as e é um uma que para em de do da dos das com por não se quero pode deve como quando no na ao mais mas são nosso usuário usuários você eu',
  pl: 'i w na z jest nie to że się do jak dla aby przez chcę może musi kiedy gdy po od który są lub być',
  sv: 'och att det en är för som på med av inte jag kan ska vi till den om så när eller har vill måste ett',
}
const LISTS = Object.entries(STOP_WORDS).map(([language, words]) => ({ language, words: new Set(words.split(' ')) }))

const SCRIPTS: readonly { language: string; letters: RegExp }[] = [
  { language: 'ja', letters: /[\p{Script=Hiragana}\p{Script=Katakana}]/gu },
  { language: 'ko', letters: /\p{Script=Hangul}/gu },
  { language: 'zh', letters: /\p{Script=Han}/gu },
  { language: 'ru', letters: /\p{Script=Cyrillic}/gu },
  { language: 'el', letters: /\p{Script=Greek}/gu },
  { language: 'ar', letters: /\p{Script=Arabic}/gu },
  { language: 'he', letters: /\p{Script=Hebrew}/gu },
  { language: 'th', letters: /\p{Script=Thai}/gu },
  { language: 'hi', letters: /\p{Script=Devanagari}/gu },
]
/** Enough to decide; a text of 20,000 words is not read to its end for this. */
const SAMPLE = 6000

export function detectLanguage(text: string): DetectedLanguage {
  const sample = text.slice(0, SAMPLE)
  return byScript(sample) ?? byStopWords(sample)
}

function byScript(text: string): DetectedLanguage | null {
  const letters = text.match(/\p{L}/gu)?.length ?? 0
  if (letters === 0) return { language: 'en', confidence: 0 }
  const counts = SCRIPTS.map(({ language, letters: script }) => ({ language, count: text.match(script)?.length ?? 0 }))
  const foreign = counts.reduce((sum, { count }) => sum + count, 0)
  if (foreign / letters < 0.4) return null
  const kana = counts.find(({ language }) => language === 'ja')?.count ?? 0
  const top = kana / foreign > 0.1 ? { language: 'ja' } : counts.toSorted((a, b) => b.count - a.count)[0]
  const refined = refine(top?.language ?? 'en', text)
  return { language: refined, confidence: Math.min(1, foreign / letters) }
}

/** One script, several languages: letters that only the second one has. */
function refine(language: string, text: string): string {
  if (language === 'ru' && /[іїєґІЇЄҐ]/.test(text)) return 'uk'
  if (language === 'ar' && /[پچژگ]/.test(text)) return 'fa'
  return language
}

function byStopWords(text: string): DetectedLanguage {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? []
  const scores = LISTS.map(({ language, words: stop }) => ({
    language,
    hits: words.reduce((sum, word) => sum + (stop.has(word) ? 1 : 0), 0) + hints(language, text),
  })).toSorted((a, b) => b.hits - a.hits)
  const [first, second] = scores
  if (first === undefined || second === undefined || first.hits === 0) return { language: 'en', confidence: 0.2 }
  const lead = (first.hits - second.hits) / first.hits
  const evidence = Math.min(1, first.hits / 6)
  if (lead === 0)
    return {
      language: scores.some((s) => s.language === 'en' && s.hits === first.hits) ? 'en' : first.language,
      confidence: 0.25,
    }
  return { language: first.language, confidence: Math.round((0.3 + 0.7 * lead * evidence) * 100) / 100 }
}

/** Letters and endings that decide short texts with no stop word in them. */
function hints(language: string, text: string): number {
  const found = (pattern: RegExp): number => Math.min(3, text.match(pattern)?.length ?? 0)
  if (language === 'de') return found(/ß|[äöü](?=\p{L})|\p{L}(?:ung|keit|heit|ieren)\b/gu)
  if (language === 'fr') return found(/[çœêè]|\p{L}eaux?\b|\b[ldnsjc]['’]/gu)
  if (language === 'es') return found(/[ñ¿¡]|ción\b/gu)
  if (language === 'pt') return found(/[ãõ]|ção\b/gu)
  if (language === 'pl') return found(/[łśżźćń]/gu)
  if (language === 'sv') return found(/å/gu)
  return 0
}
