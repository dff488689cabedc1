/** The rules for an owner's account, as the server checks them; here so that they can be seen while typing. */

export interface Rule {
  id: string
  label: string
  isMet: (text: string) => boolean
}

export const PASSWORD_RULES: readonly Rule[] = [
  { id: 'length', label: 'At least 8 characters', isMet: (text) => [...text].length >= 8 },
  { id: 'upper', label: 'An upper-case letter', isMet: (text) => /\p{Lu}/u.test(text) },
  { id: 'lower', label: 'A lower-case letter', isMet: (text) => /\p{Ll}/u.test(text) },
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
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(form.email.trim())) errors.email = 'Enter an e-mail address, such as ada@example.com.'
  if (!/^[a-z0-9]+$/i.test(form.username)) errors.username = 'Use letters and digits only.'
  if (!PASSWORD_RULES.every((rule) => rule.isMet(form.password))) errors.password = 'The password does not meet every rule yet.'
  if (form.password_confirmation !== form.password) errors.password_confirmation = 'The two passwords differ.'
  return errors
}
