import type { Day, Interval } from '~/api/types'
import { formatBucket } from '~/format/date'

/** One period on the horizontal axis of a chart, or in a row of its table. */
export interface Bucket {
  start_on: Day
  end_on: Day
  /** Whether the range or today cuts it short. */
  is_partial: boolean
}

/** Whether it has not ended yet: dashed in lines, hatched in columns, "so far" in words. */
export const isRunning = ({ end_on, is_partial }: Bucket, today: Day) => is_partial && end_on >= today

/** What is said of a period that is not a whole one. */
export function partialNote(bucket: Bucket, today: Day): string | undefined {
  if (!bucket.is_partial) return undefined
  return isRunning(bucket, today) ? 'so far' : 'partial'
}

export function bucketName(bucket: Bucket, interval: Interval, today: Day): string {
  const note = partialNote(bucket, today)
  const name = formatBucket(bucket.start_on, interval)
  return note === undefined ? name : `${name}, ${note}`
}
