import type { Measure, Permission, Rule, Seed } from '../facts.ts'
import { seconds } from '../measures.ts'
import { afterDann, finitePhrase, given } from './clauses.ts'
import { capital, dative, nominative, nounOf, withArticle } from './grammar.ts'
import { type Scene, seed } from './scene.ts'

/** Scenarios just at a limit and just past it. */
export function limitSeeds(measure: Measure, scene: Scene, rules: readonly Rule[]): Seed[] {
  return (measure.quality === null ? bounded(measure, scene, rules) : [qualitySeed(measure, scene)]).map(
    (one, index) => ({ ...one, unit: measure.unit, weight: 72 - index * 6 }),
  )
}

function bounded(measure: Measure, scene: Scene, rules: readonly Rule[]): Seed[] {
  const { plain } = measure.unit
  if (measure.bound === 'every') return interval(measure)
  if (measure.dimension === 'count' && /versuch|mal\b|fehlversuch/iu.test(plain.slice(plain.indexOf(measure.text))))
    return attempts(measure, scene)
  if (measure.bound === 'none') return []
  const rule = rules.find((candidate) => candidate.unit === measure.unit)
  if (measure.dimension === 'time') return timed(measure, scene, rule)
  if (rule?.condition?.clause.includes(measure.text)) {
    const step = measure.dimension === 'money' ? 'einen Cent' : measure.dimension === 'size' ? 'ein Byte' : 'um eins'
    const side = (over: boolean): string => `${step} ${over ? 'über' : 'unter'} ${measure.text}`
    const exact = `bei genau ${measure.text}`
    const [holds, fails] = measure.strict
      ? [side(measure.bound === 'min'), exact]
      : [exact, side(measure.bound === 'max')]
    return [
      seed('boundary', 0, `Die Regel gilt ${holds}`, [`der Wert liegt ${holds}`], 'das Ereignis eintritt', [
        afterDann(rule.outcome, scene.role),
      ]),
      seed('boundary', 0, `Die Regel gilt nicht ${fails}`, [`der Wert liegt ${fails}`], 'das Ereignis eintritt', [
        'geschieht nichts davon',
      ]),
    ]
  }
  if (measure.bound === 'after') return []
  const { text, value, dimension, word } = measure
  const up = (measure.bound === 'max') === !measure.strict
  const noun = nounOf(measuredThing(measure, scene))
  const unit = /^(?:zeilen|seiten|zeichen|dateien|artikel|positionen|einträge)$/iu.test(word) ? word : capital(word)
  const over =
    dimension === 'size'
      ? `mit einem Byte ${up ? 'mehr' : 'weniger'} als ${text}`
      : dimension === 'money'
        ? `mit einem Cent ${up ? 'mehr' : 'weniger'} als ${text}`
        : dimension === 'percent'
          ? `mit ${value + (up ? 1 : -1)} %`
          : `mit ${(value + (up ? 1 : -1)).toLocaleString('de-DE')} ${unit}`
  const at = `mit genau ${text}`
  const [inside, outside] = measure.strict ? [over, at] : [at, over]
  const ein = withArticle('ein', noun)
  if (scene.request.topic === 'approve' && measure.bound === 'min') {
    return [
      seed(
        'boundary',
        0,
        `${capital(ein)} ${inside} braucht eine Freigabe`,
        [`es gibt ${withArticle('ein', noun, 'acc')} ${inside}`],
        'jemand sie einreicht'.replace('sie', noun.gender === 'f' ? 'sie' : noun.gender === 'm' ? 'ihn' : 'es'),
        ['ist eine Entscheidung nötig'],
      ),
      seed(
        'boundary',
        0,
        `${capital(ein)} ${outside} braucht keine`,
        [`es gibt ${withArticle('ein', noun, 'acc')} ${outside}`],
        'jemand sie einreicht'.replace('sie', noun.gender === 'f' ? 'sie' : noun.gender === 'm' ? 'ihn' : 'es'),
        ['geht es ohne Entscheidung weiter'],
      ),
    ]
  }
  if (scene.request.topic === 'pay' && dimension === 'money' && scene.has(/gutschein|rabattcode/iu)) {
    return [
      seed(
        'boundary',
        0,
        `Ein Warenkorb ${inside} genügt`,
        [`der Warenkorb hat einen Wert von ${inside.replace(/^mit genau /u, 'genau ').replace(/^mit /u, '')}`],
        `${scene.the} einen gültigen Code eingibt`,
        ['wird der Code abgezogen'],
      ),
      seed(
        'boundary',
        0,
        `Ein Warenkorb ${outside} genügt nicht`,
        [
          `der Warenkorb hat einen Wert von ${outside.replace(/^mit genau /u, 'genau ').replace(/^mit einem Cent weniger als (.+)$/u, '$1 weniger einem Cent')}`,
        ],
        `${scene.the} einen gültigen Code eingibt`,
        ['wird der Code nicht abgezogen', `die Meldung nennt ${text}`],
      ),
    ]
  }
  const it = noun.gender === 'f' ? 'sie' : noun.gender === 'm' ? 'ihn' : 'es'
  return [
    seed(
      'boundary',
      0,
      `${capital(ein)} ${inside} wird angenommen`,
      [`es gibt ${withArticle('ein', noun, 'acc')} ${inside}`],
      `${scene.the} ${it} abschickt`,
      ['ist alles vollständig gespeichert'],
    ),
    seed(
      'boundary',
      0,
      `${capital(ein)} ${outside} wird abgelehnt`,
      [`es gibt ${withArticle('ein', noun, 'acc')} ${outside}`],
      `${scene.the} ${it} abschicken will`,
      ['ist nichts davon gespeichert', `die Meldung nennt die Grenze von ${text}`],
    ),
  ]
}

