DROP INDEX "hub"."stories_number";--> statement-breakpoint
CREATE UNIQUE INDEX "stories_number" ON "hub"."stories" USING btree ("workspace","number");