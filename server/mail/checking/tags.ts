/** `a=b; c=d`, as DKIM and DMARC write it; of a tag that comes twice, the first counts. */
export function tagsOf(text: string): Map<string, string> {
  const pairs = text.split(';').map((part): [string, string] => {
    const [name = '', ...value] = part.split('=')
    return [name.trim(), value.join('=').trim()]
  })
  return new Map(pairs.filter(([name]) => name !== '').reverse())
}
