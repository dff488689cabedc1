import { describe, expect, it } from 'vitest'

import { ownerErrors } from './rules'

const good = {
  full_name: 'Ada Byron',
  email: 'ada@example.com',
  username: 'ada1',
  password: 'Engine1843',
  password_confirmation: 'Engine1843',
  setup_code: '',
}

describe('an owner’s account', () => {
  it('is accepted when every rule is met', () => {
    expect(ownerErrors(good)).toEqual({})
  })

  it.each(['Sh0rt', 'alllower1', 'ALLUPPER1', 'NoDigitHere'])('refuses the password %s', (password) => {
    expect(ownerErrors({ ...good, password, password_confirmation: password })).toHaveProperty('password')
  })

  it('has a username of letters and digits', () => {
    expect(ownerErrors({ ...good, username: 'ada byron' })).toHaveProperty('username')
  })

  it('asks for the password twice', () => {
    expect(ownerErrors({ ...good, password_confirmation: 'Engine1844' })).toHaveProperty('password_confirmation')
  })
})
