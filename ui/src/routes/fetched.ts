import { ApiError } from '~/api/client'
import { reachability } from '~/api/reachability'

/** Whether a page's own code is missing: the server is away, or an update has renamed the code. */
export const isCodeMissing = (error: unknown) => error instanceof ApiError && error.code === 'page_missing'

/**
 * Loads a part of the app. If that fails, the page shows it as an error. The router alone would reload, which ends in the browser's
 * own error page while the server is away.
 */
export const fetched =
  <T>(load: () => Promise<T>) =>
  async (): Promise<T> => {
    try {
      return await load()
    } catch {
      reachability.failed()
      throw new ApiError({
        title: 'This page couldn’t be loaded',
        status: 0,
        code: 'page_missing',
        detail: 'The server isn’t responding, or it has been updated since you opened Chartsy.',
        action: 'Try again. The page reloads as soon as the server responds.',
      })
    }
  }

export const settingsArea = fetched(() => import('~/features/settings/area'))
