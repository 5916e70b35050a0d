import { hydrate, type Component } from 'svelte'
import { Speech } from './i18n/speech.ts'
import type { PageProps, PageState } from './page.ts'

/** Takes over the page that the server rendered, from the same props and words. */
export function comeAlive<Props, Words>(Page: Component<PageProps<Props, Words>>) {
  const { page, frame, words }: PageState<Props, Words> = JSON.parse(byId('estamos-state').textContent)
  const props = { page, frame, speech: new Speech(words, frame.locale) }
  hydrate(Page, { target: byId('estamos'), props })
}

function byId(id: string) {
  return document.getElementById(id)!
}
