/** Data inside markdown: characters that mean something to a renderer lose their meaning, the words stay. */
export const plain = (text: string): string => oneLine(text).replace(/([\\`*_[\]<>~|])/g, '\\$1')
export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()
export function clip(text: string, most: number): string {
  const characters = Array.from(oneLine(text))
  if (characters.length <= most) return characters.join('')
  return `${characters
    .slice(0, most - 1)
    .join('')
    .trimEnd()}…`
}
export const count = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString('en')} ${n === 1 ? one : many}`

const UNITS: readonly (readonly [number, string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
]
/** '3 min', '1 d 4 h': two units at most, the smaller left out where it says little. */
export function duration(ms: number): string {
  const at = UNITS.findIndex(([unit]) => ms >= unit)
  const first = UNITS[at]
  if (!first) return 'less than 1 s'
  const second = UNITS[at + 1]
  const whole = Math.floor(ms / first[0])
  const rest = second ? Math.floor((ms % first[0]) / second[0]) : 0
  return second && rest > 0 && whole < 10 ? `${whole} ${first[1]} ${rest} ${second[1]}` : `${whole} ${first[1]}`
}
export const shortSha = (sha: string): string => sha.slice(0, 7)
