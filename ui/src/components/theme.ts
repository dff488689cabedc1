import { useSyncExternalStore } from 'react'

/** What the reader chose. `system` follows the device. Keep in step with public/theme.js, which runs before the first paint. */
export type ThemeChoice = 'system' | 'light' | 'dark'

const KEY = 'chartsy.theme'
const prefersDark = window.matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<() => void>()

/** A frame of another site may have no storage. */
function storedChoice(): string | null {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null
  }
}

export function themeChoice(): ThemeChoice {
  const stored = storedChoice()
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}

function isDark(): boolean {
  const choice = themeChoice()
  return choice === 'dark' || (choice === 'system' && prefersDark.matches)
}

function apply() {
  document.documentElement.dataset.theme = isDark() ? 'dark' : 'light'
  for (const listener of listeners) listener()
}

export function chooseTheme(choice: ThemeChoice) {
  if (choice === 'system') localStorage.removeItem(KEY)
  else localStorage.setItem(KEY, choice)
  apply()
}

prefersDark.addEventListener('change', apply)

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The current theme: charts are redrawn when it changes. */
export function useTheme(): 'light' | 'dark' {
  return useSyncExternalStore(subscribe, () => (isDark() ? 'dark' : 'light'))
}

export function useThemeChoice(): ThemeChoice {
  return useSyncExternalStore(subscribe, themeChoice)
}
