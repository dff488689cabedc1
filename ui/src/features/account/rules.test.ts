import { describe, expect, it } from 'vitest'

import { accountErrors, freeUsernames, passwordErrors, suggestedUsername } from './rules'

const good = {
  full_name: 'Ada Byron',
  email: 'ada@example.com',
  username: 'ada1',
  password: 'Engine1843',
  password_confirmation: 'Engine1843',
}

describe('an account', () => {
  it('is accepted when every rule is met', () => {
    expect(accountErrors(good)).toEqual({})
  })

  it.each(['Sh0rt', 'alllower1', 'ALLUPPER1', 'NoDigitHere'])('refuses the password %s', (password) => {
    expect(accountErrors({ ...good, password, password_confirmation: password })).toHaveProperty('password')
  })

  it('has a username of letters and digits', () => {
    expect(accountErrors({ ...good, username: 'ada byron' })).toHaveProperty('username')
  })

  it('asks for the password twice', () => {
    expect(accountErrors({ ...good, password_confirmation: 'Engine1844' })).toHaveProperty('password_confirmation')
  })
})

describe('a change of password', () => {
  it('needs the current one, and a new one by the same rules', () => {
    const form = { current_password: 'Engine1843', password: 'Difference2', password_confirmation: 'Difference2' }
    expect(passwordErrors(form)).toEqual({})
    expect(passwordErrors({ ...form, current_password: '' })).toHaveProperty('current_password')
    expect(passwordErrors({ ...form, password: 'weak', password_confirmation: 'weak' })).toHaveProperty('password')
  })
})

describe('a username', () => {
  it('is suggested from the name, in letters that every server takes', () => {
    expect(suggestedUsername('Zoë de Vries')).toBe('zoedevries')
    expect(suggestedUsername('李雷')).toBe('')
    expect(suggestedUsername('a'.repeat(60))).toHaveLength(50)
  })

  it('that is taken comes with free ones', () => {
    expect(freeUsernames('Free: ada1, ada2.')).toEqual(['ada1', 'ada2'])
    expect(freeUsernames('Choose another one.')).toEqual([])
    expect(freeUsernames(undefined)).toEqual([])
  })
})
