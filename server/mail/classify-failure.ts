/** What a failed email says about its mailbox, and about us. */
export type FailureVerdict =
  /** The mailbox or its domain does not exist: the next email would fail too. */
  | 'no-such-mailbox'
  /** The mailbox is full, or its server is busy. */
  | 'mailbox-full-or-temporary'
  /** The server holds something against us or the email: policy, blocklist, SPF, reputation, content, rate. */
  | 'refuses-us'
  | 'unknown'

export interface FailureReport {
  /** The mailbox's own server in the SMTP dialogue, a notification that came by email, or the mail provider. */
  speaker: 'smtp' | 'notification' | 'provider'
  /** The SMTP reply code, where it stands apart from the text. */
  code?: number | undefined
  /** The enhanced status code (RFC 3463), where it stands apart from the text. */
  status?: string | undefined
  /** The reply or diagnostic, as it was received. */
  text?: string | undefined
}

/**
 * Judges a failure. Words that blame us win over any status, and words decide where the status is vague: only a report
 * that says "no such user", and nothing against us, is `no-such-mailbox`.
 */
export function classifyFailure({ speaker, code, status = '', text = '' }: FailureReport): FailureVerdict {
  const excerpt = text.slice(0, LONGEST_TEXT)
  const statuses = statusesIn(status, excerpt)
  const main = statuses.find((one) => !isVague(one)) ?? statuses[0] ?? ''
  const words = excerpt.replace(ADDRESS, ' ')
  if (main.startsWith('4') || isTransient(code ?? codeIn(excerpt))) return 'mailbox-full-or-temporary'
  // Exchange Online answers so for a recipient that its directory does not have.
  if (main === '5.4.1' && EDGE_BLOCK.test(words)) return 'no-such-mailbox'
  if (blamesUs(words)) return 'refuses-us'
  if (FULL_STATUSES.has(main) || FULL.test(words)) return 'mailbox-full-or-temporary'
  const saysNobody = saysNoSuchMailbox(words) || (speaker === 'provider' && PROVIDER_INVALID.test(words))
  if (statuses.some((one) => POLICY_STATUS.test(one))) return saysNobody ? 'unknown' : 'refuses-us'
  return saysNobody || NO_MAILBOX_STATUSES.has(main) ? 'no-such-mailbox' : 'unknown'
}

const LONGEST_TEXT = 4_000

