DROP INDEX "hub"."outbox_card";--> statement-breakpoint
CREATE INDEX "outbox_card" ON "hub"."outbox" USING btree ("workspace","lane") WHERE message ? 'card';