import '../../shared/styles/base.css'

export { default } from './ConfirmPage.svelte'
