import type { Progress } from '~/api/types'

/** The share that is loaded; `undefined` while not even the total is known. */
export function shareOf({ kinds }: Pick<Progress, 'kinds'>): number | undefined {
  const known = kinds.filter(({ estimated_total }) => estimated_total !== null)
  const total = known.reduce((sum, kind) => sum + Math.max(kind.estimated_total ?? 0, kind.done), 0)
  return total === 0 ? undefined : Math.min(1, known.reduce((sum, kind) => sum + kind.done, 0) / total)
}
