import { createContext, useContext } from 'react'

import type { OpenedValue } from './openable'

/** Opens what is behind a value. */
export type OpenValueFn = (value: OpenedValue) => void

export const OpenValue = createContext<OpenValueFn | undefined>(undefined)

/** What opens the values of a page; absent where nothing does, as on pages that are shared. */
export const useOpenValue = () => useContext(OpenValue)
