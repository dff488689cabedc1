/** What the account page says when an account could not be deleted. */
import { ApiError } from '~/api/client'

/** The same error, with the places in which the only owner of a workspace does what is needed. */
export function deletionError(error: Error | null): Error | null {
  if (!(error instanceof ApiError) || error.code !== 'only_owner') return error
  const action = 'Make another member an owner under Settings, Members, or delete the workspace under Settings, Workspace. Then delete your account.'
  return new ApiError({ ...error.problem, action })
}
