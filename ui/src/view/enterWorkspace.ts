import { chooseWorkspace } from '~/api/workspace'

/** Opens a workspace with a new page: nothing of the one that is left stays in memory, and nothing of it is requested anymore. */
export function enterWorkspace(id: string) {
  chooseWorkspace(id)
  window.location.assign('/')
}
