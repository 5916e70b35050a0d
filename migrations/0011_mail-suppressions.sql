CREATE TABLE "mail_suppressions" (
	"mailbox_digest" "bytea" NOT NULL,
	"reason" text NOT NULL,
	"since" timestamp with time zone NOT NULL,
	CONSTRAINT "mail_suppressions_pkey" PRIMARY KEY("mailbox_digest"),
	CONSTRAINT "mail_suppressions_reason_check" CHECK ("mail_suppressions"."reason" in ('bounced', 'complained', 'asked'))
);
--> statement-breakpoint
ALTER TABLE "letters" ADD COLUMN "mailbox_digest" "bytea";