CREATE TABLE "address_keys" (
	"hour" timestamp with time zone NOT NULL,
	"key" "bytea" NOT NULL,
	CONSTRAINT "address_keys_pkey" PRIMARY KEY("hour"),
	CONSTRAINT "address_keys_length_check" CHECK (octet_length("address_keys"."key") = 32)
);
--> statement-breakpoint
CREATE TABLE "captcha_counts" (
	"digest" "bytea" NOT NULL,
	"minute" timestamp with time zone NOT NULL,
	"seen" integer NOT NULL,
	CONSTRAINT "captcha_counts_pkey" PRIMARY KEY("digest","minute"),
	CONSTRAINT "captcha_counts_seen_check" CHECK ("captcha_counts"."seen" > 0)
);
--> statement-breakpoint
CREATE TABLE "captcha_spent" (
	"digest" "bytea" NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "captcha_spent_pkey" PRIMARY KEY("digest")
);
--> statement-breakpoint
ALTER TABLE "switches" DROP CONSTRAINT "switches_name_check";--> statement-breakpoint
CREATE INDEX "captcha_counts_minute_index" ON "captcha_counts" USING btree ("minute");--> statement-breakpoint
CREATE INDEX "captcha_spent_expiry_index" ON "captcha_spent" USING btree ("expires_at");--> statement-breakpoint
ALTER TABLE "switches" ADD CONSTRAINT "switches_name_check" CHECK ("switches"."name" in ('closed-signing', 'paused-mail', 'frozen-leaderboard', 'raised-captcha'));