import '../../shared/styles/sheet.css'

export { default } from './ChapterRequestPage.svelte'
