CREATE TABLE "hub"."stories" (
	"workspace" text NOT NULL,
	"id" uuid NOT NULL,
	"number" integer NOT NULL,
	"title" text NOT NULL,
	"state" text DEFAULT 'draft' NOT NULL,
	"version" integer NOT NULL,
	"source" text NOT NULL,
	"source_hash" text,
	"language" text NOT NULL,
	"parent" uuid,
	"created_by" text NOT NULL,
	"created_by_name" text NOT NULL,
	"place" jsonb,
	"approved_by" text,
	"approved_at" timestamp with time zone,
	"approved_job" text,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"search" text GENERATED ALWAYS AS (lower(title || ' ' || left(source, 300))) STORED NOT NULL,
	CONSTRAINT "stories_workspace_id_pk" PRIMARY KEY("workspace","id")
);
--> statement-breakpoint
CREATE TABLE "hub"."story_numbers" (
	"workspace" text PRIMARY KEY NOT NULL,
	"last" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "hub"."story_versions" (
	"workspace" text NOT NULL,
	"story_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"job_id" text NOT NULL,
	"part" integer DEFAULT 0 NOT NULL,
	"base_version" integer,
	"draft" jsonb NOT NULL,
	"generated" jsonb NOT NULL,
	"addenda" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"provenance" jsonb NOT NULL,
	"instruction" text,
	"author" text NOT NULL,
	"author_name" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "story_versions_workspace_story_id_version_pk" PRIMARY KEY("workspace","story_id","version")
);
--> statement-breakpoint
CREATE TABLE "hub"."console_messages" (
	"workspace" text NOT NULL,
	"id" uuid NOT NULL,
	"thread" text NOT NULL,
	"seq" bigserial NOT NULL,
	"rev" bigint NOT NULL,
	"side" text NOT NULL,
	"key" text NOT NULL,
	"edit_key" text,
	"message" jsonb NOT NULL,
	"input" jsonb,
	"job_id" text,
	"announce" text,
	"job_state" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"error" text,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"edited_at" timestamp with time zone,
	CONSTRAINT "console_messages_workspace_id_pk" PRIMARY KEY("workspace","id")
);
--> statement-breakpoint
CREATE TABLE "hub"."console_threads" (
	"workspace" text NOT NULL,
	"id" text NOT NULL,
	"title" text NOT NULL,
	"rev" bigint NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "console_threads_workspace_id_pk" PRIMARY KEY("workspace","id")
);
--> statement-breakpoint
CREATE UNIQUE INDEX "stories_number" ON "hub"."stories" USING btree ("workspace","number" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "stories_source" ON "hub"."stories" USING btree ("workspace","source_hash") WHERE source_hash is not null;--> statement-breakpoint
CREATE INDEX "stories_search" ON "hub"."stories" USING gin (search gin_trgm_ops);--> statement-breakpoint
CREATE UNIQUE INDEX "story_versions_job" ON "hub"."story_versions" USING btree ("workspace","job_id","part");--> statement-breakpoint
CREATE UNIQUE INDEX "console_messages_key" ON "hub"."console_messages" USING btree ("workspace","side","key");--> statement-breakpoint
CREATE INDEX "console_messages_order" ON "hub"."console_messages" USING btree ("workspace","thread","seq");--> statement-breakpoint
CREATE INDEX "console_messages_rev" ON "hub"."console_messages" USING btree ("workspace","thread","rev");--> statement-breakpoint
CREATE INDEX "console_messages_open" ON "hub"."console_messages" USING btree ("workspace","thread","seq") WHERE job_state in ('queued', 'pending', 'running');--> statement-breakpoint
CREATE INDEX "console_threads_recent" ON "hub"."console_threads" USING btree ("workspace","updated_at" DESC NULLS LAST);