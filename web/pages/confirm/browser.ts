/** The page needs no script; the share button does. */
import { lendSharing } from '../../shared/share.ts'

for (const button of document.querySelectorAll<HTMLButtonElement>('[data-share]')) lendSharing(button)
