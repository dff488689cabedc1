import { useCallback, useRef, useState } from 'react'

/** Whether an element has been in view, or nearly: what costs a request waits for that. */
export function useInView(): [ref: (element: Element | null) => void, hasBeen: boolean] {
  const [hasBeen, setHasBeen] = useState(false)
  const observer = useRef<IntersectionObserver | null>(null)
  const ref = useCallback((element: Element | null) => {
    observer.current?.disconnect()
    if (element === null) return
    observer.current = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return
        observer.current?.disconnect()
        setHasBeen(true)
      },
      { rootMargin: '200px' },
    )
    observer.current.observe(element)
  }, [])
  return [ref, hasBeen]
}
