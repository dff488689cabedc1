import { describe, expect, it } from 'vitest'

import { ApiError, failureText } from '~/api/client'

import { deletionError } from './deletion'

const refused = (code: string, title: string) => new ApiError({ status: 409, code, title, action: 'Do something' })

describe('an account that could not be deleted', () => {
  it('says where the only owner of a workspace hands it over or deletes it', () => {
    const told = deletionError(refused('only_owner', 'This account is the only owner who can sign in of “Acme”'))
    expect(told && failureText(told)).toBe(
      'This account is the only owner who can sign in of “Acme”. Make another member an owner under Settings, Members, or delete the workspace under Settings, Workspace. Then delete your account.',
    )
  })

  it('says anything else as the server does', () => {
    const error = refused('disk_full', 'The server’s disk is full')
    expect(deletionError(error)).toBe(error)
    expect(deletionError(null)).toBeNull()
  })
})
