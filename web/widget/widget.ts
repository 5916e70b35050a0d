/**
 * What a host page pastes beside our frames. It fits their height, hands over the theme, and raises `estamos:signed` and
 * `estamos:confirmed` on them. It knows its own origin from its address, and speaks and listens to no other.
 */
interface Told {
  estamos?: unknown
  height?: unknown
  campaign?: unknown
}

const COLOURS = ['accent', 'ink', 'paper', 'field', 'muted', 'line']
const TALLEST = 20_000
const TAG = 'estamos-pledge'

const script = document.currentScript as HTMLScriptElement
const { origin } = new URL(script.src)
const mark = Symbol.for(`estamos ${origin}`)
const page = window as unknown as Record<symbol, boolean>
// Kept from before a host page's other scripts change them.
const { getComputedStyle: styleOf, MutationObserver: Observer, CustomEvent: Happening } = window

if (!page[mark]) {
  page[mark] = true
  begin()
}

function begin() {
  const met = new WeakSet<HTMLIFrameElement>()
  const meetAll = () => {
    for (const frame of ourFrames()) {
      if (met.has(frame)) continue
      met.add(frame)
      frame.style.setProperty('border', '0')
      frame.addEventListener('load', () => greet(frame))
      if (hasLoaded(frame)) greet(frame)
    }
  }
  addEventListener('message', hear)
  new Observer(meetAll).observe(document, { childList: true, subtree: true })
  if (!customElements.get(TAG)) customElements.define(TAG, PledgeElement())
  meetAll()
}

function ourFrames() {
  const frames: HTMLIFrameElement[] = []
  document.querySelectorAll<HTMLIFrameElement>('iframe.estamos').forEach((frame) => {
    if (frame.src.startsWith(`${origin}/`)) frames[frames.length] = frame
  })
  return frames
}

/** A frame that still shows its first empty page belongs to the host's origin, not to ours. */
function hasLoaded(frame: HTMLIFrameElement) {
  return frame.contentDocument?.URL !== 'about:blank'
}

function greet(frame: HTMLIFrameElement) {
  const style = styleOf(frame)
  const theme: Record<string, string> = {}
  for (const name of COLOURS) {
    const value = style.getPropertyValue(`--pledge-${name}`).trim()
    if (value) theme[name] = value
  }
  frame.contentWindow?.postMessage({ estamos: 'hello', theme }, origin)
}

function hear(event: MessageEvent<Told | null>) {
  if (event.origin !== origin) return
  for (const frame of ourFrames()) {
    if (frame.contentWindow === event.source) obey(frame, event.data ?? {})
  }
}

function obey(frame: HTMLIFrameElement, { estamos, height, campaign }: Told) {
  if (estamos === 'height') fit(frame, height)
  if ((estamos === 'signed' || estamos === 'confirmed') && typeof campaign === 'string') {
    frame.dispatchEvent(new Happening(`estamos:${estamos}`, { bubbles: true, detail: { campaign } }))
  }
}

function fit(frame: HTMLIFrameElement, height: unknown) {
  if (typeof height !== 'number' || height % 1 !== 0 || height <= 0 || height >= TALLEST) return
  // By its method: an assignment would go to a setter that a page has put on every object.
  frame.style.setProperty('height', `${height}px`)
}

/** `<estamos-pledge campaign campus source view locale theme>`: the same frame, made by a script. */
function PledgeElement() {
  return class extends HTMLElement {
    static observedAttributes = ['campaign', 'campus', 'source', 'view', 'locale', 'theme']
    #frame: HTMLIFrameElement | undefined

    connectedCallback() {
      this.#frame ??= this.appendChild(emptyFrame())
      this.#frame.title = this.title || 'Estamos'
      this.#show()
    }

    attributeChangedCallback() {
      this.#show()
    }

    #show() {
      const address = this.#address()
      if (this.#frame && this.#frame.src !== address) this.#frame.src = address
    }

    #address() {
      const campus = this.getAttribute('campus')
      const path = `/embed/${encodeURIComponent(this.getAttribute('campaign') ?? '')}`
      const url = new URL(path + (campus ? `/${encodeURIComponent(campus)}` : ''), origin)
      for (const name of ['source', 'view', 'locale', 'theme']) {
        const value = this.getAttribute(name)
        if (value) url.searchParams.set(name, value)
      }
      return url.href
    }
  }
}

function emptyFrame() {
  const frame = document.createElement('iframe')
  frame.className = 'estamos'
  frame.loading = 'lazy'
  frame.width = '100%'
  frame.height = '720'
  return frame
}
