import { ApiError } from '~/api/client'

interface Sent<Form> {
  error: Error | null
  variables: Form | undefined
}

/**
 * The fields of a form that the server checks: what is entered, and what is wrong with it until something else is entered.
 * `isOfField` tells whether the error is shown beside a field, so that it need not be said above the form.
 */
export function enteredFields<Form extends Record<string, string>>(form: Form, setForm: (change: (before: Form) => Form) => void, sent: Sent<Form>) {
  const refused = sent.error instanceof ApiError && sent.variables === form ? sent.error.problem : undefined
  return {
    isOfField: refused?.field !== undefined && refused.field in form,
    field: (name: keyof Form & string) => ({
      name,
      isRequired: true,
      value: form[name] ?? '',
      error: refused?.field === name ? `${refused.title}.` : undefined,
      onChange: (value: string) => setForm((before) => ({ ...before, [name]: value })),
    }),
  }
}
