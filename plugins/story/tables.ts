import { sql } from 'drizzle-orm'
import { index, integer, jsonb, pgSchema, primaryKey, text, timestamp, uniqueIndex, uuid } from 'drizzle-orm/pg-core'

const hub = pgSchema('hub')
const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })

/** Characters of a source that take part in search: more makes every trigram query slower and finds hardly more. */
export const SEARCHED_CHARACTERS = 300

/** Last number given in a workspace. The row lock of the counter also puts creations of one workspace in a line. */
export const storyNumbers = hub.table('story_numbers', {
  workspace: text('workspace').primaryKey(),
  last: integer('last').notNull(),
})

/** One row for each story; what it says is in its versions. */
export const stories = hub.table(
  'stories',
  {
    workspace: text('workspace').notNull(),
    id: uuid('id').notNull(),
    /** The 12 of ST-12. */
    number: integer('number').notNull(),
    title: text('title').notNull(),
    state: text('state').notNull().default('draft'), // draft | approved
    /** Current version. */
    version: integer('version').notNull(),
    source: text('source').notNull(),
    /** Of the normalised source; null for the parts of a split, which share their parent's text. */
    sourceHash: text('source_hash'),
    language: text('language').notNull(),
    parent: uuid('parent'),
    /** '<plugin>:<account id>' and the name at that time. */
    createdBy: text('created_by').notNull(),
    createdByName: text('created_by_name').notNull(),
    /** Where it was asked for, without its ticket. */
    place: jsonb('place'),
    approvedBy: text('approved_by'),
    approvedAt: at('approved_at'),
    /** Job that approved: its repeat knows that the approval is its own. */
    approvedJob: text('approved_job'),
    createdAt: at('created_at').notNull().default(sql`clock_timestamp()`),
    updatedAt: at('updated_at').notNull().default(sql`clock_timestamp()`),
    search: text('search')
      .notNull()
      .generatedAlwaysAs(sql.raw(`lower(title || ' ' || left(source, ${SEARCHED_CHARACTERS}))`)),
  },
  (t) => [
    primaryKey({ columns: [t.workspace, t.id] }),
    // Ascending: read backwards it serves "newest first". drizzle's desc() means NULLS LAST, which no ORDER BY … DESC can use.
    uniqueIndex('stories_number').on(t.workspace, t.number),
    index('stories_author').on(t.workspace, t.createdBy, t.number),
    index('stories_source').on(t.workspace, t.sourceHash).where(sql`source_hash is not null`),
    // Needs the extension pg_trgm.
    index('stories_search').using('gin', sql`search gin_trgm_ops`),
  ],
)

/** Every state a story ever had. `job_id` makes a repeated job find what it wrote the first time. */
export const storyVersions = hub.table(
  'story_versions',
  {
    workspace: text('workspace').notNull(),
    storyId: uuid('story_id').notNull(),
    version: integer('version').notNull(),
    jobId: text('job_id').notNull(),
    /** A split writes several stories in one job. */
    part: integer('part').notNull().default(0),
    /** Version this one was made from; null for the first. */
    baseVersion: integer('base_version'),
    /** What stands now: `StoryDraft`. */
    draft: jsonb('draft').notNull(),
    /** What the last generation wanted, before people's edits: the base of the next three-way merge. */
    generated: jsonb('generated').notNull(),
    /** Instructions so far, in order; criteria may cite them as they cite the source. */
    addenda: jsonb('addenda').notNull().default([]),
    /** How it was made, with notes, findings and open conflicts: `Provenance`. */
    provenance: jsonb('provenance').notNull(),
    instruction: text('instruction'),
    author: text('author').notNull(),
    authorName: text('author_name').notNull(),
    createdAt: at('created_at').notNull().default(sql`clock_timestamp()`),
  },
  (t) => [
    primaryKey({ columns: [t.workspace, t.storyId, t.version] }),
    uniqueIndex('story_versions_job').on(t.workspace, t.jobId, t.part),
  ],
)

/** Issues of trackers whose criteria are those of a story. */
export const storyIssues = hub.table(
  'story_issues',
  {
    workspace: text('workspace').notNull(),
    /** The tracker, its site, and the issue's id there, which no move changes. */
    plugin: text('plugin').notNull(),
    trackerWorkspace: text('tracker_workspace').notNull(),
    issueId: text('issue_id').notNull(),
    issueKey: text('issue_key').notNull(),
    url: text('url').notNull(),
    project: text('project').notNull(),
    storyId: uuid('story_id').notNull(),
    storyNumber: integer('story_number').notNull(),
    /** Where in the issue the criteria stand: `CriteriaPlace`. */
    place: jsonb('place').notNull(),
    state: text('state').notNull(), // linked | paused | gone
    /** Why it is not in step, for people. */
    reason: text('reason'),
    /** By criterion id: what tracker and story said when they last agreed. The base of the next three-way merge. */
    agreed: jsonb('agreed').notNull().default({}),
    /** Criteria that both sides changed. */
    conflicts: jsonb('conflicts').notNull().default([]),
    /** Ids of criteria whose source changed. */
    stale: jsonb('stale').notNull().default([]),
    /** The issue's own text that the story was drafted from; null where the story came first. */
    source: text('source'),
    /** Backfill that made it; null for all others. */
    backfill: uuid('backfill'),
    status: text('status').notNull(),
    /** When the tracker last changed it, epoch milliseconds by its clock. */
    issueAt: at('issue_at').notNull(),
    /** Grows with every change of this row: a writer that read an older one is refused. */
    revision: integer('revision').notNull().default(1),
    createdAt: at('created_at').notNull().default(sql`clock_timestamp()`),
    updatedAt: at('updated_at').notNull().default(sql`clock_timestamp()`),
  },
  (t) => [
    primaryKey({ columns: [t.workspace, t.plugin, t.trackerWorkspace, t.issueId] }),
    index('story_issues_story').on(t.workspace, t.storyId),
    index('story_issues_issue').on(t.plugin, t.trackerWorkspace, t.issueId),
    index('story_issues_project').on(t.workspace, t.plugin, t.trackerWorkspace, t.project, t.createdAt),
  ],
)

/** Walks over the backlog of a tracker project. Page and counts change together, so a page that is worked twice counts once. */
export const storyBackfills = hub.table(
  'story_backfills',
  {
    workspace: text('workspace').notNull(),
    /** Job that began it. */
    id: uuid('id').notNull(),
    plugin: text('plugin').notNull(),
    trackerWorkspace: text('tracker_workspace').notNull(),
    project: text('project').notNull(),
    query: text('query'),
    state: text('state').notNull(), // running | stopped | failed | done
    /** Why it failed, for people. */
    reason: text('reason'),
    /** Where the next page begins; null before the first. */
    cursor: text('cursor'),
    page: integer('page').notNull().default(0),
    /** Ids of the issues of the last page: one that comes again at the head of the next counts once. */
    counted: jsonb('counted').notNull().default([]),
    written: integer('written').notNull().default(0),
    /** Issues left alone, by reason. */
    skipped: jsonb('skipped').notNull().default({}),
    startedBy: text('started_by').notNull(),
    startedByName: text('started_by_name').notNull(),
    createdAt: at('created_at').notNull().default(sql`clock_timestamp()`),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.id] })],
)
