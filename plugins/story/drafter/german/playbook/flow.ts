import { type Play, seed } from '../scene.ts'

const notify: Play = {
  happy: (s) =>
    seed('happy', 100, 'Die Nachricht sagt, was geschah, und führt dorthin', [], `${s.the} ${s.does}`, [
      'nennt die Nachricht Anlass und Zeitpunkt',
      'ein Link darin führt an die richtige Stelle',
    ]),
  more: (s) => [
    seed(
      'failure',
      44,
      'Eine Nachricht, die nicht ankommt',
      [s.has(/e-?mail/iu) ? 'die E-Mail-Adresse ist ungültig' : 'der Versanddienst ist gestört'],
      'die Nachricht gesendet wird',
      ['ist der Fehlschlag sichtbar festgehalten', 'ein neuer Versuch sendet nicht doppelt'],
    ),
    seed(
      'permission',
      43,
      'Wer abbestellt hat, bleibt verschont',
      [`${s.the} hat diese Nachrichten abgestellt`],
      'das Ereignis eintritt',
      ['wird keine Nachricht gesendet'],
      /abbestell|abmeld|abstell/iu,
    ),
    seed(
      'failure',
      41,
      'Ein Ereignis, eine Nachricht',
      ['dasselbe Ereignis trifft zweimal ein'],
      'beide verarbeitet werden',
      ['wird genau eine Nachricht gesendet'],
    ),
    seed(
      'boundary',
      37,
      'Viele Ereignisse in kurzer Zeit',
      ['zwanzig Ereignisse in einer Minute'],
      'sie gemeldet werden',
      ['erhält der Empfänger eine Zusammenfassung'],
      /spam|zu viele/iu,
    ),
  ],
}

const schedule: Play = {
  happy: (s) =>
    seed('happy', 100, 'Die Buchung belegt ihren Platz', ['die gewählte Zeit ist frei'], `${s.the} ${s.does}`, [
      'erscheint eine Bestätigung mit Datum und Uhrzeit',
      'die Zeit wird niemandem sonst mehr angeboten',
    ]),
  more: (s) => [
    seed(
      'failure',
      46,
      'Zwei wollen dieselbe Zeit',
      ['ein Platz ist frei'],
      `${s.the} und eine zweite Person ihn im selben Augenblick buchen`,
      ['bekommt ihn genau eine Person', 'die andere sieht die nächsten freien Zeiten'],
    ),
    seed(
      'boundary',
      42,
      'Die Nacht der Zeitumstellung',
      ['ein Termin liegt um 02:30 Uhr in der Nacht der Umstellung'],
      `${s.the} ihn ansieht`,
      ['hat er genau eine Uhrzeit, die es gibt'],
    ),
    seed(
      'failure',
      41,
      'Eine Zeit in der Vergangenheit',
      ['die gewählte Zeit ist vorbei'],
      `${s.the} sie bestätigen will`,
      ['wird das abgelehnt', 'die nächste freie Zeit wird angeboten'],
    ),
  ],
}

const sync: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      'Beide Seiten zeigen dasselbe',
      ['seit dem letzten Lauf wurden Daten geändert'],
      `${s.the} ${s.does}`,
      [`stehen die Änderungen auch in ${s.system ?? 'dem anderen System'}`, 'Unverändertes wird nicht angefasst'],
    ),
  more: (s) => [
    seed(
      'failure',
      46,
      `${s.system ?? 'Das andere System'} ist nicht erreichbar`,
      [`${s.system ?? 'das andere System'} antwortet nicht`],
      'eine Änderung übertragen werden soll',
      ['wartet sie, bis die Verbindung wieder steht', 'nichts geht verloren und nichts wird doppelt gesendet'],
    ),
    seed(
      'failure',
      44,
      'Auf beiden Seiten geändert',
      ['derselbe Datensatz wurde auf beiden Seiten geändert'],
      'der Abgleich läuft',
      ['entscheidet eine festgelegte Regel', 'der andere Wert bleibt in der Historie'],
      /konflikt/iu,
    ),
    seed(
      'permission',
      42,
      'Der Zugang wurde entzogen',
      ['der Zugangsschlüssel ist ungültig'],
      'der nächste Lauf beginnt',
      ['bricht er ab und meldet es der Administration'],
    ),
    seed(
      'failure',
      40,
      'Ein Datensatz wird abgelehnt',
      ['von zehn Datensätzen fehlt bei einem ein Feld'],
      'der Lauf endet',
      ['sind neun übertragen', 'der zehnte ist mit dem Grund aufgeführt'],
    ),
  ],
}

const migrate: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      'Im neuen System fehlt nichts',
      [`das alte System enthält 1.000 ${s.many}`],
      `${s.the} ${s.does}`,
      [`enthält das neue System 1.000 ${s.many}`, 'eine Stichprobe von 50 stimmt in jedem Feld überein'],
    ),
  more: (s) => [
    seed(
      'failure',
      46,
      'Was nicht passt, wird aufgelistet',
      ['einem Datensatz fehlt ein Feld, das neu Pflicht ist'],
      'die Übernahme endet',
      ['nennt der Bericht Datensatz und Feld', 'Übernommene und Abgelehnte ergeben zusammen die Gesamtzahl'],
    ),
    seed(
      'failure',
      44,
      'Ein Abbruch auf halbem Weg',
      ['die Übernahme ist nach der Hälfte abgebrochen'],
      'sie erneut gestartet wird',
      ['geht sie dort weiter, wo sie endete', 'nichts ist doppelt vorhanden'],
    ),
    seed(
      'failure',
      42,
      'Der Weg zurück',
      ['nach der Umstellung zeigt sich ein schwerer Fehler'],
      'die Umstellung zurückgenommen wird',
      ['arbeitet das alte System mit seinen Daten weiter'],
      /zurück|rollback/iu,
    ),
    ...(s.facets.has('person') || s.facets.has('account')
      ? [
          seed(
            'permission',
            40,
            'Rechte ziehen mit um',
            ['jemand durfte im alten System nur einen Teil sehen'],
            'diese Person sich im neuen anmeldet',
            ['sieht sie genau diesen Teil'],
          ),
        ]
      : []),
  ],
}

export const flow = { notify, schedule, sync, migrate }
