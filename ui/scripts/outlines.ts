/**
 * Draws the countries of the world when the pages are built, as `virtual:outlines`: a page loads shapes that are ready to show, and no
 * library that makes them. What it takes for that:
 *
 * - `world-atlas`: Natural Earth's borders, which are in the public domain, by the countries' ISO numbers.
 * - `topojson-client` and `topojson-simplify` read its format, and leave out what is too small to see without tearing borders apart.
 * - `d3-geo`: the projection. Equal Earth gives each country its true share of the map's area.
 * - `iso-3166`: from the ISO numbers to the two letters that customers' addresses have.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

import { geoEqualEarth, geoPath } from 'd3-geo'
import { iso31661NumericToAlpha2 } from 'iso-3166'
import { feature } from 'topojson-client'
import { presimplify, simplify, sphericalTriangleArea } from 'topojson-simplify'
import type { Plugin } from 'vite'

import type { Outline, World } from '../src/features/geography/world'

type Atlas = Parameters<typeof presimplify>[0]

const MODULE = 'virtual:outlines'
const WIDTH = 960
/** Of a triangle that isn't drawn, in steradians: about a pixel of the map. */
const TOO_SMALL = 2e-5
/** Width and height of a country that needs a dot to be seen, in pixels of the map. */
const DOT_BELOW = 6
/** Nobody is billed there, and it would take a fifth of the map. */
const ANTARCTICA = '010'

/** The atlas has no number for Kosovo, which none has been assigned. Payment providers call it XK. */
const codeOf = (id: unknown, name: unknown): string | null => (name === 'Kosovo' ? 'XK' : (iso31661NumericToAlpha2[String(id)] ?? null))

/** An island that is a single point by now. */
const SUNK = /M([^MLZ]+)(?:L\1)+Z/g

export function drawWorld(): World {
  const file = createRequire(import.meta.url).resolve('world-atlas/countries-50m.json')
  const atlas = simplify(presimplify(JSON.parse(readFileSync(file, 'utf8')) as Atlas, sphericalTriangleArea), TOO_SMALL)
  const { countries } = atlas.objects
  if (countries?.type !== 'GeometryCollection') throw new Error('world-atlas has no countries')
  const { features } = feature(atlas, { ...countries, geometries: countries.geometries.filter(({ id }) => id !== ANTARCTICA) })
  const path = geoPath(geoEqualEarth().fitWidth(WIDTH, { type: 'FeatureCollection', features })).digits(1)
  const outlines = features.flatMap((country): Outline[] => {
    const all = path(country)
    if (!all) return []
    // The islands of an atoll are all it has.
    const shape = all.replaceAll(SUNK, '') || all
    const [[left, top], [right, bottom]] = path.bounds(country)
    const isTiny = right - left < DOT_BELOW && bottom - top < DOT_BELOW
    const [x, y] = path.centroid(country).map((at) => Math.round(at * 10) / 10)
    const dot = isTiny && x !== undefined && y !== undefined ? { x, y } : null
    return [{ code: codeOf(country.id, (country.properties as { name?: unknown } | null)?.name), shape, dot }]
  })
  const [[, top], [, bottom]] = path.bounds({ type: 'FeatureCollection', features })
  return { box: { x: 0, y: Math.floor(top), width: WIDTH, height: Math.ceil(bottom) - Math.floor(top) }, outlines: joined(outlines) }
}

/** One outline for each country. Of several, such as a state and its far reefs, at least one is large enough to be seen. */
function joined(outlines: readonly Outline[]): Outline[] {
  const codes = new Map<string | null, Outline[]>()
  for (const outline of outlines) codes.set(outline.code, [...(codes.get(outline.code) ?? []), outline])
  return [...codes].map(([code, parts]) => ({
    code,
    shape: parts.map(({ shape }) => shape).join(''),
    dot: parts.length === 1 ? (parts[0]?.dot ?? null) : null,
  }))
}

export function outlines(): Plugin {
  return {
    name: 'outlines',
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : null),
    // Browsers parse a string of JSON faster than the same as code.
    load: (id) => (id === `\0${MODULE}` ? `export default JSON.parse(${JSON.stringify(JSON.stringify(drawWorld()))})` : null),
  }
}
