/** Country codes sold as something else: they tell a country only below an academic second level ("edu.co"). */
const soldAsWords = new Set(
  'ac ai bz cc cm fm ga gg gl gs io la ly me ml ms mu nu pw sc sh st su tk to tv vc ws'.split(' '),
)

/** ISO 3166-1 alpha-2 by the domain's ending; null where it tells none. */
export function countryOf(domain: string): string | null {
  const [ending = '', level = ''] = domain.split('.').reverse()
  if (ending.length !== 2 || ending === 'eu') return null
  if (ending === 'uk') return 'GB'
  if (soldAsWords.has(ending) && !/^(edu|ac)$/.test(level)) return null
  return ending.toUpperCase()
}
