CREATE TABLE "organization_keys" (
	"organization_id" integer NOT NULL,
	"fingerprint" "bytea" NOT NULL,
	"public_key" "bytea" NOT NULL,
	"wrapped_key" "bytea" NOT NULL,
	"replaces" "bytea",
	"asked_by" integer NOT NULL,
	"asked_at" timestamp with time zone NOT NULL,
	"takes_effect_at" timestamp with time zone NOT NULL,
	"approved_by" integer,
	CONSTRAINT "organization_keys_pkey" PRIMARY KEY("organization_id","fingerprint"),
	CONSTRAINT "organization_keys_replaces_key" UNIQUE NULLS NOT DISTINCT("organization_id","replaces"),
	CONSTRAINT "organization_keys_public_key_check" CHECK (octet_length("organization_keys"."public_key") = 32),
	CONSTRAINT "organization_keys_fingerprint_check" CHECK ("organization_keys"."fingerprint" = sha256("organization_keys"."public_key"))
);
--> statement-breakpoint
CREATE TABLE "sealed_contacts" (
	"campaign_id" integer NOT NULL,
	"email_digest" "bytea" NOT NULL,
	"address_digest" "bytea" NOT NULL,
	"organization_id" integer NOT NULL,
	"fingerprint" "bytea" NOT NULL,
	"box" "bytea" NOT NULL,
	"day" date NOT NULL,
	"is_taken" boolean DEFAULT false NOT NULL,
	CONSTRAINT "sealed_contacts_pkey" PRIMARY KEY("campaign_id","email_digest","address_digest","organization_id")
);
--> statement-breakpoint
ALTER TABLE "organization_keys" ADD CONSTRAINT "organization_keys_organization_fkey" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organization_keys" ADD CONSTRAINT "organization_keys_replaces_fkey" FOREIGN KEY ("organization_id","replaces") REFERENCES "public"."organization_keys"("organization_id","fingerprint") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sealed_contacts" ADD CONSTRAINT "sealed_contacts_pledge_fkey" FOREIGN KEY ("campaign_id","email_digest","address_digest") REFERENCES "public"."pledges"("campaign_id","email_digest","address_digest") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sealed_contacts" ADD CONSTRAINT "sealed_contacts_key_fkey" FOREIGN KEY ("organization_id","fingerprint") REFERENCES "public"."organization_keys"("organization_id","fingerprint") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "sealed_contacts_organization_index" ON "sealed_contacts" USING btree ("organization_id","campaign_id");