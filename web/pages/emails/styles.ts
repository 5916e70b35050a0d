import '../../shared/styles/base.css'

export { default } from './EmailsPage.svelte'
