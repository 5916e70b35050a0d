ALTER TABLE "campaigns" ADD COLUMN "pace" text DEFAULT 'live' NOT NULL;--> statement-breakpoint
ALTER TABLE "leaderboards" ADD COLUMN "stepped_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_pace_check" CHECK ("campaigns"."pace" in ('live', 'steps'));