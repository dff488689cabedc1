import { domToBlob } from 'modern-screenshot'

import { hidden, masked } from './mask'

/** What the server takes, in bytes, and how the picture shrinks until it fits. */
const MAX_BYTES = 700_000
const SCALES = [1, 0.75, 0.5, 0.35]
/** Long pages are cut: what a reader writes about is seldom below. */
const MAX_HEIGHT = 4_000

/**
 * A picture of the page as a `data:` URL. It is drawn from a copy of the page in which names are hidden before anything is drawn:
 * the given ones, everything that somebody chose as a name (`bdi`), email addresses, and whatever was typed.
 */
export async function pictureOfPage(names: readonly string[]): Promise<string> {
  const page = document.getElementById('root')
  if (!page) throw new Error('There is no page to draw.')
  const { width, height } = page.getBoundingClientRect()
  const draw = (scale: number) =>
    domToBlob(page, {
      type: 'image/jpeg',
      quality: 0.85,
      scale,
      width,
      height: Math.min(height, MAX_HEIGHT),
      backgroundColor: background(),
      font: false,
      onCloneNode: (copy) => hideIn(copy, names),
    })
  return dataUrl(await fitting(draw, SCALES))
}

const TRANSPARENT = 'rgba(0, 0, 0, 0)'

/** What the page stands on: a picture without it would be black there. */
function background(): string {
  const colors = [document.body, document.documentElement].map((element) => getComputedStyle(element).backgroundColor)
  return colors.find((color) => color !== TRANSPARENT) ?? 'white'
}

/** The first picture that is small enough. */
async function fitting(draw: (scale: number) => Promise<Blob>, [scale, ...smaller]: readonly number[]): Promise<Blob> {
  if (scale === undefined) throw new Error('This page is too large for a picture.')
  const picture = await draw(scale)
  return picture.size <= MAX_BYTES ? picture : fitting(draw, smaller)
}

function hideIn(copy: Node, names: readonly string[]) {
  const texts = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT)
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    // Styles are text as well.
    if (node.parentElement?.closest('style')) continue
    const text = node.nodeValue ?? ''
    node.nodeValue = node.parentElement?.closest('bdi') ? hidden(text) : masked(text, names)
  }
  if (!(copy instanceof Element)) return
  for (const field of copy.querySelectorAll('input, textarea')) {
    field.setAttribute('value', hidden(field.getAttribute('value') ?? ''))
    field.removeAttribute('placeholder')
  }
}

const dataUrl = (blob: Blob) =>
  new Promise<string>((resolve, reject) => {
    const reader = new FileReader()
    reader.addEventListener('load', () => resolve(String(reader.result)))
    reader.addEventListener('error', () => reject(new Error('The picture could not be read.')))
    reader.readAsDataURL(blob)
  })
