import { type Play, seed } from '../scene.ts'

const share: Play = {
  happy: (s) =>
    seed('happy', 100, 'Die andere Person erhält genau das Geteilte', [], `${s.the} ${s.does}`, [
      'kann die andere Person es mit ihrem eigenen Konto öffnen',
      'sie sieht sonst nichts',
    ]),
  more: (s) => [
    seed('permission', 44, 'Zugang lässt sich entziehen', ['eine zweite Person hat Zugang'], `${s.the} ihn entzieht`, [
      'kommt sie auch mit dem alten Link nicht mehr hinein',
    ]),
    seed(
      'failure',
      42,
      'Die Person gibt es nicht mehr',
      ['die gewählte Person ist ausgeschieden'],
      `${s.the} sie hinzufügen will`,
      ['erscheint sofort ein Hinweis', 'nichts wird geteilt'],
    ),
  ],
}

const comment: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      'Der Kommentar erreicht die anderen',
      ['eine zweite Person sieht dieselbe Seite'],
      `${s.the} ${s.does}`,
      ['erscheint er mit Name und Uhrzeit', 'die zweite Person sieht ihn an seiner Stelle'],
    ),
  more: (s) => [
    seed(
      'failure',
      43,
      'Der Text überlebt eine Störung',
      ['die Verbindung ist unterbrochen'],
      `${s.the} einen langen Text absendet`,
      ['steht der Text noch im Feld'],
    ),
    seed('failure', 41, 'Leeres wird nicht veröffentlicht', ['das Feld enthält nur Leerzeichen'], `${s.the} absendet`, [
      'wird nichts veröffentlicht',
    ]),
    seed(
      'permission',
      38,
      'Fremde Kommentare bleiben unverändert',
      ['ein Kommentar stammt von jemand anderem'],
      `${s.the} ihn ändern will`,
      ['wird das abgelehnt'],
    ),
  ],
}

export const people = { share, comment }
