CREATE TABLE "mail_allowances" (
	"mailbox_digest" "bytea" NOT NULL,
	"sends" "bytea" NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	CONSTRAINT "mail_allowances_pkey" PRIMARY KEY("mailbox_digest")
);
--> statement-breakpoint
CREATE INDEX "mail_allowances_last_index" ON "mail_allowances" USING btree ("last_at");