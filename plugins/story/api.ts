import { z } from 'zod'
import { defineEvent, defineService, type IssueRef, type Visibility } from '#contract'

/** A story as other plugins see it. */
export interface StoryView {
  /** 'ST-12' */
  readonly reference: string
  readonly id: string
  readonly title: string
  readonly state: 'draft' | 'approved'
  readonly version: number
  readonly source: string
  /** How widely the place where it was written can be read: what is 'private' leaves it only after its author agreed. */
  readonly visibility: Visibility
  /** The whole story as Markdown, and its criteria as one feature file. */
  readonly markdown: string
  readonly gherkin: string
  readonly criteria: readonly { readonly id: string; readonly title: string }[]
}
/** Reads stories; only commands write them. */
export interface Stories {
  /** `reference` as people type it: 'ST-12' or '12'. NOT_FOUND when the workspace has no such story. */
  get(workspace: string, reference: string): Promise<StoryView>
  /** Issues of trackers that hold the criteria of these stories, without those that are gone; at most 50. */
  issues(workspace: string, references: readonly string[]): Promise<readonly IssueRef[]>
}
export const stories = defineService<Stories>('stories')

/** Published once when somebody approves a story; a reopened story may be approved again at a later version. */
export const storyApproved = defineEvent(
  'story.approved',
  z.object({ storyId: z.string(), reference: z.string(), version: z.number().int(), title: z.string() }),
)

/** A story has a new version, or was approved. */
export const storyChanged = defineEvent(
  'story.changed',
  z.object({ storyId: z.string(), reference: z.string(), version: z.number().int() }),
)
