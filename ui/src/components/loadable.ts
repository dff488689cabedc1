import { useEffect, useState } from 'react'

import { reachability } from '~/api/reachability'

/**
 * Code that a page needs only once something is opened, or below what is seen first. The hook gives it as soon as it is wanted and
 * here; a server that was away is asked again when it is back.
 */
export function loadable<T>(load: () => Promise<T>): [use: (isWanted: boolean) => T | undefined, preload: () => void] {
  let loaded: T | undefined
  const fetch = async (): Promise<T> => {
    loaded ??= await load()
    return loaded
  }
  /** If that fails, the next one who wants it tries again. */
  const preload = () => {
    fetch().catch(() => {})
  }
  const useLoaded = (isWanted: boolean): T | undefined => {
    const [code, setCode] = useState(loaded)
    useEffect(() => {
      if (!isWanted || code !== undefined) return
      let isOver = false
      const begin = () => {
        fetch().then(
          (now) => {
            if (!isOver) setCode(now)
          },
          () => reachability.failed(),
        )
      }
      begin()
      const forget = reachability.onReturn(begin)
      return () => {
        isOver = true
        forget()
      }
    }, [isWanted, code])
    return code
  }
  return [useLoaded, preload]
}
