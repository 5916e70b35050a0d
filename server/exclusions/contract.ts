import { Type, type Static } from 'typebox'
import { Affiliation, Locale, Slug } from '../campaigns/contract.ts'
import { CampusDomain } from '../campuses/contract.ts'
import { Source } from '../pledges/contract.ts'

export const ExclusionParams = Type.Object({
  campaign: Slug,
  exclusion: Type.String({ maxLength: 9, pattern: '^[1-9][0-9]{0,8}$' }),
})

const Instant = Type.String({ format: 'date-time', maxLength: 40 })

/** Those that rows show and criteria name: that a name is that of many others would tell the name. */
const ShownSignal = Type.Enum(['disposable-domain', 'no-mail-exchange', 'burst', 'random-name'], {
  description:
    'What was noticed about a pledge; it never changes an answer to its signer. A burst shows where enough confirmed mailboxes share the mail domain.',
})
export type ShownSignal = Static<typeof ShownSignal>

/** `excluded`: an exclusion holds it, whether it had been confirmed or still waits. */
const SearchedState = Type.Enum(['pending', 'confirmed', 'withdrawn', 'excluded'])
export type SearchedState = Static<typeof SearchedState>

/** A name as it is listed, at the campus where it is. */
export const NameHiding = Type.Object(
  { campus: CampusDomain, name: Type.String({ minLength: 1, maxLength: 200 }) },
  { $id: 'NameHiding', additionalProperties: false },
)
export const NamesHidden = Type.Object({ hidden: Type.Integer() }, { $id: 'NamesHidden' })

const criteria = {
  domain: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 253,
      description:
        'A mail domain, its sub-domains included. Needs twice `smallestShown` confirmed mailboxes that match all criteria; while fewer of them confirmed a day ago, the answer is a rounded count alone.',
    }),
  ),
  campus: Type.Optional(
    Type.String({ maxLength: 253, description: 'The domain of a campus; empty: signers of none.' }),
  ),
  source: Type.Optional({ ...Source, description: 'Empty: pledges without a source.' }),
  signal: Type.Optional(ShownSignal),
  from: Type.Optional({
    ...Instant,
    description: 'Signed in the hour of this time or later; once rows show the day alone, in its day.',
  }),
  to: Type.Optional({
    ...Instant,
    description: 'Signed in an hour, or once rows show the day alone on a day, that begins before this time.',
  }),
}

/** All that is named must be true of a pledge. */
export const PledgeQuery = Type.Object(
  {
    ...criteria,
    state: Type.Optional(SearchedState),
    after: Type.Optional(Type.String({ maxLength: 400, description: 'The `next` of the page before.' })),
  },
  { additionalProperties: false },
)
export type PledgeQuery = Static<typeof PledgeQuery>

/** All that is named must be true of a pledge; at least one thing must be named. */
export const Rule = Type.Object(
  {
    ...criteria,
    state: Type.Optional(Type.Enum(['pending', 'confirmed'])),
    name: Type.Optional(
      Type.String({
        minLength: 2,
        maxLength: 80,
        description:
          'A part of the name, or a whole one with * for any letters. Of pending pledges that ask to be listed alone; never kept.',
      }),
    ),
  },
  { $id: 'Rule', additionalProperties: false },
)
export type Rule = Static<typeof Rule>

/** A pledge as organizers see it: nothing in it says whose it is. */
const FoundPledge = Type.Object({
  state: SearchedState,
  signed: Type.String({ description: 'An hour within 48 hours of it, a date after that; UTC.' }),
  campus: Type.Optional(Type.Object({ campus: CampusDomain, name: Type.String(), proven: Type.Boolean() })),
  source: Type.Optional(Type.String()),
  domain: Type.Optional(
    Type.String({ description: 'While enough mailboxes share it that confirmed a day ago.' }),
  ),
  displayName: Type.Optional(Type.String()),
  affiliation: Type.Optional(Affiliation),
  locale: Locale,
  textVersion: Type.Integer(),
  signals: Type.Array(Type.String()),
  exclusion: Type.Optional(Type.Integer()),
})
export type FoundPledge = Static<typeof FoundPledge>

export const FoundPledges = Type.Object(
  {
    count: Type.Integer(),
    isExact: Type.Boolean({ description: 'False where there are `count` or more.' }),
    isCountOnly: Type.Optional(
      Type.Boolean({
        description: 'True where rows are not shown, as too few mailboxes confirmed a day ago.',
      }),
    ),
    pledges: Type.Array(FoundPledge),
    next: Type.Optional(Type.String({ description: 'Asks for the next page.' })),
  },
  { $id: 'FoundPledges' },
)
export type FoundPledges = Static<typeof FoundPledges>

