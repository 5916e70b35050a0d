CREATE TABLE "mail_refusals" (
	"domain_digest" "bytea" NOT NULL,
	"domain" text,
	"mailboxes" "bytea"[] NOT NULL,
	"refusals" integer NOT NULL,
	"first_at" timestamp with time zone NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	"verdict" text NOT NULL,
	"reply" text NOT NULL,
	CONSTRAINT "mail_refusals_pkey" PRIMARY KEY("domain_digest"),
	CONSTRAINT "mail_refusals_verdict_check" CHECK ("mail_refusals"."verdict" in ('refuses-us', 'unknown'))
);
--> statement-breakpoint
ALTER TABLE "letters" ADD COLUMN "verdict" text;--> statement-breakpoint
ALTER TABLE "mail_suppressions" ADD COLUMN "domain_digest" "bytea";--> statement-breakpoint
CREATE INDEX "mail_suppressions_domain_index" ON "mail_suppressions" USING btree ("domain_digest") WHERE reason = 'bounced';--> statement-breakpoint
ALTER TABLE "letters" DROP COLUMN "blames_address";--> statement-breakpoint
ALTER TABLE "letters" ADD CONSTRAINT "letters_verdict_check" CHECK ("letters"."verdict" in ('no-such-mailbox', 'mailbox-full-or-temporary', 'refuses-us', 'unknown'));