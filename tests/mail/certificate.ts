import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { onTestFinished } from 'vitest'

/** For localhost and 127.0.0.1, vouched for by `authority`: worth nothing anywhere else, and good until 2126. */
export const localhost = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgKwzj7iS0WkGyrnOr
xbL8c1THVHq89+28tUXTRLeKrAyhRANCAASZhUFQgm/RuGhY1yl96SiEhaDavXm0
d49VlDl+gkLSpXGCU+p1b5ORrYNQjQaSnz8oYBxaIFK+sTEAnxepO5YH
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBojCCAUmgAwIBAgIUSu+F+dgzta/Ey1BfqigJIiKWtNAwCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNRXN0YW1vcyB0ZXN0czAgFw0yNjExMjQyMDU3MjJaGA8yMTI2
MTAzMTIwNTcyMlowFDESMBAGA1UEAwwJbG9jYWxob3N0MFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEmYVBUIJv0bhoWNcpfekohIWg2r15tHePVZQ5foJC0qVxglPq
dW+Tka2DUI0Gkp8/KGAcWiBSvrExAJ8XqTuWB6NzMHEwGgYDVR0RBBMwEYIJbG9j
YWxob3N0hwR/AAABMBMGA1UdJQQMMAoGCCsGAQUFBwMBMB0GA1UdDgQWBBR371Pd
jqlneJF9rKHRssCpc4a8YTAfBgNVHSMEGDAWgBSOARM6KHhvak4s2qSqrwHlXYlL
ajAKBggqhkjOPQQDAgNHADBEAiB/Ut3yubApM7TxdQORVgWevm2AaakJuXPNvD1n
m5RYjwIgdL0dZQJLkW1U7ZKmpEe8oC9NP5hlpqW1Nq6O4i5mcHU=
-----END CERTIFICATE-----`,
}

/** Its key is not kept. */
const authority = `-----BEGIN CERTIFICATE-----
MIIBljCCAT2gAwIBAgIUBOF5DNCUGHeIandyAQ2YGJPNKnEwCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNRXN0YW1vcyB0ZXN0czAgFw0yNjExMjQyMDU3MjJaGA8yMTI2
MTAzMTIwNTcyMlowGDEWMBQGA1UEAwwNRXN0YW1vcyB0ZXN0czBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABGMZ7Vb26IzgcGpNRax0EmNjvKJaFNNe+XJjlD9ncSJY
5wqJga5rsuZCVbGQCgDCd2F2q7X/2BUVb9SL2xTwqGOjYzBhMB0GA1UdDgQWBBSO
ARM6KHhvak4s2qSqrwHlXYlLajAfBgNVHSMEGDAWgBSOARM6KHhvak4s2qSqrwHl
XYlLajAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwICBDAKBggqhkjOPQQD
AgNHADBEAiBdPz0dQ0YPHhWrcqt3OYclOmjxtp5Uln1YB3FJNY0ceQIgHCSh/M+W
A0jErUK7SXSvWYSTxGlbVENMw6Fzb/tvu7Y=
-----END CERTIFICATE-----`

/** Until the test ends this process trusts the authority that vouches for localhost. */
export function trustLocalhost(): void {
  const before = getCACertificates('default')
  setDefaultCACertificates([...before, authority])
  onTestFinished(() => setDefaultCACertificates(before))
}
