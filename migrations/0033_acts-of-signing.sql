CREATE TABLE "signings" (
	"campaign_id" integer NOT NULL,
	"email_digest" "bytea" NOT NULL,
	"address_digest" "bytea" NOT NULL,
	"signing_id" uuid NOT NULL,
	"sealed" "bytea",
	"signed_at" timestamp with time zone NOT NULL,
	CONSTRAINT "signings_pkey" PRIMARY KEY("campaign_id","email_digest","address_digest","signing_id")
);
--> statement-breakpoint
ALTER TABLE "chapter_requests" DROP CONSTRAINT "chapter_requests_person_key";--> statement-breakpoint
DELETE FROM "code_tries";--> statement-breakpoint
ALTER TABLE "code_tries" ADD COLUMN "receipt" uuid NOT NULL;--> statement-breakpoint
ALTER TABLE "pledges" ADD COLUMN "signing_id" uuid DEFAULT gen_random_uuid() NOT NULL;--> statement-breakpoint
ALTER TABLE "chapter_requests" ADD COLUMN "request_id" uuid DEFAULT gen_random_uuid() NOT NULL;--> statement-breakpoint
ALTER TABLE "chapter_requests" ALTER COLUMN "request_id" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "signings" ADD CONSTRAINT "signings_pledge_fkey" FOREIGN KEY ("campaign_id","email_digest","address_digest") REFERENCES "public"."pledges"("campaign_id","email_digest","address_digest") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "chapter_requests_person_key" ON "chapter_requests" USING btree ("campaign_id","campus_id","address_digest") WHERE "chapter_requests"."state" <> 'unconfirmed';--> statement-breakpoint
ALTER TABLE "pledges" DROP COLUMN "choices_hash";--> statement-breakpoint
ALTER TABLE "pledges" DROP COLUMN "code_nonce";--> statement-breakpoint
ALTER TABLE "code_tries" DROP CONSTRAINT "code_tries_pkey";
--> statement-breakpoint
ALTER TABLE "code_tries" ADD CONSTRAINT "code_tries_pkey" PRIMARY KEY("campaign_id","email_digest","address_digest","receipt");--> statement-breakpoint
ALTER TABLE "chapter_requests" ADD CONSTRAINT "chapter_requests_request_key" UNIQUE("request_id");