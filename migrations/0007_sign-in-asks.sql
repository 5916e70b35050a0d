CREATE TABLE "sign_in_asks" (
	"digest" "bytea" NOT NULL,
	"asks" integer NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "sign_in_asks_pkey" PRIMARY KEY("digest")
);
