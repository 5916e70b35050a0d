import { expect, test } from 'vitest'
import { readConfig, settings } from '../../server/config.ts'
import { testDatabase } from '../database.ts'
import { estamos, freePort } from '../estamos.ts'
import { check, environmentOf, envLines, read, type Service, services } from './compose.ts'

const server = estamos({ isUp: true })
const databaseWithoutWorker = testDatabase()

/** On purpose not handed to the containers. */
const notInCompose = {
  HOST: 'a container listens on all its addresses, which is the default of production',
  DATABASE_URL_FILE:
    'the address of the database is made of a password, which Compose can take from .env alone',
  WEB_DATABASE_PASSWORD_FILE: 'the same',
  WORKER_DATABASE_PASSWORD_FILE: 'the same',
  DATA_DIR: 'only local mode keeps anything in a folder',
}

/** On purpose in `.env.example` though the server has no such setting. */
const notASetting = {
  POSTGRES_PASSWORD: 'the password of the owner of the database that docker-compose.yml starts',
}

const ours = ['migrate', 'web', 'worker'] as const

const filledIn = {
  ...Object.fromEntries(envLines.map(({ name, value }) => [name, value])),
  PUBLIC_URL: 'https://pledge.example.org',
  SECRET_KEY: 'tests-7Yk2vQ9pLx4mZt8rWc3nBh6jFd1gSa5e',
  MAIL_FROM: 'Estamos <hello@example.org>',
  SMTP_URL: 'smtps://user:password@mail.example.org:465',
  CAPTCHA_NONE_IN_PRODUCTION: 'yes',
  POSTGRES_PASSWORD: 'correct-horse',
  WEB_DATABASE_PASSWORD: 'f00d'.repeat(8),
  WORKER_DATABASE_PASSWORD: 'beef'.repeat(8),
}

const logins = {
  migrate: 'estamos:correct-horse',
  web: `estamos_web:${'f00d'.repeat(8)}`,
  worker: `estamos_worker:${'beef'.repeat(8)}`,
}

test('.env.example holds every setting, each under its own sentence', () => {
  const said = envLines.filter(({ name }) => !(name in notASetting))

  expect(Object.fromEntries(said.map(({ name, sentence }) => [name, sentence]))).toEqual(settings)
})

test('.env.example holds nothing but settings and the named exceptions', () => {
  const variables = [...read('.env.example').matchAll(/^(\w+)=/gm)].map(([, name]) => name)

  expect(variables.toSorted()).toEqual([...Object.keys(settings), ...Object.keys(notASetting)].toSorted())
})

test('.env.example holds no secret', () => {
  const secrets = envLines.filter(({ name }) => /KEY|PASSWORD|SMTP_URL|DATABASE_URL/.test(name))

  expect(secrets.map(({ value }) => value)).toEqual(secrets.map(() => ''))
})

test('the containers are handed every setting but the named exceptions, and nothing else', () => {
  const handed = new Set(ours.flatMap((name) => Object.keys(services[name]!.environment)))

  expect([...handed, ...Object.keys(notInCompose)].toSorted()).toEqual(Object.keys(settings).toSorted())
})

test('all that docker-compose.yml takes from .env stands in .env.example', () => {
  const taken = [...read('docker-compose.yml').matchAll(/\$\{(\w+)/g)].map(([, name]) => name)

  expect(envLines.map(({ name }) => name)).toEqual(expect.arrayContaining([...new Set(taken)]))
})

test.each(ours)('%s gets settings that the server starts with', (name) => {
  const environment = environmentOf(services[name]!, filledIn)

  const config = readConfig(environment)

  expect(config).toMatchObject({
    mode: 'production',
    databaseUrl: `postgres://${logins[name]}@postgres:5432/estamos`,
    role: name === 'migrate' ? 'all' : name,
  })
})

test('each process has the password of its own role alone, and only the migration that of the owner', () => {
  const secrets = {
    owner: 'correct-horse',
    web: logins.web.split(':')[1]!,
    worker: logins.worker.split(':')[1]!,
  }

  const held = ours.map((name) => {
    const values = Object.values(environmentOf(services[name]!, filledIn)).join(' ')
    return [name, Object.keys(secrets).filter((of) => values.includes(secrets[of as keyof typeof secrets]))]
  })

  expect(Object.fromEntries(held)).toEqual({
    migrate: ['owner', 'web', 'worker'],
    web: ['web'],
    worker: ['worker'],
  })
  expect(read('docker-compose.yml')).not.toContain('env_file')
})

test.each(['POSTGRES_PASSWORD', 'WEB_DATABASE_PASSWORD', 'WORKER_DATABASE_PASSWORD'])(
  'nothing starts without %s',
  (name) => {
    const environments = () =>
      Object.values(services).map((service) => environmentOf(service, { ...filledIn, [name]: '' }))

    expect(environments).toThrow(`${name}: set it in .env`)
  },
)

test('the database is healthy before it is migrated, and migrated before anything else starts', () => {
  expect(conditions(services.postgres)).toEqual([])
  expect(conditions(services.migrate)).toEqual(['postgres service_healthy'])
  expect(conditions(services.web)).toEqual(['migrate service_completed_successfully'])
  expect(conditions(services.worker)).toEqual(['migrate service_completed_successfully'])
})

test('whatever stays up says whether it is healthy', () => {
  const withoutCheck = Object.entries(services).filter(([, { healthcheck }]) => !healthcheck)

  expect(withoutCheck.map(([name]) => name)).toEqual(['migrate'])
})

test('the database logs nothing that people typed', () => {
  const flags = services.postgres?.command ?? []

  expect(flags).toContain('log_error_verbosity=terse')
  expect(flags).toContain('log_parameter_max_length_on_error=0')
  expect(flags).toContain('log_min_error_statement=panic')
  expect(flags).toContain('wal_recycle=off')
})

test('the web check passes while the server answers, and fails where none does', async () => {
  const up = await check('web', { PORT: String(server.config.port) })
  const down = await check('web', { PORT: String(await freePort()) })

  expect({ up, down }).toEqual({ up: 0, down: 1 })
})

test('the worker check passes while a worker listens, and fails where none does', async () => {
  const listening = await check('worker', { DATABASE_URL: server.databaseUrl })
  const missing = await check('worker', { DATABASE_URL: databaseWithoutWorker.url })

  expect({ listening, missing }).toEqual({ listening: 0, missing: 1 })
})

function conditions(service?: Service): string[] {
  return Object.entries(service?.depends_on ?? {}).map(([name, { condition }]) => `${name} ${condition}`)
}
