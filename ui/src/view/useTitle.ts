import { useEffect } from 'react'

/** The name of the page in the browser's tab, the most telling part first. */
export function useTitle(...parts: (string | undefined)[]) {
  const title = [...parts, 'Chartsy'].filter(Boolean).join(' · ')
  useEffect(() => {
    document.title = title
  }, [title])
}
