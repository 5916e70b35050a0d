import { buildApp } from './app.ts'
import { commandRefused } from './command-refused.ts'
import { type Config, readConfig, StartRefused } from './config.ts'
import { databaseOf, prepareDatabase } from './database.ts'
import { bugOf } from './bugs.ts'
import { tellingLogSettings } from './db/log-settings.ts'
import { stopLeftBehind } from './db/embedded.ts'
import { requireDatabase } from './db/start-check.ts'
import { demoAddresses, openDemo } from './demo/demo.ts'
import { DEMO_ORGANIZATION, openDemoWorld } from './demo/world.ts'
import { type Deps, openDeps } from './deps.ts'
import { startWorker } from './jobs.ts'
import { tellOfUnnamedProxies } from './limits/unnamed-proxy.ts'
import { lockFolder } from './lock.ts'
import { openBounceReceiver } from './mail/bounce-receiver.ts'
import { firstOwnerUrl } from './organizations/operator.ts'

/** Stops what was started, the last first. */
export type Stop = () => Promise<void>

/**
 * Starts what the settings ask for, and stops all of it again if one part does not start.
 * @throws StartRefused
 */
export async function start(config: Config, say: (line: string) => void): Promise<Stop> {
  const stops: Stop[] = []
  const stop = async () => {
    for (const stopOne of stops.splice(0).reverse()) await stopOne()
  }
  try {
    await startAll(config, say, stops)
    return stop
  } catch (error) {
    await stop()
    throw error
  }
}

async function startAll(config: Config, say: (line: string) => void, stops: Stop[]): Promise<void> {
  const isLocal = config.mode === 'local'
  if (isLocal) await takeFolder(config, say, stops)
  const database = await databaseOf(config)
  stops.push(database.close)
  if (isLocal) await prepareDatabase(database.url)
  const tellingRights = await requireDatabase({ url: database.url, role: config.role })
  if (!isLocal) for (const line of tellingRights) say(line)
  const deps = await openDeps({ config, databaseUrl: database.url })
  stops.push(deps.close)
  if (!isLocal) for (const line of await tellingLogSettings(deps.db)) say(line)
  const hasDemo = isLocal && config.role === 'all'
  // Before a worker could write to anybody of it.
  if (hasDemo) await openDemoWorld(deps)
  if (config.role !== 'worker') {
    const app = await buildApp(deps, config)
    tellOfUnnamedProxies(app, say)
    await listen(app, config, stops)
  }
  if (config.role !== 'web') {
    const worker = await startWorker({ deps, databaseUrl: database.url })
    stops.push(() => worker.stop())
    await receiveBounces(deps, config, database.url, stops)
  }
  if (hasDemo) {
    const demo = await openDemo(config)
    stops.push(demo.close)
    const firstOwner = await firstOwnerUrl(deps, DEMO_ORGANIZATION)
    for (const line of demoAddresses(config, demo, firstOwner)) say(line)
  } else say(`Estamos (${config.role}) is ready: ${config.publicUrl}`)
}

async function takeFolder({ dataDir, databaseUrl }: Config, say: (line: string) => void, stops: Stop[]) {
  const lock = lockFolder(dataDir)
  stops.push(async () => lock.release())
  if (!lock.wasStale) return
  say(`The last run in ${dataDir} ended without tidying up; going on from what it left.`)
  if (!databaseUrl) await stopLeftBehind(dataDir)
}

async function listen(
  app: Awaited<ReturnType<typeof buildApp>>,
  { host, port }: Config,
  stops: Stop[],
): Promise<void> {
  stops.push(() => app.close())
  try {
    await app.listen({ host, port })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE')
      throw new StartRefused(`Port ${port} is taken: stop what listens there, or set PORT.`)
    if (code === 'EACCES')
      throw new StartRefused(`Port ${port} may not be opened by this user: set PORT above 1023.`)
    throw error
  }
}

/** Where it is set: the small mail server that takes letters which came back. */
async function receiveBounces(
  deps: Deps,
  { host, mail }: Config,
  databaseUrl: string,
  stops: Stop[],
): Promise<void> {
  const { returnPaths } = deps.backChannel
  const { bouncePort: port } = mail
  if (!returnPaths || port === undefined) return
  const receiver = await openBounceReceiver({ deps, returnPaths, databaseUrl, host, port }).catch(
    (error: NodeJS.ErrnoException) => {
      throw new StartRefused(`BOUNCE_PORT ${port} cannot be listened on: ${error.code}.`)
    },
  )
  stops.push(() => receiver.close())
}

async function main(): Promise<void> {
  // Node would print all that an error carries: of the database's, rows and what people typed.
  process.on('uncaughtException', (error) => {
    process.stderr.write(`${JSON.stringify({ bug: bugOf(error) })}\n`)
    process.exit(1)
  })
  const config = readConfig()
  const starting = start(config, (line) => process.stdout.write(`${line}\n`))
  let isStopping = false
  const stopOnce = async () => {
    if (isStopping) return
    isStopping = true
    const stop = await starting.catch(() => undefined)
    await stop?.()
    process.exit()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stopOnce())
  await starting
}

if (import.meta.main) await main().catch(commandRefused)
