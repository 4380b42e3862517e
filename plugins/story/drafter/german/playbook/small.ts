import { type Play, seed } from '../scene.ts'

const subscribe: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      'Vor der Bestätigung wird nichts gesendet',
      [`${s.the} hat noch nichts abonniert`],
      `${s.the} ${s.does}`,
      ['wird eine einzige Nachricht mit Bestätigungslink gesendet', 'Weiteres folgt erst nach der Bestätigung'],
    ),
  more: () => [
    seed(
      'failure',
      44,
      'Eine Adresse, die schon dabei ist',
      ['die Adresse steht schon auf der Liste'],
      'jemand sie noch einmal eingibt',
      ['zeigt die Seite dieselbe Antwort wie bei einer neuen', 'die Adresse steht einmal auf der Liste'],
    ),
    seed(
      'failure',
      42,
      'Ein Klick beendet es',
      ['die Adresse ist bestätigt'],
      'der Abmeldelink geöffnet wird',
      ['wird nichts mehr gesendet'],
      /abmeld|abbestell/iu,
    ),
  ],
}
const control: Play = {
  happy: (s) =>
    seed('happy', 100, 'Es ist dort, wo man es sucht', [], `${s.the} die Seite öffnet`, [
      'ist das neue Element mit der vereinbarten Beschriftung zu sehen',
      'es ist mit Maus, Tastatur und Finger erreichbar',
    ]),
  more: (s) => [
    seed(
      'boundary',
      44,
      'Unbenutzt ändert sich nichts',
      ['das neue Element bleibt unberührt'],
      `${s.the} weiterarbeitet`,
      ['funktioniert alles wie bisher'],
    ),
    seed(
      'boundary',
      41,
      'Auf kleinem Bildschirm',
      ['der Bildschirm ist 375 Pixel breit'],
      `${s.the} die Seite öffnet`,
      ['ist das Element ohne seitliches Scrollen zu sehen'],
    ),
  ],
}
const wording: Play = {
  happy: () =>
    seed('happy', 100, 'Der Text lautet wie vereinbart', [], 'jemand die Seite öffnet', [
      'steht dort der berichtigte Text',
    ]),
  more: () => [
    seed(
      'boundary',
      44,
      'Derselbe Fehler an anderer Stelle',
      ['derselbe Text wird mehrfach verwendet'],
      'alle Seiten, E-Mails und Dokumente durchsucht werden',
      ['ist er nirgends mehr zu finden'],
    ),
    seed(
      'boundary',
      40,
      'Andere Sprachen bleiben unberührt',
      ['die Seite gibt es in einer zweiten Sprache'],
      'sie in dieser Sprache geöffnet wird',
      ['ist ihr Text unverändert'],
    ),
  ],
}
const improve: Play = {
  happy: () =>
    seed(
      'happy',
      90,
      'Der Unterschied zeigt sich an einem Beispiel',
      ['ein Beispiel zeigt, was heute stört'],
      'dasselbe Beispiel nach der Änderung probiert wird',
      ['bestätigt die Person, die gefragt hat, die Lösung'],
    ),
  more: (s) => [
    seed(
      'boundary',
      38,
      'Was heute geht, geht weiter',
      [`es ist aufgeschrieben, was ${s.the} am häufigsten tut`],
      'jedes davon nach der Änderung probiert wird',
      ['braucht nichts mehr Schritte als vorher'],
    ),
    seed('failure', 34, 'Die Änderung lässt sich zurücknehmen', ['sie bringt keinen Gewinn'], 'sie abgeschaltet wird', [
      'ist alles wie vorher',
    ]),
  ],
}

export const small = { subscribe, control, wording, improve }
