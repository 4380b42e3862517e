ALTER TABLE "hub"."deployments" ADD COLUMN "end_recorded_at" timestamp with time zone;--> statement-breakpoint
-- What is known already was told by the time at which it ended: it keeps its place, and the next digest begins where the last one stopped.
UPDATE "hub"."deployments" SET "end_recorded_at" = "finished_at" WHERE "finished_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "deployments_recorded" ON "hub"."deployments" USING btree ("workspace","end_recorded_at");