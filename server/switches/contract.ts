import { Type, type Static } from 'typebox'

/**
 * What can be switched for a bad night. `closed-signing`: nobody new can sign; who signed can still confirm.
 * `paused-mail`: letters wait, and go once it is off again. `frozen-leaderboard`: what the public sees stays as it is.
 * `raised-captcha`: signing costs what it costs at most, however few come.
 */
export const switchNames = ['closed-signing', 'paused-mail', 'frozen-leaderboard', 'raised-captcha'] as const
export type SwitchName = (typeof switchNames)[number]

export const Name = Type.Enum([...switchNames])

const Since = Type.String({ format: 'date-time', maxLength: 40 })

/** One switch as a campaign or an organization has it: on where any of these is there. */
const Switch = Type.Object({
  name: Name,
  here: Type.Optional(Since),
  organization: Type.Optional(
    Type.String({ format: 'date-time', maxLength: 40, description: 'On for all that the host runs.' }),
  ),
  everywhere: Type.Optional(
    Type.String({
      format: 'date-time',
      maxLength: 40,
      description: 'On for every campaign here: by the operator.',
    }),
  ),
})
export type Switch = Static<typeof Switch>

export const Switches = Type.Object({ switches: Type.Array(Switch) }, { $id: 'Switches' })
export type Switches = Static<typeof Switches>
