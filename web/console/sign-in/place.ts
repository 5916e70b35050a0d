/**
 * Where somebody was when she had to sign in. The emailed link opens in another tab, so all tabs share it; it is a path
 * of ours and nothing else.
 */
const KEY = 'estamos-place'

export function rememberPlace(path: string): void {
  stored()?.setItem(KEY, path)
}

export function forgetPlace(): void {
  stored()?.removeItem(KEY)
}

/** Goes on there, with a page made anew: nothing of whoever was signed in before is left in it. */
export function goOn(): void {
  const place = stored()?.getItem(KEY) ?? ''
  forgetPlace()
  location.assign(place.startsWith('/console/') ? place : '/console/')
}

/** A browser may forbid it, which is no reason not to sign in. */
function stored(): Storage | undefined {
  try {
    return localStorage
  } catch {
    return undefined
  }
}