/** What a search may be narrowed by, for forms that suggest it. */
export const Suggestions = Type.Object(
  {
    campuses: Type.Array(Type.Object({ campus: CampusDomain, name: Type.String() })),
    sources: Type.Array(Type.String()),
    domains: Type.Array(Type.String()),
  },
  { $id: 'Suggestions' },
)
export type Suggestions = Static<typeof Suggestions>

export const PreviewRequest = Type.Object(
  { rule: Rule },
  { $id: 'PreviewRequest', additionalProperties: false },
)

/** What a rule would take out now. */
export const Preview = Type.Object(
  {
    at: Instant,
    preview: Type.String({ maxLength: 500, description: 'Applies the rule to what this preview counted.' }),
    count: Type.Integer(),
    counted: Type.Enum(['exactly', 'at-least', 'at-most'], {
      description:
        '`at-least`: rounded down, as the mail domain is too new to be looked into. `at-most`: how many wait and match all but the name.',
    }),
    details: Type.Optional(
      Type.Object(
        {
          states: Type.Object({ pending: Type.Integer(), confirmed: Type.Integer() }),
          campuses: Type.Array(
            Type.Object({
              campus: Type.Optional(CampusDomain),
              name: Type.String(),
              count: Type.Integer(),
              confirmed: Type.Integer(),
              left: Type.Integer({ description: 'Confirmed pledges that would be left.' }),
            }),
          ),
          sample: Type.Array(FoundPledge),
        },
        { description: 'Only beside an exact count.' },
      ),
    ),
  },
  { $id: 'Preview' },
)
export type Preview = Static<typeof Preview>

/** Applies a rule to what a preview counted: nothing that was signed since. */
export const NewExclusion = Type.Object(
  {
    rule: Rule,
    note: Type.Optional(Type.String({ maxLength: 500 })),
    preview: Type.String({ maxLength: 500, description: 'The `preview` of this rule.' }),
  },
  { $id: 'NewExclusion', additionalProperties: false },
)
export type NewExclusion = Static<typeof NewExclusion>

/** A rule as it is kept: that a name was looked for, and not which. */
const KeptRule = Type.Object({
  ...Type.Omit(Rule, ['name']).properties,
  before: Type.Optional(Instant),
  hasName: Type.Optional(Type.Boolean()),
})
export type KeptRule = Static<typeof KeptRule>

const Share = Type.Object({ pledges: Type.Integer(), of: Type.Integer() })

/** Why it is held by itself. What comes in later of the same kind is held, too. */
const Held = Type.Object({
  reason: Type.Enum(['disposable-domain', 'several-signs', 'domain', 'mail-host']),
  name: Type.Optional(Type.String({ description: 'The mail domain, where it is known.' })),
  minutes: Type.Optional(Type.Integer({ description: 'The time it was noticed in.' })),
  now: Type.Optional(Share),
  before: Type.Optional(Share),
})
export type Held = Static<typeof Held>

export const Exclusion = Type.Object(
  {
    id: Type.Integer(),
    rule: KeptRule,
    note: Type.String(),
    state: Type.Enum(['applying', 'applied', 'undoing', 'undone']),
    found: Type.Optional(
      Type.Integer({
        description: 'Pledges that it is to move: out, or back again. Left out where the rule has a name.',
      }),
    ),
    moved: Type.Optional(Type.Integer({ description: 'How many of them it has moved so far.' })),
    madeBy: Type.Optional(
      Type.String({ description: 'Left out of what is held by itself, until somebody decides.' }),
    ),
    held: Type.Optional(Held),
    madeAt: Instant,
    endedAt: Type.Optional(Instant),
  },
  { $id: 'Exclusion' },
)
export type Exclusion = Static<typeof Exclusion>

/** The newest first. */
export const Exclusions = Type.Object({ exclusions: Type.Array(Exclusion) }, { $id: 'Exclusions' })
export type Exclusions = Static<typeof Exclusions>

/** What stands out just now. */
export const Suspicion = Type.Object(
  {
    at: Instant,
    lastHour: Type.Integer({ description: 'Pledges signed in the last sixty minutes.' }),
    perHour: Type.Integer({ description: 'How many an hour had over the seven days before that.' }),
    disposable: Share,
    canCompare: Type.Boolean({ description: 'Whether there are enough older pledges to compare with.' }),
    findings: Type.Array(
      Type.Object({
        kind: Type.Enum(['domain', 'source', 'disposable', 'same-name']),
        name: Type.Optional(
          Type.String({ description: 'The mail domain, where it is known, or the source.' }),
        ),
        minutes: Type.Integer({ description: 'The time it was noticed in, up to now.' }),
        now: Share,
        before: Share,
        look: Type.Optional(Rule),
      }),
    ),
  },
  { $id: 'Suspicion' },
)
export type Suspicion = Static<typeof Suspicion>
export type Finding = Suspicion['findings'][number]
