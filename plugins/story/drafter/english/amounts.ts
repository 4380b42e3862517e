import type { Measure } from '../facts.ts'
import { article, plural, singular } from './grammar.ts'
import type { Scene } from './scene.ts'

/** The measured thing and how to say "exactly at" and "one step past" the limit. */
export function amounts(
  measure: Measure,
  scene: Scene,
): { thing: string; at: { text: string; short: string }; past: { text: string; short: string } } {
  const { value, dimension, word, text } = measure
  const up = (measure.bound === 'max') === !measure.strict ? 1 : -1
  const thing = measuredThing(measure, scene)
  if (dimension === 'size')
    return {
      thing,
      at: { text: `of exactly ${text}`, short: `${article(thing)} ${thing} of exactly ${text}` },
      past: {
        text: `that is one byte ${up > 0 ? 'larger' : 'smaller'} than ${text}`,
        short: `one byte ${up > 0 ? 'over' : 'under'} ${text}`,
      },
    }
  if (dimension === 'money')
    return {
      thing,
      at: { text: `of exactly ${text}`, short: `exactly ${text}` },
      past: {
        text: `that is one cent ${up > 0 ? 'above' : 'below'} ${text}`,
        short: `one cent ${up > 0 ? 'over' : 'under'} ${text}`,
      },
    }
  if (dimension === 'percent')
    return {
      thing,
      at: { text: `with exactly ${text}`, short: `exactly ${text}` },
      past: { text: `with ${value + up} %`, short: `${value + up} %` },
    }
  const unit = (count: number): string =>
    `${count.toLocaleString('en-US')} ${count === 1 ? singular(word) : plural(singular(word))}`
  return {
    thing,
    at: { text: `with exactly ${unit(value)}`, short: `exactly ${unit(value)}` },
    past: { text: `with ${unit(value + up)}`, short: unit(value + up) },
  }
}

function measuredThing(measure: Measure, scene: Scene): string {
  const at = measure.unit.plain.indexOf(measure.text)
  const before = /^(?:rows?|lines?|columns?|pages?)$/i.test(measure.word)
    ? ''
    : measure.unit.plain.slice(0, Math.max(0, at))
  const named =
    /\b(passwords?|files?|images?|photos?|pictures?|videos?|documents?|attachments?|passwords?|comments?|messages?|titles?|names?|descriptions?|rows?|orders?|carts?|invoices?|uploads?|usernames?|codes?|notes?|texts?|queries|query|csvs?|pdfs?)\b(?![^.]*\b(?:files?|images?|photos?|passwords?|comments?|messages?|orders?)\b)/i.exec(
      before,
    )?.[1]
  if (named !== undefined)
    return /^(?:csv|pdf)/i.test(named)
      ? `${named.toUpperCase().replace(/S$/, '')} file`
      : singular(named.toLowerCase()).replace(/^upload$/, 'file')
  if (measure.dimension === 'size' || /^(?:rows?|lines?|columns?|pages?)$/i.test(measure.word)) return 'file'
  if (measure.dimension === 'length' && scene.request.topic === 'comment') return 'comment'
  const own = measure.dimension === 'count' ? singular(measure.word.toLowerCase()) : ''
  return scene.one !== 'entry' && singular(scene.one) !== own
    ? scene.one
    : scene.request.topic === 'import' || scene.request.topic === 'upload'
      ? 'file'
      : 'request'
}
