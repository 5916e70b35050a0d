CREATE TABLE "daily_names" (
	"campaign_id" integer NOT NULL,
	"campus_id" integer NOT NULL,
	"day" date NOT NULL,
	"last_listed_on" date NOT NULL,
	"last_mark" integer NOT NULL,
	CONSTRAINT "daily_names_pkey" PRIMARY KEY("campaign_id","campus_id")
);
--> statement-breakpoint
DROP INDEX "pledges_names_index";--> statement-breakpoint
ALTER TABLE "pledges" ADD COLUMN "listed_on" date;--> statement-breakpoint
ALTER TABLE "pledges" ADD COLUMN "name_hidden" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "daily_names" ADD CONSTRAINT "daily_names_campaign_fkey" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "pledges_names_index" ON "pledges" USING btree ("campaign_id","campus_id","listed_on") WHERE "pledges"."display_name" is not null;--> statement-breakpoint
ALTER TABLE "pledges" ADD CONSTRAINT "pledges_name_hidden_check" CHECK (not "pledges"."name_hidden" or "pledges"."display_name" is null);--> statement-breakpoint
-- The rule of before showed more than first name and initial, and what it cut off is gone: those signers list themselves again.
UPDATE "pledges" SET "display_name" = NULL, "lists_name" = false WHERE "display_name" IS NOT NULL;
