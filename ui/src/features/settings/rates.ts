import type { Day } from '~/api/types'
import { isDay } from '~/format/date'

/** What is typed to enter an exchange rate: one `base` is `rate` of `currency`. */
export interface RateForm {
  currency: string
  base: string
  from: Day
  /** The last day, included; empty for `from` alone. */
  to: Day | ''
  rate: string
}

export type RateErrors = Partial<Record<keyof RateForm, string>>

export const EMPTY_RATE: RateForm = { currency: '', base: '', from: '', to: '', rate: '' }

const CODE = /^[a-z]{3}$/i

/** What the server would refuse for its form, here so that it shows at once. Whether a currency exists, the server knows. */
export function rateErrors(form: RateForm): RateErrors {
  const errors: RateErrors = {}
  const [currency, base] = [form.currency.trim(), form.base.trim()]
  if (!CODE.test(currency)) errors.currency = 'Enter a three-letter code, such as KWD.'
  if (!CODE.test(base)) errors.base = 'Enter a three-letter code, such as USD.'
  else if (base.toLowerCase() === currency.toLowerCase()) errors.base = 'Choose two different currencies.'
  if (!isDay(form.from)) errors.from = 'Choose a day.'
  if (form.to !== '' && (!isDay(form.to) || form.to < form.from)) errors.to = 'Choose a day that is not before the first one.'
  if (!/^\d+(\.\d+)?$/.test(form.rate.trim()) || !/[1-9]/.test(form.rate)) {
    errors.rate = 'Enter a number above 0 with a decimal point, such as 0.307.'
  }
  return errors
}

/** The request of a form without errors. The rate stays text, so that no digit of it changes. */
export function rateRequest(form: RateForm) {
  return {
    currency: form.currency.trim().toUpperCase(),
    base: form.base.trim().toUpperCase(),
    from: form.from,
    ...(form.to === '' ? {} : { to: form.to }),
    rate: form.rate.trim(),
  }
}
