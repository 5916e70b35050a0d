const LONGEST = 60

/** An address from a title: "¡No más jaulas!" is "no-mas-jaulas". */
export function addressOf(title: string): string {
  const plain = title.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
  const words = plain.split(/[^a-z0-9]+/).filter(Boolean)
  let address = ''
  for (const word of words) {
    const longer = address ? `${address}-${word}` : word.slice(0, LONGEST)
    if (longer.length > LONGEST) break
    address = longer
  }
  return address
}

/** What to try where an address is taken. */
export function otherAddresses(address: string, organization: string): string[] {
  const year = new Date().getFullYear()
  return [`${address}-${organization}`, `${address}-${year}`, `${address}-now`].filter(
    (one) => one.length <= LONGEST,
  )
}
