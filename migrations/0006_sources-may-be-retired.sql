ALTER TABLE "chapter_requests" DROP CONSTRAINT "chapter_requests_state_check";--> statement-breakpoint
ALTER TABLE "sources" ADD COLUMN "retired_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "chapter_requests" ADD CONSTRAINT "chapter_requests_state_check" CHECK ("chapter_requests"."state" in ('unconfirmed', 'asked', 'approved', 'declined'));