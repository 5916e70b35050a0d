import { Type, type Static } from 'typebox'

/** Names the letter that signing asked for, to nobody but the browser that signed and whoever gets the letter. */
export const Receipt = Type.String({
  maxLength: 36,
  pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
  description:
    'For `GET /api/v1/receipts/{receipt}`, and to send along with a code. Keep it from everybody but the signer.',
})

export const ReceiptParams = Type.Object({ receipt: Receipt })

/** All that a receipt tells: whether to look at the address again, or to use another one. */
export const ReceiptStatus = Type.Object(
  {
    status: Type.Enum(['waiting', 'bounced', 'undelivered'], {
      description:
        '`bounced`: there is no such mailbox. `undelivered`: we could not deliver, and the address may be right.',
    }),
  },
  { $id: 'ReceiptStatus' },
)
export type ReceiptStatus = Static<typeof ReceiptStatus>

/** What mail servers would not take, for members of the host. */
export const RefusedLetters = Type.Object(
  {
    refused: Type.Array(
      Type.Object({
        day: Type.String({ format: 'date', description: 'Of UTC.' }),
        template: Type.String({ description: 'Which email it was: `confirm`, `reminder`.' }),
        reason: Type.String(),
        letters: Type.Integer(),
      }),
      { description: 'The newest first, for as long as the ledger holds them: four days.' },
    ),
  },
  { $id: 'RefusedLetters' },
)
export type RefusedLetters = Static<typeof RefusedLetters>
