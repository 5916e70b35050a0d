/** `npm run mail:check`: says what keeps letters from arriving, by looking at settings, DNS and the way out. */
import { isIP } from 'node:net'
import { Resolver } from 'node:dns/promises'
import { parseArgs } from 'node:util'
import { readMailConfig, StartRefused, type MailConfig } from './config.ts'
import { checkMail } from './mail/checking/check.ts'
import { isBearable } from './mail/checking/finding.ts'
import { reportOf } from './mail/checking/report.ts'
import { readSender } from './mail/message.ts'
import { openMail } from './mail/ways-out.ts'

const USAGE = `npm run mail:check
npm run mail:check -- --selector NAME        the key that letters are signed with, where it is not DKIM_SELECTOR; several, where there are several
npm run mail:check -- --dkim-domain NAME     the domain that signs, where it is neither DKIM_DOMAIN nor that of MAIL_FROM
npm run mail:check -- --dns 1.1.1.1          asks this DNS server, not the machine's own
npm run mail:check -- --json

Ends with 0 where nothing is wrong, 1 where something is or could not be looked at, 2 where the settings cannot be used.`

interface Wish {
  selectors: string[]
  dkimDomain: string | undefined
  dns: string | undefined
  isJson: boolean
}

async function main(): Promise<void> {
  const { selectors, dkimDomain, dns, isJson } = readArguments()
  const config = readMailConfig()
  await tryOpening(config.mail)
  const check = await checkMail({ config, resolver: resolverAt(dns), selectors, dkimDomain })
  process.stdout.write(isJson ? `${JSON.stringify(check, null, 2)}\n` : reportOf(check))
  const isFine = check.groups.every(({ findings }) => findings.every(isBearable))
  process.exit(isFine ? 0 : 1)
}

/** What the server would not start on, in the same sentences: they name settings, and repeat none of them. */
async function tryOpening({ from, ...ways }: MailConfig['mail']): Promise<void> {
  try {
    readSender(from)
    if (ways.smtpUrl || ways.sendgridApiKey) await openMail({ mailFrom: from, ...ways }).close()
  } catch (error) {
    throw new StartRefused((error as Error).message)
  }
}

function resolverAt(server: string | undefined): Resolver {
  const resolver = new Resolver({ timeout: 3_000, tries: 2, maxTimeout: 3_000 })
  if (server !== undefined) resolver.setServers([server])
  return resolver
}

function readArguments(): Wish {
  const options = {
    selector: { type: 'string', multiple: true },
    'dkim-domain': { type: 'string' },
    dns: { type: 'string' },
    json: { type: 'boolean' },
  } as const
  try {
    const { values } = parseArgs({ options })
    const { selector: selectors = [], 'dkim-domain': dkimDomain, dns, json: isJson = false } = values
    const names = [...selectors, ...(dkimDomain === undefined ? [] : [dkimDomain])]
    if (names.every(isName) && (dns === undefined || isServer(dns)))
      return { selectors, dkimDomain, dns, isJson }
  } catch {
    // An option that there is not: the usage says which there are.
  }
  throw new StartRefused(USAGE)
}

function isName(text: string): boolean {
  return /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/i.test(text)
}

/** `1.1.1.1`, `127.0.0.1:5353`, `2606:4700:4700::1111` or `[::1]:5353`. */
function isServer(text: string): boolean {
  const bare = text.replace(/^\[(.*)\](:\d{1,5})?$/, '$1').replace(/^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/, '$1')
  return isIP(bare) > 0
}

function refuse(error: unknown): never {
  if (!(error instanceof StartRefused)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exit(2)
}

await main().catch(refuse)
