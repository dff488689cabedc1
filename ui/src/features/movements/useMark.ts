import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'

import type { OpenMark } from '~/view/pageSearch'
import { REST, UNKNOWN } from '~/view/groupLabels'
import type { FilterName } from '~/view/search'
import { compact } from '~/view/search'

const NO_MARK = { mark_from: undefined, mark_to: undefined, mark_type: undefined, mark_of: undefined }

/**
 * What a click on a chart has opened. It is in the address of any page whose route reads `OpenMark`, so it can be shared, and going
 * back closes it.
 */
export function useMark(name: FilterName) {
  const { mark_from: from, mark_to: to, mark_of: of }: OpenMark = useSearch({ strict: false })
  const navigate = useNavigate()
  const open = useCallback(
    ({ start_on, end_on }: { start_on: string; end_on: string }, key: string | undefined) =>
      void navigate({
        to: '.',
        search: (before: object) => compact({ ...before, mark_from: start_on, mark_to: end_on, mark_of: key }),
        resetScroll: false,
      }),
    [navigate],
  )
  const close = () => void navigate({ to: '.', search: (before: object) => compact({ ...before, ...NO_MARK }), resetScroll: false })
  // What no filter can name is shown with everything else.
  const hasPart = of !== undefined && of !== REST && of !== UNKNOWN
  return {
    open,
    drawer: {
      days: from !== undefined && to !== undefined ? { from, to } : undefined,
      part: hasPart ? { name, id: of } : undefined,
      onClose: close,
    },
  }
}
