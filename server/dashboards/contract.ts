import { Type, type Static } from 'typebox'
import { CampusDomain } from '../campuses/contract.ts'

const Instant = Type.String({ format: 'date-time', maxLength: 40 })

const Arrivals = {
  created: Type.Integer({ description: 'Pledges signed, whatever became of them.' }),
  confirmed: Type.Integer({ description: 'Pledges confirmed, whatever became of them since.' }),
}

export const DashboardCampus = Type.Object({
  campus: CampusDomain,
  name: Type.String(),
  confirmed: Type.Integer(),
  goal: Type.Optional(Type.Integer()),
  lastDay: Type.Optional(Type.Integer({ description: 'Confirmed within the last 24 hours; hosts only.' })),
  lat: Type.Optional(Type.Number()),
  lon: Type.Optional(Type.Number()),
})
export type DashboardCampus = Static<typeof DashboardCampus>

/** How a drive is doing. Hosts see exact figures; partners see what everybody sees, and no figure of time. */
export const Dashboard = Type.Object(
  {
    at: Instant,
    confirmed: Type.Integer(),
    goal: Type.Optional(Type.Integer()),
    campuses: Type.Array(DashboardCampus, { description: 'The largest first.' }),
    elsewhere: Type.Integer({ description: 'Signers of no campus.' }),
    others: Type.Optional(
      Type.Object({ campuses: Type.Integer(), confirmed: Type.Integer() }, { description: 'Partners only.' }),
    ),
    host: Type.Optional(
      Type.Object({
        pending: Type.Integer({ description: 'Signed, and not confirmed yet.' }),
        created: Type.Integer(),
        hours: Type.Array(Type.Object({ hour: Instant, ...Arrivals }), {
          description: 'The last 72 hours, each, in order.',
        }),
        days: Type.Array(Type.Object({ day: Type.String({ format: 'date' }), ...Arrivals }), {
          description: 'Days of UTC from the first to today, each, in order.',
        }),
        growth: Type.Array(Type.Object({ day: Type.String({ format: 'date' }), confirmed: Type.Integer() }), {
          description: 'What counts today by the day it was confirmed, summed up.',
        }),
        answers: Type.Array(
          Type.Object({
            words: Type.String(),
            options: Type.Array(Type.Object({ words: Type.String(), confirmed: Type.Integer() })),
          }),
        ),
        clauses: Type.Array(Type.Object({ words: Type.String(), confirmed: Type.Integer() })),
        mail: Type.Object(
          {
            told: Type.Enum(['refusals', 'bounces', 'deliveries'], {
              description:
                'What is heard of letters: refusals at once alone, as no back-channel is set up or nobody listens to it just now; what came back later too; or ' +
                'everything.',
            }),
            sent: Type.Integer({ description: 'Letters that a mail server took.' }),
            delivered: Type.Optional(
              Type.Integer({
                description: "Of those, taken by the mailbox's own server; absent where that is not told.",
              }),
            ),
            bounced: Type.Integer({ description: 'Letters refused for good, at once or later.' }),
            spamReported: Type.Optional(
              Type.Integer({
                description: 'Reported as spam by their readers; absent where that is not told.',
              }),
            ),
          },
          { description: 'Letters to signers, of every kind, each once for each state that it reached.' },
        ),
      }),
    ),
  },
  { $id: 'Dashboard' },
)
export type Dashboard = Static<typeof Dashboard>
