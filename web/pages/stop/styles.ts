import '../../shared/styles/sheet.css'

export { default } from './StopPage.svelte'
