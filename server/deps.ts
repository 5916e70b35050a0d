import { createPublicKey, type KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { type Captcha, openCaptcha } from './captcha/captcha.ts'
import { type Campaigns, openCampaigns } from './campaigns/campaign.ts'
import { type Campuses, openCampuses } from './campuses/campus.ts'
import { openSourceCounting, type SourceCounting } from './coalitions/source-counts.ts'
import type { Config } from './config.ts'
import { Batch } from './db/batch.ts'
import { type Db, inTransaction, openDb } from './db/db.ts'
import { type Listener, openListener } from './db/listen.ts'
import { openSlots, type Slots } from './exports/slots.ts'
import { type ArrivalsCounting, openArrivalsCounting } from './exclusions/arrivals.ts'
import { type MailExchanges, openMailExchanges } from './exclusions/mail-exchanges.ts'
import { openRushes, type Rushes } from './exclusions/rushes.ts'
import type { Keys } from './keys.ts'
import type { ContactKeys } from './keys/contact-keys.ts'
import { openKeysOf } from './keys/deployment-key.ts'
import { type AddressNames, openAddressNames } from './limits/address-names.ts'
import { RequestCounts } from './limits/counts.ts'
import { type Leaderboards, openLeaderboards } from './leaderboards/live.ts'
import type { Mail } from './mail/mail.ts'
import { mailboxMail } from './mail/mailbox.ts'
import { returnPaths as returnPathsAt, type ReturnPaths } from './mail/return-paths.ts'
import { openMail } from './mail/ways-out.ts'
import { sendgridLists, type SendgridLists } from './mail/sendgrid-lists.ts'
import { type CodeTry, judgeCodes, type RightCode } from './pledges/code-tries.ts'
import { type Confirmed, confirmPledges, type Confirming } from './pledges/confirming.ts'
import { type Signing, writeSignings } from './pledges/signing.ts'

/** Everything a verb may need, handed in: no globals, and time is one of them. */
export interface Deps {
  publicUrl: string
  mode: Config['mode']
  /** Days from a campaign's last closing until who signed is forgotten. */
  retentionDays: number
  db: Db
  keys: Keys
  /** Of which `keys` takes those that contacts wait under. */
  contactKeys: Pick<ContactKeys, 'ready' | 'areReady'>
  now: () => Date
  captcha: Captcha
  campaigns: Campaigns
  campuses: Campuses
  leaderboards: Leaderboards
  sourceCounting: SourceCounting
  arrivals: ArrivalsCounting
  mailExchanges: MailExchanges
  rushes: Rushes
  mail: Mail
  /** The only way out for campaigns of a made-up world. */
  demoMail: Mail
  mailboxFolder: string
  /** How it is heard what becomes of letters after they went. */
  backChannel: {
    /** Whose calls are believed to be SendGrid's. */
    sendgridKey: KeyObject | undefined
    returnPaths: ReturnPaths | undefined
    /** Where SendGrid is the way out: the addresses that it keeps. */
    sendgridLists: SendgridLists | undefined
  }
  /** How often addresses and campaigns were asked for things. */
  requestCounts: RequestCounts
  addressNames: AddressNames
  /** Each answered with its receipt. */
  signings: Batch<Signing, string>
  codeTries: Batch<CodeTry, RightCode>
  confirmations: Batch<Confirming, Confirmed>
  /** Places for exports under way. */
  exports: Slots
  close(): Promise<void>
}

interface Opening {
  config: Config
  databaseUrl: string
  now?: () => Date
}

export async function openDeps({ config, databaseUrl, now = () => new Date() }: Opening): Promise<Deps> {
  const db = openDb({ url: databaseUrl })
  const { keys, contactKeys } = await openAllKeys(db, config, now()).catch(async (error: unknown) => {
    await db.$client.end()
    throw error
  })
  const listener = openListener(databaseUrl)
  const mailboxFolder = join(config.dataDir, 'mailbox')
  const returnPaths = config.mail.bounceAddress ? returnPathsAt(keys, config.mail.bounceAddress) : undefined
  const mail = waysOut(config, mailboxFolder, returnPaths)
  const campuses = await openCampuses(db)
  listener.on('campuses', () => void campuses.reload().catch(() => {}))
  const rushes = openRushes({ db, now })
  const mailExchanges = openMailExchanges({ db, now, servers: config.dns })
  const leaderboards = openLeaderboards({ db, listener, now })
  const addressNames = openAddressNames(db, keys)
  const requestCounts = new RequestCounts({ db, now, before: addressNames.renew })
  return {
    publicUrl: config.publicUrl,
    mode: config.mode,
    retentionDays: config.retentionDays,
    db,
    keys,
    contactKeys,
    now,
    captcha: openCaptcha({ config: config.captcha, db, keys, addressNames, now }),
    campuses,
    campaigns: openCampaigns(db, keys, listener),
    leaderboards,
    sourceCounting: openSourceCounting(db, now),
    arrivals: openArrivalsCounting(db, now),
    mailExchanges,
    rushes,
    ...mail,
    mailboxFolder,
    backChannel: {
      sendgridKey: publicKey(config.mail.sendgridWebhookKey),
      returnPaths,
      sendgridLists: listsOf(config.mail),
    },
    requestCounts,
    addressNames,
    signings: new Batch({ write: writeSignings(db, keys) }),
    codeTries: new Batch({ write: inTransaction(db, judgeCodes(keys)) }),
    confirmations: new Batch({ write: inTransaction(db, confirmPledges(keys)) }),
    exports: openSlots(),
    close: () => closeAll({ db, listener, leaderboards, requestCounts, mailExchanges, rushes, ...mail }),
  }
}

async function openAllKeys(db: Db, config: Config, now: Date) {
  const opened = await openKeysOf(db, config)
  await opened.contactKeys.ready(now)
  return opened
}

function waysOut(
  { mode, mail }: Config,
  mailboxFolder: string,
  returnPaths: ReturnPaths | undefined,
): Pick<Deps, 'mail' | 'demoMail'> {
  const demoMail = mailboxMail({ folder: mailboxFolder, from: mail.from })
  const hasWayOut = mail.smtpUrl !== undefined || mail.sendgridApiKey !== undefined
  if (mode === 'local' && !hasWayOut) return { mail: demoMail, demoMail }
  const { from: mailFrom, ...ways } = mail
  return { mail: openMail({ mailFrom, returnPaths, ...ways }), demoMail }
}

function listsOf({
  sendgridApiKey: apiKey,
  sendgridBaseUrl: baseUrl,
}: Config['mail']): SendgridLists | undefined {
  return apiKey ? sendgridLists({ apiKey, baseUrl }) : undefined
}

function publicKey(base64: string | undefined): KeyObject | undefined {
  if (!base64) return undefined
  return createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' })
}

interface Opened extends Pick<
  Deps,
  'db' | 'leaderboards' | 'requestCounts' | 'mailExchanges' | 'rushes' | 'mail' | 'demoMail'
> {
  listener: Listener
}

async function closeAll({
  db,
  listener,
  leaderboards,
  requestCounts,
  mailExchanges,
  rushes,
  mail,
  demoMail,
}: Opened): Promise<void> {
  await Promise.all([requestCounts.close(), mailExchanges.close(), rushes.close()])
  await leaderboards.close()
  await listener.close()
  await Promise.all([mail.close(), demoMail.close()])
  await db.$client.end()
}
