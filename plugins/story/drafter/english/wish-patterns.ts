const STRIP =
  /^(?:(?:and|also|but|so|then|ok|okay|well|currently|ideally|additionally|furthermore|moreover|finally|secondly|firstly|plus|please|yes please|feature request|request|user story|story|idea|todo|task|bug|wish|problem|goal|summary|context|background|feature|subject|re)\s*[:,-]?\s+|(?:hey|hi|guys|team|all|folks|yes|no),\s+|(?:hey|hi|yo)\s+(?:guys|team|all|folks|everyone|there)[,!]?\s+|(?:hey|yo|hiya)\s+)+(?=\S)/i
/** What is asked of whom: the phrase asked for is `what`, a subject that must be a person is `who`. Weight: how surely it is a wish. */
export const ASK: readonly (readonly [pattern: RegExp, weight: number])[] = [
  [
    /^(?:as|being) (?:an?|the|our) [^,]{2,60}?,?\s+(?:i|we)(?:'d| would)? (?:want|need|like|wish|love|prefer|must|should|can)(?<to> to)? (?:be able to |have the (?:ability|option|possibility) to |have a way to )?(?<what>.+)$/i,
    10,
  ],
  [
    /^(?:it would be|it'd be|would be|it is|would it be) (?:\w+\s){0,2}(?:great|nice|cool|good|useful|helpful|handy|awesome|possible|important|super)\s*(?:,\s*)?(?:if|when|to|for)\s+(?:(?:the |our |all )?[\p{L} -]{1,30}?\s+(?:could|can|were able to|to)\s+)?(?<what>.+)$/iu,
    8,
  ],
  [
    /\b(?:the )?(?:ability|possibility|option|a way|a button|a link|a feature|a page|a screen|functionality) (?:for (?<who>(?:the |our )?[\p{L} -]{2,40}?) )?to (?:be able to )?(?<what>.+)$/iu,
    7,
  ],
  [
    /^(?:please )?(?:allow|let|enable|permit|help)s?\s+(?<who>(?:the |our |all |logged-in |registered )?(?:[\p{L}-]+\s){0,2}?(?:[\p{L}-]+))\s+(?:to\s+)?(?<what>\p{L}.+)$/iu,
    8,
  ],
  [
    /^[\p{L}' -]{2,40}?\s(?:would like|wants?|needs?)\s+(?<who>(?:the |our |all )?[\p{L}' -]{3,40}?)\s+(?<to>to)\s+(?:be able to )?(?<what>.+)$/iu,
    9,
  ],
  [/^(?:can|could|would|may) (?:we|you|i|someone|anyone)(?: please| maybe)?(?: also)? (?:get|have) (?<what>.+)$/i, 8],
  [
    /^(?:can|could|would|may|should) (?:we|you|i|someone|anyone|(?<who>(?:the )?[\p{L} -]{3,30}?)) (?:please )?(?:be able to )?(?<what>.+)$/iu,
    8,
  ],
  [/^(?:i|we) (?:should|must|shall|need to|have to) (?!be\b|not\b|only\b|never\b)(?:be able to )?(?<what>.+)$/i, 8],
  [
    /^(?:i|we|(?<who>(?:the |our |all )?[\p{L}' -]{2,40}?))(?:'d| would)?(?: also| still)? (?:want|need|like|love|wish|prefer|plan|intend|have|has|ought|must)s? (?<to>to) (?:be able to )?(?<what>.+)$/iu,
    8,
  ],
  [
    /^(?:i|we|they|(?<who>(?:the |our |all )?[\p{L}' -]{2,40}?)) (?:should|must|shall|can|could|may|will|ha(?:s|ve) to|needs? to) (?:also )?(?:be able to|be allowed to|have the option to|get the option to) (?<what>.+)$/iu,
    8,
  ],
  [
    /^(?:i|we|(?<who>(?:the |our |all )?[\p{L}' -]{2,40}?))(?:'d| would)?(?: also| still)? (?:want|need|like|love|require)s? (?!to\b)(?<what>.+)$/iu,
    7,
  ],
  [
    /^(?<who>(?:the |our |all )?[\p{L}' -]{2,40}?) (?<to>should|must|shall|can|could|may|will) (?!not\b|only\b|never\b|be\b|have\b|no\b)(?:also )?(?<what>.+)$/iu,
    7,
  ],
  [
    /^(?<who>(?:the |our |all )?(?:[\p{L}-]+\s){0,2}?[\p{L}-]+s|people|staff) (?<what>(?:submit|approve|reject|upload|export|create|edit|view|see|search|book|cancel|enter|choose|select|get|receive|pay|order|invite|share|comment|log|sign|download|request|send|assign|confirm|review)\b.*)$/iu,
    6,
  ],
  [
    /\b(?:there is|there's|we have|i have|currently has|has) (?:currently )?no (?:way|option|possibility) to (?<what>.+)$/i,
    7,
  ],
  [
    /^(?:i|we|you|one|(?<who>(?:the |our |all )?[\p{L}' -]{2,40}?)) (?:currently )?(?:can't|cannot|can not|aren't able to|are not able to|is not able to|isn't able to|are unable to|is unable to|have no way to) (?:currently )?(?<what>.+)$/iu,
    4,
  ],
]
/** After "we need" without "to" comes a thing, even where its first word could be a verb: "audit logs". */
export const NOMINAL = new Set(
  ASK.map(([pattern]) => pattern).filter((pattern) => pattern.source.includes('require)s? (?!to')),
)
export const NOT_A_WISH = /^(?:i|we|they) (?:think|guess|hope|know|believe|said|noticed|wonder|heard)\b/i
export const WRAPPERS =
  /^(?:be able to|have|get|add|build|create|implement|introduce|support|provide|offer|include|develop|make)\s+(?:(?:a|an|the|some|proper|full|basic|new)\s+)*/i

export const SLOW =
  /^(?:the |our |my |this )?(?<what>[\p{L} -]{2,40}?) (?:is|are|feels?|gets?|takes?|loads?|has become|became)\s+(?:\w+\s){0,2}(?:slow|slower|sluggish|laggy|too long|forever|ages|unresponsive)\b/iu
export const TAKES =
  /^(?:the |our |my )?(?<what>[\p{L} -]{2,40}?) takes? (?:about |around |up to |more than )?\d[\d.,]*\s?\p{L}+ to (?:load|open|respond|answer|render|start|finish|appear)\b/iu
export const FASTER =
  /^(?:make|get) (?:the |our |my )?(?<what>[\p{L} -]{2,40}?) (?:faster|quicker|more responsive|snappier)\b|^speed up (?:the |our |my )?(?<other>[\p{L} -]{2,40})/iu

export function withoutPreamble(text: string): string {
  return text
    .replace(STRIP, '')
    .replace(/^(?!https?|expected|actual|steps|only)[\p{L}\d][\p{L}\d &/-]{1,30}:\s+(?=\S.{12,})/iu, '')
    .trim()
}
