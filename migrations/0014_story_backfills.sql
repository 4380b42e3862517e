CREATE TABLE "hub"."story_backfills" (
	"workspace" text NOT NULL,
	"id" uuid NOT NULL,
	"plugin" text NOT NULL,
	"tracker_workspace" text NOT NULL,
	"project" text NOT NULL,
	"query" text,
	"state" text NOT NULL,
	"cursor" text,
	"page" integer DEFAULT 0 NOT NULL,
	"written" integer DEFAULT 0 NOT NULL,
	"skipped" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"started_by" text NOT NULL,
	"started_by_name" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "story_backfills_workspace_id_pk" PRIMARY KEY("workspace","id")
);
--> statement-breakpoint
ALTER TABLE "hub"."story_issues" ADD COLUMN "backfill" uuid;