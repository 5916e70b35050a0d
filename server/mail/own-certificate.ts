// The certificate library needs it, and asks for it to come first.
import 'reflect-metadata'
import { KeyObject } from 'node:crypto'
import { X509CertificateGenerator } from '@peculiar/x509'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
/** Longer than a process runs. */
const YEARS = 10

/** PEM. */
export interface OwnCertificate {
  key: string
  cert: string
}

/**
 * A key that nobody else has, and a certificate for it that nobody vouches for. Servers that bring mail do not ask whose it
 * is: it keeps out who reads along, not who stands in between. Both are gone with the process.
 */
export async function ownCertificate(now: Date): Promise<OwnCertificate> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const notAfter = new Date(now)
  notAfter.setUTCFullYear(now.getUTCFullYear() + YEARS)
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=Estamos',
    // A day for clocks that are slow.
    notBefore: new Date(now.getTime() - 86_400_000),
    notAfter,
    signingAlgorithm: ALGORITHM,
    keys,
  })
  const key = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString()
  return { key, cert: certificate.toString('pem') }
}
