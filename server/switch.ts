/** `npm run switch -- paused-mail on --campaign SLUG`: turns a kill switch, for one campaign or for all there are. */
import { parseArgs } from 'node:util'
import { commandRefused } from './command-refused.ts'
import { readConfig, StartRefused } from './config.ts'
import { databaseOf } from './database.ts'
import { type Deps, openDeps } from './deps.ts'
import { type SwitchName, switchNames } from './switches/contract.ts'
import { switchOff, switchOn } from './switches/turning.ts'

const USAGE = `npm run switch -- NAME on|off --campaign SLUG   for one campaign
npm run switch -- NAME on|off --all             for every campaign here

NAME is one of: ${switchNames.join(', ')}`

interface Wish {
  name: SwitchName
  isOn: boolean
  /** Undefined for all. */
  slug: string | undefined
}

async function main(): Promise<void> {
  const wish = readArguments()
  const config = readConfig()
  const database = await databaseOf(config)
  try {
    const deps = await openDeps({ config, databaseUrl: database.url })
    await turn(deps, wish).finally(deps.close)
  } finally {
    await database.close()
  }
  const whose = wish.slug ?? 'every campaign here'
  process.stdout.write(`${wish.name} is ${wish.isOn ? 'on' : 'off'} for ${whose}.\n`)
}

async function turn(deps: Deps, { name, isOn, slug }: Wish): Promise<void> {
  const campaign = slug === undefined ? undefined : await deps.campaigns.known(slug)
  if (slug !== undefined && !campaign) throw new StartRefused(`There is no campaign ${slug}.`)
  const scope = campaign ? { campaignId: campaign.id } : {}
  await (isOn ? switchOn : switchOff)(deps, { name, scope, by: null })
}

function readArguments(): Wish {
  const options = { campaign: { type: 'string' }, all: { type: 'boolean' } } as const
  try {
    const { positionals, values } = parseArgs({ options, allowPositionals: true })
    const [name, to, ...more] = positionals
    const isKnown = switchNames.includes(name as SwitchName) && (to === 'on' || to === 'off')
    const isForOneOrAll = (values.campaign !== undefined) !== (values.all ?? false)
    if (isKnown && isForOneOrAll && more.length === 0)
      return { name: name as SwitchName, isOn: to === 'on', slug: values.campaign }
  } catch {
    // An option that there is not: the usage says which there are.
  }
  throw new StartRefused(USAGE)
}

await main().catch(commandRefused)
