/** The rules for an account as the server checks them, here so that they show while typing. */

export interface Rule {
  id: string
  label: string
  isMet: (text: string) => boolean
}

export const PASSWORD_RULES: readonly Rule[] = [
  { id: 'length', label: 'At least 8 characters', isMet: (text) => [...text].length >= 8 },
  { id: 'upper', label: 'An uppercase letter', isMet: (text) => /\p{Lu}/u.test(text) },
  { id: 'lower', label: 'A lowercase letter', isMet: (text) => /\p{Ll}/u.test(text) },
  { id: 'digit', label: 'A digit', isMet: (text) => /\d/.test(text) },
]

export interface AccountForm {
  full_name: string
  email: string
  username: string
  password: string
  password_confirmation: string
}

export interface OwnerForm extends AccountForm {
  setup_code: string
}

export type AccountErrors = Partial<Record<keyof AccountForm, string>>
export type OwnerErrors = Partial<Record<keyof OwnerForm, string>>

export function accountErrors(form: AccountForm): AccountErrors {
  const errors: AccountErrors = {}
  if (form.full_name.trim() === '') errors.full_name = 'Enter your name.'
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(form.email.trim())) errors.email = 'Enter an email address, such as ada@example.com.'
  if (!/^[a-z0-9]+$/i.test(form.username)) errors.username = 'Use letters and digits only.'
  return { ...errors, ...newPasswordErrors(form) }
}

type NewPassword = Pick<AccountForm, 'password' | 'password_confirmation'>

export function newPasswordErrors({ password, password_confirmation }: NewPassword): Partial<NewPassword> {
  return {
    ...(PASSWORD_RULES.every((rule) => rule.isMet(password)) ? {} : { password: 'Your password must meet all four rules.' }),
    ...(password_confirmation === password ? {} : { password_confirmation: 'Passwords don’t match.' }),
  }
}

export interface PasswordForm extends NewPassword {
  current_password: string
}

export function passwordErrors(form: PasswordForm): Partial<PasswordForm> {
  return { ...(form.current_password === '' ? { current_password: 'Enter your current password.' } : {}), ...newPasswordErrors(form) }
}

const LONGEST_USERNAME = 50

/** `Zoë de Vries` → `zoedevries`; empty for a name without Latin letters. */
export function suggestedUsername(fullName: string): string {
  return fullName
    .normalize('NFD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')
    .slice(0, LONGEST_USERNAME)
}

/** The names that the server offers in place of one that is taken: `Free: ada1, ada2.` */
export function freeUsernames(action: string | undefined): string[] {
  const [, names = ''] = /^free: (.+?)\.?$/i.exec(action ?? '') ?? []
  return names.split(', ').filter(Boolean)
}
