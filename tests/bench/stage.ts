import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { createCampaign } from '../../server/campaigns/opening.ts'
import { type Environment, readConfig } from '../../server/config.ts'
import { prepareDatabase } from '../../server/database.ts'
import { embeddedPostgres } from '../../server/db/embedded.ts'
import { type Deps, openDeps } from '../../server/deps.ts'

/** What a bench plays on: a Postgres of its own, and a campaign for each server that writes. */
export interface Stage {
  settings: Environment
  /** The same keys and database as the servers have. */
  deps: Deps
  /** Some hundred domains of real campuses, and one of none. */
  mailDomains: string[]
  close(): Promise<void>
}

/** The campaign of each server, so that its rows can be told from the others' rows. */
export const slugs = { nothing: 'nothing', oneByOne: 'one-by-one', real: 'real' } as const

export async function openStage(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'estamos-bench-'))
  await chmod(folder, 0o755)
  const postgres = await embeddedPostgres(folder)
  await prepareDatabase(postgres.url)
  const settings = settingsFor(postgres.url, folder)
  const deps = await openDeps({ config: readConfig(settings), databaseUrl: postgres.url })
  for (const slug of Object.values(slugs)) await openCampaign(deps, slug)
  const close = async () => {
    await deps.close()
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
  return { settings, deps, mailDomains: await mailDomainsOf(deps), close }
}

/** As in production behind a proxy; nothing is mailed, since no worker runs. */
function settingsFor(databaseUrl: string, folder: string): Environment {
  return {
    MODE: 'production',
    ROLE: 'web',
    DATABASE_URL: databaseUrl,
    PUBLIC_URL: 'https://bench.example',
    SECRET_KEY: randomBytes(32).toString('base64'),
    MAIL_FROM: 'Bench <pledge@bench.example>',
    SMTP_URL: 'smtp://127.0.0.1:9?tls=none',
    // The load comes from one address, and to one campaign.
    LIMITS: '1000',
    CAPTCHA: 'none',
    CAPTCHA_NONE_IN_PRODUCTION: 'yes',
    TRUST_PROXY: '127.0.0.1',
    DATA_DIR: folder,
  }
}

async function openCampaign({ db, keys }: Deps, slug: string): Promise<void> {
  await createCampaign(db, keys, {
    slug,
    state: 'open',
    contactMode: 'contactable',
    organization: { slug: 'bench', name: 'Bench' },
    texts: [
      { locale: 'en', title: 'No tech for cages', body: 'I will not work for it.', reason: 'Because.' },
    ],
  })
}

async function mailDomainsOf({ db }: Deps): Promise<string[]> {
  const { rows } = await db.execute<{ domain: string }>(sql`
    select domain from campus_domains where system is null order by md5(domain) limit 300`)
  return [...rows.map(({ domain }) => domain), 'gmail.com']
}
