import type { Drawing } from '~/charts/export'
import { token } from '~/charts/palette'

import type { Mapped } from './mapped'
import type { World } from './world'

/** As wide as a card on a wide screen. */
const WIDTH = 960

/** The same sizes as on the page: of the white around a dot, of the dot, and of the borders. */
const [RING, DOT, BORDER] = [10, 8, 0.5]

/** The map as a picture, in the colors of the page. */
export const mapPicture = (world: World, { countries, nothing, shades }: Mapped): Drawing => ({
  picture: (scale) => {
    const { x, y, width, height } = world.box
    const zoom = WIDTH / width
    const canvas = document.createElement('canvas')
    canvas.width = WIDTH * scale
    canvas.height = Math.round(height * zoom * scale)
    const context = canvas.getContext('2d')
    const colorOf = (code: string | null) => token((code !== null && countries.get(code)?.color) || '--map-none')
    if (context) {
      context.scale(zoom * scale, zoom * scale)
      context.translate(-x, -y)
      context.strokeStyle = token('--surface')
      context.lineWidth = BORDER
      for (const { code, shape } of world.outlines) {
        const path = new Path2D(shape)
        context.fillStyle = colorOf(code)
        // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- no array
        context.fill(path)
        context.stroke(path)
      }
      for (const { code, dot } of world.outlines) {
        if (!dot || code === null || !countries.has(code)) continue
        for (const [size, color] of [[RING, token('--surface')], [DOT, colorOf(code)]] as const) {
          context.fillStyle = color
          context.beginPath()
          context.arc(dot.x, dot.y, size / 2 / zoom, 0, 2 * Math.PI)
          context.fill()
        }
      }
    }
    return {
      canvas,
      width: WIDTH,
      height: height * zoom,
      names: [{ name: nothing, color: token('--map-none') }, ...shades.map(({ text, token: name }) => ({ name: text, color: token(name) }))],
    }
  },
})
