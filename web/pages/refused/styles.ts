import '../../shared/styles/base.css'

export { default } from './RefusedPage.svelte'
