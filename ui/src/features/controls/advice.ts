import { IS_SHARED } from '~/api/visit'
import type { View } from '~/view/useView'

/** Whether there is any history before the range of the page, and the reader can choose it: not on a page that somebody shared. */
export const canReachBack = ({ facets, period }: Pick<View, 'facets' | 'period'>): boolean =>
  !IS_SHARED && (facets === undefined || (facets.first_on !== null && facets.first_on < period.start))

/** What to do about a range with nothing in it, where that helps. */
export const longerRange = (view: View): string => (canReachBack(view) ? 'Choose a longer range.' : '')
