import type { Reading, Topic } from '../facts.ts'
import { shorten } from '../shorten.ts'
import { splitCondition, verbFinal } from './clauses.ts'
import { capital, uncapital } from './grammar.ts'
import { roleIn } from './request.ts'

export function assumedRole(topic: Topic | undefined, text: string): string {
  if (topic === 'pay' || /warenkorb|kasse|shop/iu.test(text)) return 'Kundin'
  if (topic === 'migrate' || topic === 'audit' || topic === 'restrict') return 'Administratorin'
  if (topic === 'limit' || /deploy|pipeline|repository/iu.test(text)) return 'Entwicklerin'
  return 'Nutzerin'
}

/** "soll der Leiter benachrichtigt werden": who, and what for them. */
function turnedWish(sentence: string): { who: string; what: string; when: string; clause: string } | null {
  const parts = splitCondition(sentence)
  const found = parts.inverted
    ? /^(soll(?:en)?|muss|müssen)\s+((?:der|die|das|den|eine?n?|alle)\s\p{Lu}[\p{L}-]+)\s+(.+)$/u.exec(parts.main)
    : null
  if (found?.[2] === undefined || found[3] === undefined || parts.condition === null) return null
  return {
    who: found[2],
    what: found[3],
    when: `wenn ${uncapital(parts.condition.clause)}`,
    clause: verbFinal(`${found[2]} ${found[1]} ${found[3]}`) ?? found[3],
  }
}

function relied(sentence: string, role: string): string {
  const turned = turnedWish(sentence)
  if (turned !== null)
    return roleIn(turned.who) === role
      ? `${turned.what}, ${turned.when}`
      : `mich darauf verlassen, dass ${turned.clause}, ${turned.when}`
  const clause = verbFinal(sentence.split(/,\s/)[0] ?? sentence)
  return clause === null ? `mich darauf verlassen: ${uncapital(sentence)}` : `mich darauf verlassen, dass ${clause}`
}

export function writeStory(reading: Reading): { title: string; goal: string; benefit: string | null } {
  const { bug } = reading
  const main = reading.requests[0]
  const benefit = reading.benefit === null ? null : shorten(reading.benefit.text, 380)
  if (bug !== null) {
    const what = bug.unit.plain.replace(/^(?:bug|fehler|problem)\s*[:-]\s*/iu, '')
    return {
      title: shorten(`Fehler: ${what}`, 105),
      goal: shorten(
        bug.expected === null
          ? `nicht mehr auf diesen Fehler stoßen: ${uncapital(what)}`
          : relied(bug.expected.text, reading.actor.role),
        380,
      ),
      benefit,
    }
  }
  if (main === undefined) {
    const first = reading.units[0]?.plain
    if (first === undefined) return { title: 'Unklare Anfrage', goal: 'diese Anfrage klären lassen', benefit }
    return {
      title: capital(
        shorten(
          turnedWish(first) === null
            ? first
            : `${turnedWish(first)?.who.replace(/^\p{Ll}+\s/u, '')}: ${turnedWish(first)?.what}`,
          80,
        ),
      ),
      goal: shorten(relied(first, reading.actor.role), 380),
      benefit,
    }
  }
  const condition =
    main.condition === null
      ? ''
      : `, ${{ if: 'wenn', when: 'wenn', unless: 'außer wenn', only: 'nur wenn', after: 'sobald', before: 'bevor', until: 'bis', except: 'außer' }[main.condition.word]} ${uncapital(main.condition.clause)}`
  const said = main.automatic
    ? `mich darauf verlassen, dass das System Folgendes tut: ${main.phrase}`
    : /(?<!\p{L})(?:ich|wir|mein\p{Ll}*|unser\p{Ll}*)(?!\p{L})/iu.test(main.unit.plain)
      ? main.phrase
      : main.phrase
          .replace(/(?<!\p{L})ihre(n|r|m|s)?(?!\p{L})/gu, 'meine$1')
          .replace(/(?<!\p{L})sich(?!\p{L})/gu, 'mich')
  return {
    title: capital(
      shorten(
        main.phrase
          .replace(/(?<!\p{L})(?:meine?[nrms]?|unsere?[nrms]?|ihre?[nrms]?|die|den|das|der|eine?n?)\s+/giu, '')
          .replace(/^(?:mich|mir|sich)\s/u, ''),
        90,
      ),
    ),
    goal: shorten(`${said}${condition}`, 380),
    benefit,
  }
}

export function writeAssumptions(reading: Reading, assumed: number): string[] {
  const made: string[] = []
  if (!reading.actor.explicit)
    made.push(`Der Text nennt niemanden, der handelt; angenommen ist „${reading.actor.role}“.`)
  if (assumed > 0)
    made.push(
      assumed === 1
        ? 'Ein Kriterium hat keine Stelle im Text und ist als Annahme gekennzeichnet.'
        : `${assumed} Kriterien haben keine Stelle im Text und sind als Annahme gekennzeichnet.`,
    )
  if (reading.measures.some((measure) => measure.quality === 'latency') && !/\d{2}\s?%/u.test(reading.text))
    made.push('Eine Antwortzeit gilt für 95 von 100 Anfragen; der Text nennt keinen Anteil.')
  if (reading.bug !== null && reading.bug.expected === null)
    made.push('Das erwartete Ergebnis ist aus dem Fehler erschlossen.')
  if (reading.units.some((unit) => unit.quoted))
    made.push('Zitierte ältere Nachrichten gelten als Hintergrund; im Zweifel zählt der neueste Text.')
  return made.slice(0, 8)
}