function measuredThing(measure: Measure, scene: Scene): string {
  if (/^(?:zeilen|spalten|seiten)$/iu.test(measure.word) || measure.dimension === 'size')
    return /foto|bild/iu.test(measure.unit.plain) ? 'Bild' : 'Datei'
  const found =
    /(?<!\p{L})(Passw[oö]rt\p{Ll}*|Kommentar\p{Ll}*|Nachricht\p{Ll}*|Titel|Bestell\p{Ll}*|Rechnung\p{Ll}*|Auftr[aä]g\p{Ll}*|Antr[aä]g\p{Ll}*|\p{Lu}\p{Ll}+rechnung\p{Ll}*|Ausgaben?|Warenkorb)(?!\p{L})/u.exec(
      measure.unit.plain,
    )?.[1]
  return found ?? scene.noun.one
}

function uhr(minutes: number): string {
  const day = Math.floor(minutes / 1440)
  const text = `${String(Math.floor((minutes % 1440) / 60)).padStart(2, '0')}:${String(Math.floor(minutes % 60)).padStart(2, '0')} Uhr`
  return day === 0 ? text : day === 1 ? `${text} am nächsten Tag` : `${text}, ${day} Tage später`
}

function interval(measure: Measure): Seed[] {
  const length = seconds(measure)
  if (measure.dimension !== 'time' || length === null) return []
  const next = uhr(600 + length / 60)
  return [
    seed(
      'boundary',
      0,
      `Der nächste Lauf folgt nach ${dative(measure.text)}`,
      ['der letzte Lauf endete um 10:00 Uhr ohne Fehler'],
      `es ${next} ist`,
      ['beginnt der nächste Lauf', 'dazwischen gab es keinen'],
    ),
    seed(
      'failure',
      0,
      `Ein Lauf dauert länger als ${nominative(measure.text)}`,
      ['der Lauf von 10:00 Uhr ist noch nicht beendet'],
      `es ${next} ist`,
      ['beginnt kein zweiter Lauf daneben', 'die Verspätung ist sichtbar'],
    ),
  ]
}

