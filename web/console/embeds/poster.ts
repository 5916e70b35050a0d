/** A QR code with its address below, to be printed. */
import QRCode from 'qrcode'

const MARGIN = 4
/** In modules of the code. */
const LINE = 5
const PNG_WIDTH = 1200
/** How many pixels a module of the code has, where nobody asks for another size. */
const SCALE = 8

/** @returns an SVG, black on white whatever the theme: cameras want it so */
export function posterSvg(url: string, words: string): string {
  const { modules } = QRCode.create(url, { errorCorrectionLevel: 'M' })
  const width = modules.size + 2 * MARGIN
  const height = width + LINE
  const letters = Math.min(2.4, (width - 2) / (words.length * 0.62))
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width * SCALE}" height="${height * SCALE}" viewBox="0 0 ${width} ${height}" shape-rendering="crispEdges">
<rect width="${width}" height="${height}" fill="#fff"/>
<path d="${dark(modules)}" fill="#000"/>
<text x="${width / 2}" y="${width + LINE / 2 - 1}" font-family="sans-serif" font-size="${letters.toFixed(2)}" text-anchor="middle" fill="#000">${escaped(words)}</text>
</svg>`
}

function dark({ size, data }: QRCode.BitMatrix): string {
  return Array.from(data, (isDark, at) =>
    isDark ? `M${(at % size) + MARGIN} ${Math.floor(at / size) + MARGIN}h1v1h-1z` : '',
  ).join('')
}

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

export function svgUrl(svg: string): string {
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}

/** The same for programs that take no SVG. */
export async function pngUrl(svg: string): Promise<string> {
  const picture = new Image()
  picture.src = svgUrl(svg)
  await picture.decode()
  const canvas = document.createElement('canvas')
  canvas.width = PNG_WIDTH
  canvas.height = Math.round((PNG_WIDTH * picture.naturalHeight) / picture.naturalWidth)
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height)
  return canvas.toDataURL('image/png')
}
