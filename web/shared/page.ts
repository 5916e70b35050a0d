import type { Theme } from '../../server/pages/contract.ts'
import type { Speech } from './i18n/speech.ts'

export interface Frame {
  locale: string
  theme: Theme
}

/** What every page's outermost component is given, on the server and in the browser alike. */
export interface PageProps<Props, Words> {
  page: Props
  frame: Frame
  speech: Speech<Words>
}

/** The JSON in `#estamos-state`: with it the browser goes on where the server stopped. */
export interface PageState<Props, Words> {
  page: Props
  frame: Frame
  words: Words
}