function timed(measure: Measure, scene: Scene, rule: Rule | undefined): Seed[] {
  const { text, unit } = measure
  const escaped = text.replace(/[.*+?^$()|[\]\\]/g, '\\$&')
  const ahead = new RegExp(
    `${escaped}\\s+vor\\s+((?:dem |der |einem |einer )?\\p{Lu}[\\p{L}-]+|(?:dem |der )\\p{L}+)`,
    'u',
  ).exec(unit.plain)?.[1]
  if (ahead !== undefined && measure.bound !== 'after') {
    const verb = scene.request.verb
    return [
      seed(
        'boundary',
        0,
        `Genau ${nominative(text)} vor ${ahead}`,
        [`bis dahin sind es noch genau ${nominative(text)}`],
        `${scene.the} ${scene.short}`,
        ['ist das noch möglich'],
      ),
      seed(
        'boundary',
        0,
        'Eine Minute zu spät',
        [`bis dahin sind es ${nominative(text)} weniger eine Minute`],
        `${scene.the} ${verb} will`,
        ['wird das abgelehnt', `die Meldung nennt die Frist von ${dative(text)}`],
      ),
    ]
  }
  const length = seconds(measure)
  const step = length === null || length >= 86_400 ? 'eine Minute' : 'eine Sekunde'
  if (measure.bound === 'after' && rule !== undefined) {
    const rest = rule.outcome
      .replace(new RegExp(`\\s*(?:nach|seit)\\s+${escaped}(?:\\s+(?:ohne|Inaktivität)[\\p{L} ]*)?`, 'iu'), '')
      .replace(/^\s*,?\s*/u, '')
    const result = afterDann(rest, scene.role)
    return [
      seed('boundary', 0, `Nach ${dative(text)}`, [], `${nominative(text)} vergangen sind`, [result]),
      seed('boundary', 0, `${capital(step)} vorher`, [], `${nominative(text)} weniger ${step} vergangen sind`, [
        'ist noch nichts davon geschehen',
      ]),
    ]
  }
  if (measure.bound === 'min')
    return [
      seed(
        'boundary',
        0,
        `Genau ${nominative(text)}`,
        [`${withArticle('ein', scene.noun)} ist genau ${nominative(text)} alt`],
        `${scene.the} ${scene.does}`,
        [measure.strict ? 'gilt die Regel dafür noch nicht' : 'gilt die Regel dafür bereits'],
      ),
    ]
  if (measure.bound !== 'max' || /(?<!\p{L})(?:sonst|andernfalls|ansonsten)(?!\p{L})/iu.test(unit.plain)) return []
  const person =
    rule === undefined || !/^(?:es|das system|die (?:e-?mail|seite|meldung|nachricht))/iu.test(rule.outcome)
  if (person && scene.request.topic !== 'notify') {
    return [
      seed(
        'boundary',
        0,
        `${capital(step)} vor Ablauf von ${dative(text)}`,
        [`${nominative(text)} weniger ${step} sind vergangen`],
        `${scene.the} ${scene.short}`,
        ['ist das noch möglich'],
      ),
      seed(
        'boundary',
        0,
        `${capital(step)} nach Ablauf von ${dative(text)}`,
        [`${nominative(text)} und ${step} sind vergangen`],
        `${scene.the} ${scene.short}`,
        ['wird das abgelehnt', `die Meldung nennt die Frist von ${dative(text)}`],
      ),
    ]
  }
  if (rule?.condition == null || length === null || length < 60 || length > 86_400) return []
  return [
    seed(
      'boundary',
      0,
      `Innerhalb von ${text}`,
      [`${given(rule.condition.clause, scene.role)}, und zwar um 10:00 Uhr`],
      `es ${uhr(600 + length / 60)} ist`,
      [afterDann(rule.outcome, scene.role)],
    ),
  ]
}

function attempts(measure: Measure, scene: Scene): Seed[] {
  if (measure.value < 2 || measure.value > 100) return []
  const before = measure.value - 1
  return [
    seed(
      'boundary',
      0,
      `Der ${measure.value}. Fehlversuch zählt`,
      [`${before} Versuche hintereinander sind gescheitert`],
      `auch der ${measure.value}. scheitert`,
      [
        /sperr/iu.test(measure.unit.plain) ? 'ist das Konto gesperrt' : 'greift die Grenze',
        'die Meldung sagt, wie es weitergeht',
      ],
    ),
    seed(
      'boundary',
      0,
      `${before} Fehlversuche bleiben ohne Folge`,
      [`${before} Versuche hintereinander sind gescheitert`],
      `${scene.the} es beim ${measure.value}. Mal richtig macht`,
      ['ist der Zugang frei', 'die Zählung beginnt von vorn'],
    ),
  ]
}