/** An address may hold any word, such as `policy@…`. */
const ADDRESS = /[^\s<>()"',;:[\]]+@[a-z0-9.-]+/gi

/** `550 5.1.1` and `#5.1.1`; the second number goes to 7. House numbers and dates have no reply code before them. */
const STATUS_IN_TEXT = /(?:\b[245]\d\d[ -]\s*|#)([245]\.[0-7]\.\d{1,3})(?![\d.]*\d)/g

function statusesIn(status: string, text: string): string[] {
  const field = /^[245]\.[0-7]\.\d{1,3}$/.exec(status.trim())
  return [...(field ?? []), ...Array.from(text.matchAll(STATUS_IN_TEXT), ([, found = '']) => found)]
}

/** "Other" of its subject. */
function isVague(status: string): boolean {
  return status.endsWith('.0')
}

function codeIn(text: string): number {
  return Number(/^(?:[\w-]+; *)?([245]\d\d)[ -]/.exec(text.trim())?.[1] ?? 0)
}

function isTransient(code: number): boolean {
  return code >= 400 && code < 500
}

const EDGE_BLOCK = /recipient address rejected: access denied/i

const BLOCKLISTS =
  /spamhaus|spamcop|sorbs\.|uceprotect|barracuda ?central|barracuda reputation|proofpoint\.com\/\?ip|\brbl|dnsbl/i

const AGAINST_US = new RegExp(
  [
    'sender|\\bclient\\b|your (ip|host|server|domain|mail server)|mail from|helo\\b|ehlo|reverse dns|\\bptr\\b|call(back|out)|verification failed',
    'prohibit|denied|forbidden|banned|not permitted|authori[sz]|authenticat|permission|polic(y|ies)|restrict|violat',
    "relay(ing)? not|unable to relay|(cannot|can't|not|no) relay",
    'block(ed|ing|list)|block list|black ?list|deny ?list|(?<!not )listed (in|on|at|by)\\b',
    'spam|\\bjunk|virus|malware|phish|unsolicited|\\bcontent|reputation|abus(e|ive)|suspicious|\\bspf\\b|\\bdkim|dmarc|spoof',
    'too (many|fast|much|high)|rate limit|throttl|daily limit|excessive',
  ].join('|'),
  'i',
)

/** Without URLs and names of hosts, which may hold any word too. */
function blamesUs(words: string): boolean {
  const prose = words.replace(/https?:\/\/\S+/gi, ' ').replace(/\b[a-z0-9_-]+(\.[a-z0-9_-]+){2,}/gi, ' ')
  return BLOCKLISTS.test(words) || AGAINST_US.test(prose)
}

const POLICY_STATUS = /^5\.([67]\.\d+|1\.[78])$/

const FULL_STATUSES: ReadonlySet<string> = new Set(['5.2.2', '5.3.1', '5.3.2', '5.4.7'])

const FULL =
  /over ?quota|quota (is )?(exceeded|full)|exceed\w* .{0,20}(quota|storage|size)|(mailbox|inbox|account|user|folder|storage|disk) (is )?(currently )?(over)?full|insufficient (system )?(storage|disk|resources)|not enough (storage|space)|try (again )?later|temporar|gr[ea]ylist|(message|delivery|retry|queue) .{0,15}(expired|timeout|exceeded)|timed out|too busy|at a rate that/i

/** Of the address: unknown, of its domain: unknown, bad syntax, moved; null MX; its domain has no host. */
const NO_MAILBOX_STATUSES: ReadonlySet<string> = new Set([
  '5.1.1',
  '5.1.2',
  '5.1.3',
  '5.1.6',
  '5.1.10',
  '5.4.4',
])

const RECIPIENT =
  '(users?|user ?ids?|recipients?|mail ?box(es)?|accounts?|address(ee)?(es)?|alias|local ?part|customer|person|domain|host|usuario|destinatario|buz[oó]n|cuenta|direcci[oó]n|destinataire|utilisateur|adresse|empf[aä]nger|benutzer|adressat|postfach)'
const GONE =
  "(unknown|not (be )?(found|known|exist)|invalid|in-?existent|non-?exist(e|a)nt|disabled|deactivated|inactive|discontinued|closed|terminated|does not exist|do(es)?n[’']?t exist|could(n[’']?t| not) be found|no longer (exists|valid|available|active|in use|accepts)|desconocid[oa]|inexistente|no existe|no encontrad[oa]|inconnue?|n[’']existe pas|unbekannt|existiert nicht)"

const NOBODY = [
  `no such ((e-?mail|virtual|local) )?(mail ?drop|${RECIPIENT})`,
  `${RECIPIENT}( e-?mail)?( address| name)? *:? *((is|are|was|has been|name) )?${GONE}`,
  `(unknown|invalid|non-?exist(e|a)nt|bad|illegal|undefined|inactive)( (or|and) \\w+)?( (local|virtual|destination|e-?mail))?[ -](mail ?box|${RECIPIENT})`,
  `(account|mailbox|user|recipient|address|usuario|cuenta|buz[oó]n)\\b[^.;\\n]{0,60} (is ${GONE}|${GONE})`,
  "does ?n[’']?o?t have an? .{1,40} account",
  'recip(ient)?notfound|s20170623\\d\\d',
  'not listed in (the )?(domino|public|directory)',
  'unrout(e)?able address',
  '(host|domain|mail server)( or domain)? name not found|nxdomain|null mx|not a valid (user|mailbox|recipient|address|account)',
].map((pattern) => new RegExp(pattern, 'i'))

function saysNoSuchMailbox(words: string): boolean {
  return NOBODY.some((pattern) => pattern.test(words))
}

/** SendGrid's words for an address that it does not even try. */
const PROVIDER_INVALID = /^invalid$|does not contain a valid address/i
