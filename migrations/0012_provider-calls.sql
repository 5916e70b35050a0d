CREATE TABLE "provider_calls" (
	"digest" "bytea" NOT NULL,
	"called_at" timestamp with time zone NOT NULL,
	CONSTRAINT "provider_calls_pkey" PRIMARY KEY("digest")
);
