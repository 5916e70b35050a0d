import '../../shared/styles/base.css'

export { default } from './MailboxPage.svelte'
