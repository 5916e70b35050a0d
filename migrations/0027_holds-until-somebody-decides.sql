ALTER TABLE "exclusions" ALTER COLUMN "made_by" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "exclusions" ADD COLUMN "reason" text;--> statement-breakpoint
ALTER TABLE "exclusions" ADD COLUMN "subject" "bytea";--> statement-breakpoint
ALTER TABLE "exclusions" ADD COLUMN "seen" jsonb;--> statement-breakpoint
CREATE UNIQUE INDEX "exclusions_subject_key" ON "exclusions" USING btree ("campaign_id","subject") WHERE "exclusions"."subject" is not null;--> statement-breakpoint
ALTER TABLE "exclusions" ADD CONSTRAINT "exclusions_reason_check" CHECK (("exclusions"."reason" is null) = ("exclusions"."subject" is null));--> statement-breakpoint
ALTER TABLE "exclusions" ADD CONSTRAINT "exclusions_made_by_check" CHECK ("exclusions"."made_by" is not null or "exclusions"."reason" is not null);