import type { Reading } from '../facts.ts'
import { GAPS } from './gaps.ts'
import { nominative } from './grammar.ts'

export function writeQuestions(reading: Reading): string[] {
  const [main, ...others] = reading.requests
  const asked: string[] = []
  const quality = reading.measures.some((measure) => measure.quality !== null)
  if (reading.bug !== null) asked.push(...bugQuestions(reading))
  else if (main === undefined && reading.rules.length === 0 && !quality)
    asked.push('Wer möchte was tun, in einem Satz: welche Person, welche Handlung, welches sichtbare Ergebnis?')
  for (const word of reading.ambiguous.slice(0, 2))
    if (!/etc|usw|und so weiter|und\/oder/iu.test(word)) asked.push(vague(word))
  if (reading.ambiguous.some((word) => /etc|usw|und so weiter/iu.test(word)))
    asked.push('Was ist mit „usw.“ noch gemeint? Bitte nennen oder weglassen.')
  for (const measure of reading.measures.slice(0, 3)) {
    if (measure.quality === 'availability')
      asked.push(`Zählt angekündigte Wartung zu den ${measure.text}, und wer misst?`)
    else if (measure.quality === 'latency') asked.push(`Werden die ${measure.text} im Browser oder am Server gemessen?`)
    else if (measure.quality === 'load')
      asked.push(
        `Was tun die ${nominative(measure.text).replace('gleichzeitige ', 'gleichzeitigen ')}: lesen, suchen, speichern?`,
      )
    else if (measure.bound === 'after' && measure.dimension === 'time')
      asked.push(`Ab welchem Zeitpunkt zählen die ${nominative(measure.text)}?`)
  }
  if (main !== undefined && reading.bug === null)
    for (const gap of GAPS)
      if (gap.topics.includes(main.topic) && !gap.unless.test(reading.text)) asked.push(gap.ask(main, reading))
  if (!reading.actor.explicit && reading.bug === null && !quality)
    asked.push(
      main === undefined || main.topic === 'other'
        ? 'Wer braucht das? Der Text nennt niemanden.'
        : `Wer darf „${main.phrase.slice(0, 80)}“: alle mit Konto oder bestimmte Rollen?`,
    )
  for (const request of others.slice(0, 3)) {
    const gap = GAPS.find(
      (candidate) =>
        candidate.topics.includes(request.topic) &&
        request.topic !== main?.topic &&
        !candidate.unless.test(reading.text),
    )
    if (gap !== undefined) asked.push(gap.ask(request, reading))
  }
  if (main?.topic === 'other' && reading.bug === null && reading.rules.length === 0)
    asked.push(`Woran erkennt man, dass „${main.phrase.slice(0, 80)}“ gelungen ist?`)
  if (reading.benefit === null && reading.bug === null && main !== undefined && !main.automatic)
    asked.push(`Was wird besser, wenn „${main.phrase.slice(0, 80)}“ möglich ist? Der Text nennt keinen Grund.`)
  return [...new Set(asked)].slice(0, reading.text.length < 60 ? 5 : 7)
}

function vague(word: string): string {
  if (/schnell|langsam|bald|zeitnah|möglichst|effizient/iu.test(word))
    return `Was heißt „${word}“ als Zahl: wie viele Sekunden, für welchen Anteil der Fälle?`
  if (/mehrere|viele|einige|groß|oft|regelmäßig|manchmal|verschiedene|normalerweise/iu.test(word))
    return `Wie viel oder wie oft ist „${word}“ höchstens?`
  return `Woran ließe sich prüfen, dass es „${word}“ ist?`
}

function bugQuestions(reading: Reading): string[] {
  const { bug } = reading
  if (bug === null) return []
  return [
    ...(bug.expected === null ? ['Was hätte stattdessen geschehen sollen? Der Bericht nennt nur den Fehler.'] : []),
    ...(bug.steps.length === 0 ? ['Welche Schritte führen dorthin, von der ersten Seite an?'] : []),
    ...(reading.devices.length === 0
      ? ['Auf welchem Gerät, mit welchem Browser und welcher Version trat es auf?']
      : []),
    ...(/immer|jedes mal|manchmal|seit/iu.test(reading.text) ? [] : ['Tritt es jedes Mal auf, und seit wann?']),
    ...(/falsch|doppelt|verschw|gelöscht|verloren/iu.test(reading.text)
      ? ['Sind schon falsche Daten gespeichert, und müssen sie berichtigt werden?']
      : ['Wie viele Personen sind betroffen, und gibt es einen Umweg?']),
  ]
}
