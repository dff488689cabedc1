import { expect, test } from 'vitest'

import { masked, personalTexts } from './mask'

test('names and email addresses are hidden, and what is around them stays', () => {
  const names = ['Ada Lovelace', 'X']
  expect(masked('Ada Lovelace upgraded to Pro, +$20.00', names)).toBe('••• •••••••• upgraded to Pro, +$20.00')
  expect(masked('ada+news@mail.example.com · Germany', names)).toBe('•••+••••@••••.•••••••.••• · Germany')
  expect(masked('(grace@exämple.com)', names)).toBe('(•••••@•••••••.•••)')
  expect(masked(' X ', names)).toBe(' • ')
  expect(masked('X of MAX', names)).toBe('X of MAX')
})

test('people are found in whatever the server has answered', () => {
  const answers = [
    { data: [{ id: 'cus_1', name: 'Ada Lovelace', email: 'ada@example.com', plans: ['Pro'] }] },
    { pages: [{ data: [{ customer_id: 'cus_2', name: 'Grace', type: 'new' }] }] },
    { user: { full_name: 'Bob Builder', username: 'bob' }, workspace: { id: 'ws_1', name: 'Acme' } },
    { customer: { name: null, email: '' }, card: { last4: '4242' }, plan: { name: 'Pro' } },
    null,
    'text',
  ]
  expect(personalTexts(answers)).toEqual(['ada@example.com', 'Ada Lovelace', 'Bob Builder', 'Grace', '4242', 'bob'])
})
