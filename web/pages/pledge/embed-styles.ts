import '../../shared/styles/base.css'

export { default } from './EmbedPage.svelte'
