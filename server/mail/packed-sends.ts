import type { Send } from './caps.ts'

/** A row is written for most of those who sign: 23 bytes for each letter, instead of a hundred in JSON. */
const SEND_BYTES = 8 + 8 + 6 + 1

export function packed(sends: Send[]): Buffer {
  const bytes = Buffer.alloc(sends.length * SEND_BYTES)
  for (const [place, { address, addressAndCampaign, at, isPlain }] of sends.entries()) {
    const start = place * SEND_BYTES
    bytes.write(address, start, 'hex')
    bytes.write(addressAndCampaign, start + 8, 'hex')
    bytes.writeUIntBE(at, start + 16, 6)
    bytes.writeUInt8(Number(isPlain), start + 22)
  }
  return bytes
}

export function unpacked(bytes: Buffer): Send[] {
  return Array.from({ length: bytes.length / SEND_BYTES }, (_, place) => {
    const start = place * SEND_BYTES
    return {
      address: bytes.toString('hex', start, start + 8),
      addressAndCampaign: bytes.toString('hex', start + 8, start + 16),
      at: bytes.readUIntBE(start + 16, 6),
      isPlain: bytes.readUInt8(start + 22) === 1,
    }
  })
}
