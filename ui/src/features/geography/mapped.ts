/** What the map of countries shows of a list of them. */
import type { Currency } from '~/api/types'
import type { GroupRow } from '~/features/groups/useGroups'
import { formatMoney } from '~/format/money'
import { formatCount, formatRatio } from '~/format/number'
import type { MapFigure } from '~/view/pageSearch'

import type { Shade } from './steps'
import { shadeOf, shadesOf } from './steps'
import type { MapCountry } from './WorldMap'
import type { World } from './world'

interface Given {
  world: World
  rows: readonly GroupRow[]
  figure: MapFigure
  currency: Currency
  /** Whether it may say how many customers a country has. */
  hasCounts?: boolean
}

export interface Mapped {
  /** What the figure is called: `MRR`. */
  name: string
  /** What is said of a country without it. */
  nothing: string
  /** By the country's two letters in capitals. */
  countries: ReadonlyMap<string, MapCountry>
  /** The same countries as the server writes them. */
  keys: ReadonlyMap<string, string>
  /** With the figures that each one stands for, in words. */
  shades: readonly { token: string; text: string }[]
  /** What no shape shows, such as customers without a country; `null` if the map shows all. */
  elsewhere: string | null
}

const NAME = { mrr: 'MRR', customers: 'customers' } as const satisfies Record<MapFigure, string>

export function mappedOf({ world, rows, figure, currency, hasCounts = true }: Given): Mapped {
  const valueOf = ({ mrr_minor, customers }: GroupRow) => (figure === 'mrr' ? mrr_minor : customers)
  const write = (row: GroupRow) => (figure === 'mrr' ? formatMoney(row.mrr_minor, currency) : formatCount(row.customers))
  const codes = new Set(world.outlines.map(({ code }) => code))
  const present = rows.filter((row) => valueOf(row) > 0)
  const shown = present.filter(({ key }) => codes.has(key.toUpperCase()))
  const others = present.filter((row) => !shown.includes(row))
  const shades = shadesOf(shown.map(valueOf))
  const name = NAME[figure]
  return {
    name,
    nothing: `No ${name}`,
    countries: new Map(shown.map((row) => [row.key.toUpperCase(), countryOf(row, { token: shadeOf(valueOf(row), shades)?.token, currency, hasCounts })])),
    keys: new Map(shown.map(({ key }) => [key.toUpperCase(), key])),
    shades: shades.map((shade, at) => ({ token: shade.token, text: textOf(shade, at === 0, figure, currency) })),
    elsewhere: others.length === 0 ? null : others.map((row) => `${row.label} ${write(row)}`).join(', '),
  }
}

interface Drawn {
  token: string | undefined
  currency: Currency
  hasCounts: boolean
}

function countryOf({ label, mrr_minor, customers, share }: GroupRow, { token = '--map-none', currency, hasCounts }: Drawn): MapCountry {
  const color = `var(${token})`
  return {
    color: token,
    tip: {
      title: label,
      rows: [
        { color, name: 'MRR', text: `${formatMoney(mrr_minor, currency)}${share === null ? '' : ` (${formatRatio(share)})`}` },
        ...(hasCounts ? [{ color, name: 'Customers', text: formatCount(customers) }] : []),
      ],
    },
  }
}

/** `Under $500`, `$500–$2K`, `$2K or more`; people are counted one by one: `1`, `2–4`, `5 or more`. */
function textOf({ from, to }: Shade, isFirst: boolean, figure: MapFigure, currency: Currency): string {
  if (figure === 'mrr') {
    const write = (minor: number) => formatMoney(minor, currency, { compact: true })
    if (to === null) return isFirst ? 'Some MRR' : `${write(from)} or more`
    return isFirst ? `Under ${write(to)}` : `${write(from)}–${write(to)}`
  }
  if (to === null) return `${formatCount(from)} or more`
  return to - from === 1 ? formatCount(from) : `${formatCount(from)}–${formatCount(to - 1)}`
}
