CREATE TABLE "invitations" (
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "invitations_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"organization_id" integer NOT NULL,
	"email_digest" "bytea" NOT NULL,
	"contact" "bytea" NOT NULL,
	"role" text NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"invited_by" integer,
	"invited_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "invitations_pkey" PRIMARY KEY("id"),
	CONSTRAINT "invitations_token_hash_key" UNIQUE("token_hash"),
	CONSTRAINT "invitations_email_key" UNIQUE("organization_id","email_digest"),
	CONSTRAINT "invitations_role_check" CHECK ("invitations"."role" in ('owner', 'editor', 'viewer'))
);
--> statement-breakpoint
CREATE TABLE "memberships" (
	"organization_id" integer NOT NULL,
	"organizer_id" integer NOT NULL,
	"role" text NOT NULL,
	"since" timestamp with time zone NOT NULL,
	CONSTRAINT "memberships_pkey" PRIMARY KEY("organization_id","organizer_id"),
	CONSTRAINT "memberships_role_check" CHECK ("memberships"."role" in ('owner', 'editor', 'viewer'))
);
--> statement-breakpoint
CREATE TABLE "campaign_clauses" (
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "campaign_clauses_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"campaign_id" integer NOT NULL,
	"position" integer NOT NULL,
	"words" jsonb NOT NULL,
	"retired_at" timestamp with time zone,
	CONSTRAINT "campaign_clauses_pkey" PRIMARY KEY("id")
);
--> statement-breakpoint
CREATE TABLE "campaign_logos" (
	"campaign_id" integer NOT NULL,
	"type" text NOT NULL,
	"bytes" "bytea" NOT NULL,
	"hash" "bytea" NOT NULL,
	CONSTRAINT "campaign_logos_pkey" PRIMARY KEY("campaign_id"),
	CONSTRAINT "campaign_logos_type_check" CHECK ("campaign_logos"."type" in ('image/png', 'image/jpeg', 'image/webp'))
);
--> statement-breakpoint
CREATE TABLE "campaign_questions" (
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "campaign_questions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"campaign_id" integer NOT NULL,
	"position" integer NOT NULL,
	"words" jsonb NOT NULL,
	"options" jsonb NOT NULL,
	"retired_at" timestamp with time zone,
	CONSTRAINT "campaign_questions_pkey" PRIMARY KEY("id")
);
--> statement-breakpoint
CREATE TABLE "campaign_targets" (
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "campaign_targets_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"campaign_id" integer NOT NULL,
	"position" integer NOT NULL,
	"name" text NOT NULL,
	"reason" jsonb NOT NULL,
	"source_url" text NOT NULL,
	CONSTRAINT "campaign_targets_pkey" PRIMARY KEY("id")
);
--> statement-breakpoint
CREATE TABLE "answer_tallies" (
	"question_id" integer NOT NULL,
	"option" integer NOT NULL,
	"confirmed" integer NOT NULL,
	CONSTRAINT "answer_tallies_pkey" PRIMARY KEY("question_id","option"),
	CONSTRAINT "answer_tallies_confirmed_check" CHECK ("answer_tallies"."confirmed" > 0)
);
--> statement-breakpoint
CREATE TABLE "organizer_sessions" (
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "organizer_sessions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"token_hash" "bytea" NOT NULL,
	"organizer_id" integer NOT NULL,
	"way" text NOT NULL,
	"device" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone NOT NULL,
	"passkey_at" timestamp with time zone,
	CONSTRAINT "organizer_sessions_pkey" PRIMARY KEY("id"),
	CONSTRAINT "organizer_sessions_token_hash_key" UNIQUE("token_hash"),
	CONSTRAINT "organizer_sessions_way_check" CHECK ("organizer_sessions"."way" in ('link', 'passkey', 'recovery-code'))
);
--> statement-breakpoint
CREATE TABLE "organizers" (
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "organizers_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"email_digest" "bytea" NOT NULL,
	"contact" "bytea" NOT NULL,
	"joined_at" timestamp with time zone NOT NULL,
	CONSTRAINT "organizers_pkey" PRIMARY KEY("id"),
	CONSTRAINT "organizers_email_digest_key" UNIQUE("email_digest")
);
--> statement-breakpoint
CREATE TABLE "passkey_challenges" (
	"challenge" text NOT NULL,
	"purpose" text NOT NULL,
	"browser_hash" "bytea" NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "passkey_challenges_pkey" PRIMARY KEY("challenge"),
	CONSTRAINT "passkey_challenges_purpose_check" CHECK ("passkey_challenges"."purpose" in ('sign-in', 'add', 'confirm'))
);
--> statement-breakpoint
CREATE TABLE "passkey_resets" (
	"organizer_id" integer NOT NULL,
	"asked_at" timestamp with time zone NOT NULL,
	"takes_effect_at" timestamp with time zone NOT NULL,
	"approved_by" integer,
	CONSTRAINT "passkey_resets_pkey" PRIMARY KEY("organizer_id")
);
--> statement-breakpoint
CREATE TABLE "passkeys" (
	"credential_id" text NOT NULL,
	"organizer_id" integer NOT NULL,
	"public_key" "bytea" NOT NULL,
	"counter" bigint NOT NULL,
	"transports" text[] DEFAULT '{}' NOT NULL,
	"is_backed_up" boolean NOT NULL,
	"name" text NOT NULL,
	"added_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	CONSTRAINT "passkeys_pkey" PRIMARY KEY("credential_id")
);
--> statement-breakpoint
CREATE TABLE "recovery_codes" (
	"code_hash" "bytea" NOT NULL,
	"organizer_id" integer NOT NULL,
	"made_at" timestamp with time zone NOT NULL,
	CONSTRAINT "recovery_codes_pkey" PRIMARY KEY("code_hash")
);
--> statement-breakpoint
CREATE TABLE "sign_in_links" (
	"token_hash" "bytea" NOT NULL,
	"organizer_id" integer NOT NULL,
	"browser_hash" "bytea" NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "sign_in_links_pkey" PRIMARY KEY("token_hash")
);
--> statement-breakpoint
CREATE TABLE "campaign_partners" (
	"campaign_id" integer NOT NULL,
	"organization_id" integer NOT NULL,
	"joined_at" timestamp with time zone NOT NULL,
	CONSTRAINT "campaign_partners_pkey" PRIMARY KEY("campaign_id","organization_id")
);
--> statement-breakpoint
CREATE TABLE "chapter_requests" (
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "chapter_requests_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"campaign_id" integer NOT NULL,
	"campus_id" integer NOT NULL,
	"address_digest" "bytea" NOT NULL,
	"contact" "bytea",
	"state" text NOT NULL,
	"asked_at" timestamp with time zone NOT NULL,
	"decided_at" timestamp with time zone,
	CONSTRAINT "chapter_requests_pkey" PRIMARY KEY("id"),
	CONSTRAINT "chapter_requests_person_key" UNIQUE("campaign_id","campus_id","address_digest"),
	CONSTRAINT "chapter_requests_state_check" CHECK ("chapter_requests"."state" in ('asked', 'approved', 'declined'))
);
--> statement-breakpoint
CREATE TABLE "partner_invitations" (
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "partner_invitations_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"campaign_id" integer NOT NULL,
	"organization_name" text NOT NULL,
	"email_digest" "bytea" NOT NULL,
	"contact" "bytea" NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"invited_by" integer NOT NULL,
	"invited_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "partner_invitations_pkey" PRIMARY KEY("id"),
	CONSTRAINT "partner_invitations_token_hash_key" UNIQUE("token_hash"),
	CONSTRAINT "partner_invitations_email_key" UNIQUE("campaign_id","email_digest")
);
--> statement-breakpoint
CREATE TABLE "sources" (
	"campaign_id" integer NOT NULL,
	"code" text NOT NULL,
	"organization_id" integer NOT NULL,
	"name" text NOT NULL,
	"registered_at" timestamp with time zone NOT NULL,
	CONSTRAINT "sources_pkey" PRIMARY KEY("campaign_id","code"),
	CONSTRAINT "sources_code_check" CHECK ("sources"."code" ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length("sources"."code") <= 40)
);
--> statement-breakpoint
CREATE TABLE "exclusions" (
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "exclusions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"campaign_id" integer NOT NULL,
	"rule" jsonb NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"state" text NOT NULL,
	"found" integer NOT NULL,
	"moved" integer DEFAULT 0 NOT NULL,
	"made_by" integer NOT NULL,
	"made_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "exclusions_pkey" PRIMARY KEY("id"),
	CONSTRAINT "exclusions_state_check" CHECK ("exclusions"."state" in ('applying', 'applied', 'undoing', 'undone'))
);
--> statement-breakpoint
CREATE TABLE "mail_domains" (
	"campaign_id" integer NOT NULL,
	"domain_digest" "bytea" NOT NULL,
	"domain" text NOT NULL,
	CONSTRAINT "mail_domains_pkey" PRIMARY KEY("campaign_id","domain_digest")
);
--> statement-breakpoint
CREATE TABLE "offline_counts" (
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "offline_counts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"campaign_id" integer NOT NULL,
	"campus_id" integer NOT NULL,
	"count" integer NOT NULL,
	"note" text NOT NULL,
	"entered_by" integer NOT NULL,
	"entered_at" timestamp with time zone NOT NULL,
	CONSTRAINT "offline_counts_pkey" PRIMARY KEY("id"),
	CONSTRAINT "offline_counts_count_check" CHECK ("offline_counts"."count" > 0)
);
--> statement-breakpoint
CREATE TABLE "audit_log" (
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "audit_log_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp with time zone NOT NULL,
	"organization_id" integer,
	"campaign_id" integer,
	"organizer_id" integer,
	"session_id" integer,
	"action" text NOT NULL,
	"details" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "audit_log_pkey" PRIMARY KEY("id")
);
--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "revision" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "pledges" ADD COLUMN "clauses" integer[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "pledges" ADD COLUMN "signals" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "pledges" ADD COLUMN "exclusion_id" integer;--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_organization_fkey" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_organization_fkey" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_organizer_fkey" FOREIGN KEY ("organizer_id") REFERENCES "public"."organizers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_clauses" ADD CONSTRAINT "campaign_clauses_campaign_fkey" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_logos" ADD CONSTRAINT "campaign_logos_campaign_fkey" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_questions" ADD CONSTRAINT "campaign_questions_campaign_fkey" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_targets" ADD CONSTRAINT "campaign_targets_campaign_fkey" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "answer_tallies" ADD CONSTRAINT "answer_tallies_question_fkey" FOREIGN KEY ("question_id") REFERENCES "public"."campaign_questions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organizer_sessions" ADD CONSTRAINT "organizer_sessions_organizer_fkey" FOREIGN KEY ("organizer_id") REFERENCES "public"."organizers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "passkey_resets" ADD CONSTRAINT "passkey_resets_organizer_fkey" FOREIGN KEY ("organizer_id") REFERENCES "public"."organizers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "passkeys" ADD CONSTRAINT "passkeys_organizer_fkey" FOREIGN KEY ("organizer_id") REFERENCES "public"."organizers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recovery_codes" ADD CONSTRAINT "recovery_codes_organizer_fkey" FOREIGN KEY ("organizer_id") REFERENCES "public"."organizers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sign_in_links" ADD CONSTRAINT "sign_in_links_organizer_fkey" FOREIGN KEY ("organizer_id") REFERENCES "public"."organizers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_partners" ADD CONSTRAINT "campaign_partners_campaign_fkey" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_partners" ADD CONSTRAINT "campaign_partners_organization_fkey" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "chapter_requests" ADD CONSTRAINT "chapter_requests_campaign_fkey" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "chapter_requests" ADD CONSTRAINT "chapter_requests_campus_fkey" FOREIGN KEY ("campus_id") REFERENCES "public"."campuses"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "partner_invitations" ADD CONSTRAINT "partner_invitations_campaign_fkey" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sources" ADD CONSTRAINT "sources_campaign_fkey" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sources" ADD CONSTRAINT "sources_organization_fkey" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "exclusions" ADD CONSTRAINT "exclusions_campaign_fkey" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mail_domains" ADD CONSTRAINT "mail_domains_campaign_fkey" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "offline_counts" ADD CONSTRAINT "offline_counts_campaign_fkey" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "memberships_organizer_index" ON "memberships" USING btree ("organizer_id");--> statement-breakpoint
CREATE INDEX "campaign_clauses_campaign_index" ON "campaign_clauses" USING btree ("campaign_id");--> statement-breakpoint
CREATE INDEX "campaign_questions_campaign_index" ON "campaign_questions" USING btree ("campaign_id");--> statement-breakpoint
CREATE INDEX "campaign_targets_campaign_index" ON "campaign_targets" USING btree ("campaign_id");--> statement-breakpoint
CREATE INDEX "organizer_sessions_organizer_index" ON "organizer_sessions" USING btree ("organizer_id");--> statement-breakpoint
CREATE INDEX "passkeys_organizer_index" ON "passkeys" USING btree ("organizer_id");--> statement-breakpoint
CREATE INDEX "recovery_codes_organizer_index" ON "recovery_codes" USING btree ("organizer_id");--> statement-breakpoint
CREATE INDEX "campaign_partners_organization_index" ON "campaign_partners" USING btree ("organization_id");--> statement-breakpoint
CREATE INDEX "sources_organization_index" ON "sources" USING btree ("organization_id");--> statement-breakpoint
CREATE INDEX "exclusions_campaign_index" ON "exclusions" USING btree ("campaign_id","id");--> statement-breakpoint
CREATE INDEX "offline_counts_campaign_index" ON "offline_counts" USING btree ("campaign_id");--> statement-breakpoint
CREATE INDEX "audit_log_organization_index" ON "audit_log" USING btree ("organization_id","id");--> statement-breakpoint
CREATE INDEX "audit_log_campaign_index" ON "audit_log" USING btree ("campaign_id","id");--> statement-breakpoint
CREATE INDEX "pledges_exclusion_index" ON "pledges" USING btree ("exclusion_id") WHERE "pledges"."exclusion_id" is not null;--> statement-breakpoint
ALTER TABLE "pledges" ADD CONSTRAINT "pledges_exclusion_check" CHECK ("pledges"."state" <> 'excluded' or "pledges"."exclusion_id" is not null);