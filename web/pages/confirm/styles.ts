import '../../shared/styles/sheet.css'

export { default } from './ConfirmPage.svelte'
