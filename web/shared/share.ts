/**
 * Lends its power to a share button: `data-url`, `data-text`, `data-copied`. Until then the button keeps its place unseen,
 * so that nothing moves and nobody presses a button that does nothing.
 */
export function lendSharing(button: HTMLButtonElement) {
  button.dataset.ready = ''
  button.addEventListener('click', () => void share(button))
}

async function share(button: HTMLButtonElement) {
  const { url = '', text = '', copied = '' } = button.dataset
  try {
    if (navigator.share) return await navigator.share({ url, text })
    await navigator.clipboard.writeText(url)
    button.textContent = copied
  } catch {
    // Closed without sharing, or not allowed in this frame: the link stands beside the button.
  }
}
