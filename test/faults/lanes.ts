/** A thread in a channel of its own. Five channels make a workspace, so that a platform's rates do not decide how fast a run is. */
export interface Lane {
  readonly name: string
  /** Numbers, of which each platform makes ids of its own kind. */
  readonly team: number
  readonly channel: number
}
export function makeLanes(count: number, lanesPerTeam = 5): Lane[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `lane-${i}`,
    team: Math.floor(i / lanesPerTeam),
    channel: i,
  }))
}
