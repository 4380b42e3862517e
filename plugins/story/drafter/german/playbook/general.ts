import { type Play, seed } from '../scene.ts'

const automate: Play = {
  happy: (s) =>
    seed('happy', 100, 'Es geschieht von selbst', ['die Voraussetzung ist erfüllt'], `das System ${s.does}`, [
      'ist das Ergebnis zu sehen',
      'der Verlauf nennt Auslöser und Zeitpunkt',
    ]),
  more: (s) => [
    seed(
      'failure',
      45,
      'Ein fehlgeschlagener Schritt hält den Rest an',
      ['ein Schritt schlägt fehl'],
      'der Ablauf weitergehen soll',
      ['werden spätere Schritte nicht begonnen'],
    ),
    seed('failure', 42, 'Derselbe Auslöser zweimal', ['der Auslöser trifft zweimal ein'], 'beide verarbeitet werden', [
      'geschieht es einmal',
    ]),
    seed('permission', 40, 'Ein Mensch kann eingreifen', ['ein Ablauf ist im Gang'], `${s.the} ihn anhält`, [
      'wird nichts Weiteres begonnen',
    ]),
  ],
}

const other: Play = {
  happy: (s) =>
    seed('happy', 95, 'Das Ergebnis ist zu sehen', [], `${s.the} ${s.does}`, [
      'ist das Ergebnis ohne Neuladen zu sehen',
      'es ist beim nächsten Besuch noch da',
    ]),
  more: (s) => [
    seed('failure', 34, 'Geht es nicht, steht da warum', ['eine Voraussetzung fehlt'], `${s.the} es versucht`, [
      'nennt eine Meldung, was fehlt',
      'nichts bleibt halb erledigt',
    ]),
    seed(
      'failure',
      30,
      'Ein zweiter Versuch schadet nicht',
      ['die Verbindung bricht beim letzten Schritt ab'],
      `${s.the} es wiederholt`,
      ['wirkt es genau einmal'],
    ),
    seed('permission', 26, 'Ohne Anmeldung', ['ein Besucher ist nicht angemeldet'], 'er dasselbe versucht', [
      'wird er zur Anmeldung geführt',
    ]),
  ],
}

export const general = { automate, other }
