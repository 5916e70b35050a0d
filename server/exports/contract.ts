import { Type, type Static } from 'typebox'
import { Slug } from '../campaigns/contract.ts'

export const TotalsBy = Type.Enum(['campus', 'day', 'source', 'organization'])
export type TotalsBy = Static<typeof TotalsBy>

export const TotalsForm = Type.Enum(['csv', 'xlsx', 'json'])
export type TotalsForm = Static<typeof TotalsForm>

export const ListForm = Type.Enum(['csv', 'xlsx'])
export type ListForm = Static<typeof ListForm>

export const TotalsParams = Type.Object({ campaign: Slug, form: TotalsForm })
export const ListParams = Type.Object({ campaign: Slug, form: ListForm })

export const TotalsQuery = Type.Object({ by: TotalsBy }, { additionalProperties: false })
