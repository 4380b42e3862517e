DROP INDEX "hub"."inbox_age";--> statement-breakpoint
DROP INDEX "hub"."jobs_newest";--> statement-breakpoint
DROP INDEX "hub"."jobs_finished";--> statement-breakpoint
DROP INDEX "hub"."outbox_newest";--> statement-breakpoint
DROP INDEX "hub"."outbox_finished";--> statement-breakpoint
DROP INDEX "hub"."jobs_origin";--> statement-breakpoint
DROP INDEX "hub"."jobs_list";--> statement-breakpoint
DROP INDEX "hub"."jobs_state";--> statement-breakpoint
DROP INDEX "hub"."outbox_attention";--> statement-breakpoint
DROP INDEX "hub"."outbox_list";--> statement-breakpoint
CREATE INDEX "jobs_origin" ON "hub"."jobs" USING btree ("origin") WHERE id <> origin;--> statement-breakpoint
CREATE INDEX "jobs_list" ON "hub"."jobs" USING btree ("workspace","id");--> statement-breakpoint
CREATE INDEX "jobs_state" ON "hub"."jobs" USING btree ("state","id") WHERE state in ('dead', 'cancelled');--> statement-breakpoint
CREATE INDEX "outbox_attention" ON "hub"."outbox" USING btree ("state","id") WHERE state in ('held', 'dead');--> statement-breakpoint
CREATE INDEX "outbox_list" ON "hub"."outbox" USING btree ("workspace","id");