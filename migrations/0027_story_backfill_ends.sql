ALTER TABLE "hub"."story_backfills" ADD COLUMN "reason" text;--> statement-breakpoint
ALTER TABLE "hub"."story_backfills" ADD COLUMN "counted" jsonb DEFAULT '[]'::jsonb NOT NULL;