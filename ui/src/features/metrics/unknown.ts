import { FILTER_LABEL } from '~/view/filterNames'
import type { FilterName } from '~/view/search'

/** Why a figure is a dash. */
export function reasonUnknown(foreign: readonly FilterName[], value: number | null | undefined): string | undefined {
  if (foreign.length > 0) {
    const names = foreign.map((name) => FILTER_LABEL[name].toLowerCase()).join(', ')
    return `Can’t be split by ${names}`
  }
  if (value === null) return 'Nothing to divide by'
  return value === undefined ? 'Not known' : undefined
}
