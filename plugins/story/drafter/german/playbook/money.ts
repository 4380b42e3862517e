import { type Play, seed } from '../scene.ts'

const pay: Play = {
  happy: (s) =>
    /gutschein|rabattcode/iu.test(s.act)
      ? seed(
          'happy',
          100,
          'Ein gültiger Code senkt die Summe vor dem Bezahlen',
          ['der Warenkorb enthält einen Artikel für 40,00 €'],
          `${s.the} einen gültigen Code über 10,00 € eingibt`,
          ['beträgt die Summe 30,00 €', 'Code und Abzug stehen auf dem Beleg'],
        )
      : seed(
          'happy',
          100,
          'Eine Zahlung führt zu einer bezahlten Bestellung',
          ['der Warenkorb enthält einen Artikel für 40,00 €'],
          `${s.the} ${s.does}`,
          ['ist die Bestellung als bezahlt zu sehen', 'eine Bestätigung über 40,00 € wird gesendet'],
        ),
  more: (s) =>
    /gutschein|rabattcode/iu.test(s.act)
      ? [
          seed(
            'failure',
            46,
            'Ein abgelaufener Code',
            ['der Code ist gestern abgelaufen'],
            `${s.the} ihn eingibt`,
            ['bleibt die Summe gleich', 'die Meldung sagt, dass der Code abgelaufen ist'],
            /abgelaufen|läuft .{0,30}ab|gültig bis/iu,
          ),
          seed(
            'failure',
            44,
            'Ein schon benutzter Code',
            ['der Code ist einmalig und wurde benutzt'],
            `${s.the} ihn noch einmal eingibt`,
            ['bleibt die Summe gleich'],
            /einmalig|nur einmal/iu,
          ),
          seed(
            'boundary',
            42,
            'Ein Code, der mehr wert ist als der Warenkorb',
            ['der Warenkorb kostet 8,00 € und der Code ist 10,00 € wert'],
            `${s.the} ihn eingibt`,
            ['beträgt die Summe 0,00 € und nie weniger'],
          ),
        ]
      : [
          seed(
            'failure',
            46,
            'Eine abgelehnte Karte kostet nichts',
            ['die Bank lehnt die Karte ab'],
            `${s.the} bezahlen will`,
            [
              'gilt keine Bestellung als bezahlt',
              'der Warenkorb ist unverändert',
              'ein anderer Zahlungsweg wird angeboten',
            ],
            /abgelehnt/iu,
          ),
          seed(
            'failure',
            45,
            'Doppelt gedrückt, einmal abgebucht',
            [`${s.the} ist auf der Bezahlseite`],
            `${s.er} zweimal auf „Bezahlen“ drückt`,
            ['wird der Betrag genau einmal abgebucht'],
          ),
          seed(
            'failure',
            43,
            `Keine Antwort von ${s.system ?? 'der Zahlungsstelle'}`,
            [`${s.system ?? 'die Zahlungsstelle'} hat die Zahlung erhalten und die Antwort geht verloren`],
            `${s.the} die Seite neu lädt`,
            ['steht die Bestellung auf „Zahlung wird geprüft“', 'es wird nicht noch einmal abgebucht'],
          ),
        ],
}

const refund: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      'Das Geld geht den Weg zurück, den es kam',
      ['eine mit Karte bezahlte Bestellung über 40,00 €'],
      `${s.the} ${s.does}`,
      ['werden 40,00 € auf dieselbe Karte zurückgezahlt', 'die Bestellung zeigt Datum und Betrag'],
    ),
  more: (s) => [
    seed(
      'boundary',
      46,
      'Nie mehr als bezahlt wurde',
      ['30,00 € von 40,00 € sind erstattet'],
      `${s.the} weitere 20,00 € erstatten will`,
      ['wird das abgelehnt', 'die verbleibenden 10,00 € werden genannt'],
    ),
    seed('failure', 43, 'Die Karte gibt es nicht mehr', ['die Karte ist gekündigt'], 'die Erstattung ausgeführt wird', [
      'gilt sie als gescheitert und nicht als erledigt',
    ]),
  ],
}

export const money = { pay, refund }
