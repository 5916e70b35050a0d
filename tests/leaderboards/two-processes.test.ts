import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { bareEnvironment } from '../bare-environment.ts'
import { anOpenCampaign, confirm, sign, tallyDifferences, times } from '../builders.ts'
import { estamos, freePort } from '../estamos.ts'
import { watch } from './watching.ts'

const server = estamos()

test('a process of its own shows, live, what another counted, and goes when it is told to', async () => {
  const slug = await anOpenCampaign(server)
  const { child, url } = await aProcess()
  const watching = await watch(url, slug)
  await expect.poll(() => watching.frames.length).toBeGreaterThan(0)

  const emails = times(6, (n) => `ada${n}@gatech.edu`)
  const signed = await Promise.all(
    emails.map((email, n) => (n % 2 ? sign(server, slug, { email }) : post(url, slug, email))),
  )
  await Promise.all(emails.map((email) => confirm(server, slug, email)))

  await expect.poll(() => watching.frames.at(-1)?.leaderboard.confirmed).toBe(6)
  const here = async () => (await server.app.inject(`/api/v1/campaigns/${slug}/leaderboard`)).json()
  expect(
    new Set(signed.map((answer) => ('statusCode' in answer ? answer.statusCode : answer.status))),
  ).toEqual(new Set([202]))
  await expect.poll(here, { timeout: 2_000 }).toEqual(watching.frames.at(-1)?.leaderboard)
  expect(await tallyDifferences(server)).toEqual([])

  child.kill('SIGTERM')
  const [code] = (await once(child, 'exit', { signal: AbortSignal.timeout(8_000) })) as [number | null]
  expect(code).toBe(0)
})

async function aProcess(): Promise<{ child: ChildProcess; url: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'estamos-process-'))
  const port = await freePort()
  const { publicUrl, secretKey } = server.config
  const child = spawn(process.execPath, [fileURLToPath(new URL('../../server/server.ts', import.meta.url))], {
    env: {
      ...bareEnvironment(),
      DATABASE_URL: server.databaseUrl,
      SECRET_KEY: secretKey,
      PUBLIC_URL: publicUrl,
      PORT: String(port),
      DATA_DIR: folder,
      ROLE: 'web',
      CAPTCHA: 'none',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  })
  await once(child.stdout!, 'data', { signal: AbortSignal.timeout(20_000) })
  return { child, url: `http://127.0.0.1:${port}` }
}

function post(url: string, slug: string, email: string) {
  return fetch(`${url}/api/v1/campaigns/${slug}/pledges`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email }),
  })
}
