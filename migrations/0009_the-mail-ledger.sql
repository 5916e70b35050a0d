CREATE TABLE "letters" (
	"id" uuid NOT NULL,
	"template" text NOT NULL,
	"locale" text NOT NULL,
	"campaign_id" integer,
	"email_digest" "bytea",
	"address_digest" "bytea",
	"about" jsonb,
	"sealed" "bytea",
	"state" text NOT NULL,
	"asked_at" timestamp with time zone NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"attempts" smallint DEFAULT 0 NOT NULL,
	"claimed_by" integer,
	"settled_at" timestamp with time zone,
	"failure" text,
	CONSTRAINT "letters_pkey" PRIMARY KEY("id"),
	CONSTRAINT "letters_state_check" CHECK ("letters"."state" in ('queued', 'claimed', 'sent', 'delivered', 'bounced', 'spam-reported', 'refused')),
	CONSTRAINT "letters_claimed_check" CHECK (("letters"."state" = 'claimed') = ("letters"."claimed_by" is not null)),
	CONSTRAINT "letters_pledge_check" CHECK (("letters"."email_digest" is null) = ("letters"."address_digest" is null))
);
--> statement-breakpoint
ALTER TABLE "mail_tallies" DROP CONSTRAINT "mail_tallies_sent_check";--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "mail_names_campaign" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "mail_tallies" ADD COLUMN "delivered" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "mail_tallies" ADD COLUMN "spam_reported" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "letters_due_index" ON "letters" USING btree ("due_at") WHERE state = 'queued';--> statement-breakpoint
CREATE INDEX "letters_claimed_index" ON "letters" USING btree ("claimed_by") WHERE state = 'claimed';--> statement-breakpoint
CREATE INDEX "letters_refused_index" ON "letters" USING btree ("campaign_id","settled_at") WHERE state = 'refused';--> statement-breakpoint
ALTER TABLE "mail_tallies" ADD CONSTRAINT "mail_tallies_sent_check" CHECK ("mail_tallies"."sent" >= 0 and "mail_tallies"."delivered" >= 0 and "mail_tallies"."bounced" >= 0 and "mail_tallies"."spam_reported" >= 0);