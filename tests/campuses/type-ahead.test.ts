import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openCampuses } from '../../server/campuses/campus.ts'
import { campusRoutes } from '../../server/campuses/routes.ts'
import { testDatabase } from '../database.ts'

const database = testDatabase()
let app: FastifyInstance

beforeAll(async () => {
  app = Fastify()
  campusRoutes(app, { db: database.db, campuses: await openCampuses(database.db) })
})

afterAll(() => app.close())

test('a page that asks while somebody types gets campuses', async () => {
  const response = await ask('Gorgia Tech')

  expect(response.statusCode).toBe(200)
  expect(response.json<{ campuses: unknown[] }>().campuses[0]).toEqual({
    campus: 'gatech.edu',
    name: 'Georgia Institute of Technology',
    shortName: 'Georgia Tech',
    city: 'Atlanta',
    region: 'GA',
    country: 'US',
  })
})

test('what is not known of a campus is left out of the answer', async () => {
  const response = await ask('unam.mx')

  expect(response.json()).toEqual({
    campuses: [
      {
        campus: 'unam.mx',
        name: 'Universidad Nacional Autónoma de México',
        shortName: 'UNAM',
        country: 'MX',
      },
    ],
  })
})

test('nothing typed yet is answered with nothing', async () => {
  const response = await ask('')

  expect(response.json()).toEqual({ campuses: [] })
})

test('more than a name could hold is refused', async () => {
  const response = await ask('x'.repeat(201))

  expect(response.statusCode).toBe(400)
})

const ask = (q: string) => app.inject({ url: '/api/v1/campuses', query: { q } })