function qualitySeed(measure: Measure, scene: Scene): Seed {
  const { text } = measure
  if (measure.quality === 'availability') {
    const minutes = Math.round((1 - measure.value / 100) * 30 * 24 * 60)
    return seed(
      'quality',
      0,
      `Höchstens ${minutes} Minuten Ausfall im Monat`,
      ['der Dienst wurde 30 Tage lang jede Minute von außen geprüft'],
      'die gescheiterten Prüfungen gezählt werden',
      [`sind es höchstens ${minutes}, das entspricht ${text}`],
    )
  }
  if (measure.quality === 'throughput')
    return seed(
      'quality',
      0,
      `${text} werden gehalten, nicht nur erreicht`,
      ['ein Lasttest mit echten Datenmengen'],
      `zehn Minuten lang ${text} eintreffen`,
      ['wird jede Anfrage beantwortet', 'die letzten Antworten sind so schnell wie die ersten'],
    )
  if (measure.quality === 'load')
    return seed(
      'quality',
      0,
      `${measure.value.toLocaleString('de-DE')} gleichzeitig`,
      [`${nominative(text).replace(/gleichzeitige\s/u, '')} sind gleichzeitig aktiv`],
      'eine weitere Person die Seite öffnet',
      ['erhält niemand einen Fehler', 'niemand wartet länger als bei zehn Personen'],
    )
  const share = Number(/(\d{2})\s?%/u.exec(measure.unit.plain)?.[1] ?? 95)
  const what = /such/iu.test(measure.unit.plain) ? 'eine Suche abschickt' : 'die Seite öffnet'
  return seed(
    'quality',
    0,
    `Antwort innerhalb von ${text}, gemessen an echten Daten`,
    ['es sind so viele Daten vorhanden wie im echten Betrieb'],
    `${scene.the} 100-mal ${what}`,
    [`sind mindestens ${share} der 100 Antworten innerhalb von ${text} da`],
  )
}

export function permissionSeeds(permission: Permission, scene: Scene): Seed[] {
  const { allowed, denied, unit } = permission
  const act = permission.action ?? scene.act
  // "Danach" means the case of the sentence before: what applies once that has happened.
  const later = /(?<!\p{L})(?:danach|dann noch|hinterher)(?!\p{L})/iu.test(unit.plain)
    ? ['das, was der Text davor beschreibt, ist eingetreten']
    : []
  const does = finitePhrase(act)
  const refused = ['wird das abgelehnt, und die Meldung nennt das fehlende Recht', 'nichts ist geändert']
  const made: Seed[] = []
  if (denied !== null)
    made.push(
      seed(
        'permission',
        0,
        /besucher/iu.test(denied) ? 'Ohne Anmeldung kein Zugriff' : `Kein Zugriff mit der Rolle „${denied}“`,
        [
          /besucher/iu.test(denied)
            ? 'ein Besucher ist nicht angemeldet'
            : `jemand mit der Rolle „${denied}“ ist angemeldet`,
        ],
        `diese Person ${act} will`,
        refused,
      ),
    )
  if (allowed !== null)
    made.push(
      seed(
        'permission',
        0,
        `Ohne die Rolle „${allowed}“ kein Zugriff`,
        [...later, `jemand ohne die Rolle „${allowed}“ ist angemeldet`],
        `diese Person ${act} will, auch durch eine direkte Anfrage`,
        refused,
      ),
    )
  if (allowed !== null && allowed !== scene.role)
    made.push(
      seed(
        'permission',
        0,
        `Die Rolle „${allowed}“ genügt`,
        [...later, `jemand mit der Rolle „${allowed}“ ist angemeldet`],
        does === act ? `diese Person Folgendes tut: ${act}` : `diese Person ${does}`,
        ['wird es ausgeführt'],
      ),
    )
  return made.map((one, index) => ({ ...one, unit, weight: 76 - index * 12 }))
}
