ALTER TABLE "organizer_sessions" DROP CONSTRAINT "organizer_sessions_way_check";--> statement-breakpoint
ALTER TABLE "memberships" ADD COLUMN "owner_since" timestamp with time zone;--> statement-breakpoint
UPDATE "memberships" SET "owner_since" = "since" WHERE "role" = 'owner';--> statement-breakpoint
ALTER TABLE "passkeys" ADD COLUMN "counts_from" timestamp with time zone;--> statement-breakpoint
UPDATE "passkeys" SET "counts_from" = "added_at";--> statement-breakpoint
ALTER TABLE "passkeys" ALTER COLUMN "counts_from" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_owner_since_check" CHECK (("memberships"."role" = 'owner') = ("memberships"."owner_since" is not null));--> statement-breakpoint
ALTER TABLE "organizer_sessions" ADD CONSTRAINT "organizer_sessions_way_check" CHECK ("organizer_sessions"."way" in ('link', 'passkey', 'recovery-code', 'reset'));