import '../../shared/styles/sheet.css'

export { default } from './RefusedPage.svelte'
