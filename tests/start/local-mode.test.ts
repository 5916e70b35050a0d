import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { localMode } from './local-mode.ts'

const local = localMode()

test(
  'the first start makes a world: the pages answer, and Ctrl-C leaves nothing running',
  { timeout: 120_000 },
  async () => {
    const run = local.start()

    await run.says('Ctrl-C stops everything')
    const [page, host, mailbox] = await Promise.all([
      fetch(`http://localhost:${local.port}/c/no-tech-for-ice`),
      fetch(`http://127.0.0.1:${local.port + 1}/`),
      fetch(`http://localhost:${local.port}/dev/mailbox`),
    ])
    expect([page.status, host.status, mailbox.status]).toEqual([200, 200, 200])
    expect(await page.text()).toContain('UC Berkeley')
    expect(await host.text()).toContain('class="estamos"')
    expect(await mailbox.text()).toContain('No letters yet')
    firstLink = linkIn(run.said())
    run.process.kill('SIGINT')

    expect(await run.ended()).toBe(0)
    expect(existsSync(join(local.dataDir, 'lock'))).toBe(false)
    expect(existsSync(join(local.dataDir, 'postgres', 'postmaster.pid'))).toBe(false)
  },
)

let firstLink = ''

test(
  'the second start finds the world as it was, says a new link for the first organizer, and is alone in its folder',
  { timeout: 120_000 },
  async () => {
    const run = local.start()
    await run.says('Ctrl-C stops everything')

    const another = local.start({ PORT: String(local.port + 2) })

    expect(await another.ended()).toBe(1)
    expect(another.said().trim().split('\n')).toEqual([expect.stringContaining('is running in')])
    const { confirmed } = (await (
      await fetch(`http://localhost:${local.port}/api/v1/campaigns/no-tech-for-ice`)
    ).json()) as { confirmed: number }
    // What is shown of small campuses moves by the clock.
    expect([650, 655, 660]).toContain(5 * Math.round(confirmed / 5))
    const answers = [await accept(firstLink), await accept(linkIn(run.said()))]
    expect(firstLink).not.toBe('')
    expect(answers.map(({ status }) => status)).toEqual([400, 200])
    expect(await answers[1]?.json()).toMatchObject({
      organization: { slug: 'students-against-cages' },
      role: 'owner',
    })
    run.process.kill('SIGTERM')
    expect(await run.ended()).toBe(0)
  },
)

test('after a kill the next start goes on from what was left', { timeout: 120_000 }, async () => {
  const killed = local.start()
  await killed.says('Ctrl-C stops everything')
  killed.process.kill('SIGKILL')
  await killed.ended()
  expect(existsSync(join(local.dataDir, 'lock'))).toBe(true)

  const run = local.start()
  await run.says('Ctrl-C stops everything')

  expect(run.said()).toContain('ended without tidying up')
  expect(run.said()).toMatch(new RegExp(`Console +http://localhost:${local.port}/console/\\n`))
  run.process.kill('SIGINT')
  expect(await run.ended()).toBe(0)
})

test('a port that is taken gets one clear sentence, and nothing stays behind', async () => {
  const other = createServer().listen(local.port, '127.0.0.1')
  await once(other, 'listening')

  const run = local.start()

  expect(await run.ended()).toBe(1)
  expect(run.said().trim()).toBe(`Port ${local.port} is taken: stop what listens there, or set PORT.`)
  expect(existsSync(join(local.dataDir, 'postgres', 'postmaster.pid'))).toBe(false)
  await new Promise((closed) => other.close(closed))
})

test('a half-made database is said to be one', async () => {
  const control = join(local.dataDir, 'postgres', 'global', 'pg_control')
  await rename(control, `${control}.away`)

  const run = local.start()

  expect(await run.ended()).toBe(1)
  expect(run.said().trim()).toMatch(/^.* is not a whole PostgreSQL folder: move it away, and start again\.$/)
  await rename(`${control}.away`, control)
})

test('what an interrupted first start left is made anew', { timeout: 120_000 }, async () => {
  const folder = join(local.dataDir, 'new')
  await mkdir(join(folder, 'postgres.making', 'base'), { recursive: true })

  const run = local.start({ DATA_DIR: folder })
  await run.says('Ctrl-C stops everything')

  expect(existsSync(join(folder, 'postgres.making'))).toBe(false)
  run.process.kill('SIGINT')
  expect(await run.ended()).toBe(0)
})

test('a data folder that cannot be written to gets one clear sentence', async () => {
  const file = join(local.dataDir, 'a-file')
  await writeFile(file, '')

  const run = local.start({ DATA_DIR: join(file, 'data') })

  expect(await run.ended()).toBe(1)
  expect(run.said().trim()).toMatch(/cannot be written to \(ENOTDIR\): choose another DATA_DIR\.$/)
  expect(await readFile(file, 'utf8')).toBe('')
})

test('everything that is wrong with the settings is said at once', async () => {
  const run = local.start({
    MODE: 'production',
    PUBLIC_URL: 'http://pledge.example.org',
    SECRET_KEY: 'short',
  })

  expect(await run.ended()).toBe(1)
  for (const name of ['DATABASE_URL', 'PUBLIC_URL', 'SECRET_KEY', 'MAIL_FROM', 'SMTP_URL']) {
    expect(run.said()).toContain(name)
  }
})

/** The token of the first organizer's link. */
function linkIn(said: string): string {
  return /Console +http:\/\/localhost:\d+\/console\/invitation#([\w-]+)\n/.exec(said)?.[1] ?? ''
}

async function accept(token: string): Promise<Response> {
  return await fetch(`http://localhost:${local.port}/api/v1/console/invitation-acceptances`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  })
}
