/** The rules for the owner account as the server checks them, here so that they show while typing. */

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

export interface OwnerForm {
  full_name: string
  email: string
  username: string
  password: string
  password_confirmation: string
  setup_code: string
}

export type OwnerErrors = Partial<Record<keyof OwnerForm, string>>

export function ownerErrors(form: OwnerForm): OwnerErrors {
  const errors: OwnerErrors = {}
  if (form.full_name.trim() === '') errors.full_name = 'Enter your name.'
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(form.email.trim())) errors.email = 'Enter an email address, such as ada@example.com.'
  if (!/^[a-z0-9]+$/i.test(form.username)) errors.username = 'Use letters and digits only.'
  if (!PASSWORD_RULES.every((rule) => rule.isMet(form.password))) errors.password = 'Your password must meet all four rules.'
  if (form.password_confirmation !== form.password) errors.password_confirmation = 'Passwords don’t match.'
  return errors
}
