import { SkeletonRows } from '~/components/Feedback'
import { ChevronIcon } from '~/components/icons'
import { loadable } from '~/components/loadable'
import { PopoverButton } from '~/components/Overlay'
import type { View } from '~/view/useView'

/** It is only seen once the picker is open. */
export const [useRanges, preloadRanges] = loadable(() => import('./Ranges'))

/** The days that the page is of. */
export function RangePicker({ view }: { view: View }) {
  const { label } = view.period
  return (
    <PopoverButton
      button={
        <>
          {label}
          <ChevronIcon className="size-4 text-ink-faint" />
        </>
      }
      className="flex h-9 shrink-0 items-center gap-2 rounded-lg border border-line bg-surface px-2.5 text-sm whitespace-nowrap hover:bg-hover"
      label={`Range: ${label}. Change range`}
      popoverClassName="w-80"
      title="Range"
    >
      {(close) => <Choices close={close} view={view} />}
    </PopoverButton>
  )
}

function Choices(props: { view: View; close: () => void }) {
  const code = useRanges(true)
  return code ? (
    <code.Ranges {...props} />
  ) : (
    <div className="px-4">
      <SkeletonRows rows={12} />
    </div>
  )
}
