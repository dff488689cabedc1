import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

class Store {
  private readonly values = new Map<string, string>()
  getItem = (key: string) => this.values.get(key) ?? null
  setItem = (key: string, value: string) => void this.values.set(key, value)
  removeItem = (key: string) => void this.values.delete(key)
}

/** A page in a tab of its own: what it keeps in memory is new, what the browser keeps is not. */
async function openTab() {
  vi.resetModules()
  vi.stubGlobal('sessionStorage', new Store())
  return import('./workspace')
}

beforeEach(() => vi.stubGlobal('localStorage', new Store()))
afterEach(() => vi.unstubAllGlobals())

describe('the workspace of a tab', () => {
  it('is none at first, then the one that was chosen', async () => {
    const tab = await openTab()
    expect(tab.currentWorkspace()).toBeNull()
    tab.chooseWorkspace('ws_a')
    expect(tab.currentWorkspace()).toBe('ws_a')
  })

  it('is the last choice in a new tab, and its own from then on', async () => {
    const first = await openTab()
    first.chooseWorkspace('ws_a')
    const second = await openTab()
    expect(second.currentWorkspace()).toBe('ws_a')
    second.chooseWorkspace('ws_b')
    expect(first.currentWorkspace()).toBe('ws_a')
  })

  it('is forgotten without taking that of another tab with it', async () => {
    const first = await openTab()
    first.chooseWorkspace('ws_a')
    const second = await openTab()
    second.chooseWorkspace('ws_b')
    first.forgetWorkspace()
    expect(first.currentWorkspace()).toBeNull()
    expect((await openTab()).currentWorkspace()).toBe('ws_b')
  })

  it('is kept where nothing can be stored', async () => {
    vi.unstubAllGlobals()
    vi.resetModules()
    const tab = await import('./workspace')
    tab.chooseWorkspace('ws_a')
    expect(tab.currentWorkspace()).toBe('ws_a')
  })
})
