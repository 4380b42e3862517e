CREATE TABLE "hub"."discord_gateway" (
	"app_id" text PRIMARY KEY NOT NULL,
	"holder" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"fence" bigint DEFAULT 1 NOT NULL,
	"session" text,
	"resume_url" text,
	"sequence" bigint,
	"updated_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "stories_author" ON "hub"."stories" USING btree ("workspace","created_by","number");