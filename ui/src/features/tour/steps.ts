/** What the tour says, and the part of the page that each step points at: see `data-tour`. */
export interface Step {
  target: 'headline' | 'change' | 'view'
  title: string
  text: string
}

export const STEPS: readonly Step[] = [
  {
    target: 'headline',
    title: 'Your MRR, from top to bottom',
    text: 'This page begins with what your subscriptions are worth per month, and how that has changed. Below are the months before, what moved it, and the plans it is made of.',
  },
  {
    target: 'change',
    title: 'Click any figure',
    text: 'This change opens the customers behind it, each with the reason. So does any bar, point or amount, down to the lines of an invoice.',
  },
  {
    target: 'view',
    title: 'One view for every page',
    text: 'Range, currency and filters stay as you move between pages. They are part of the address, so a link shows your team exactly what you see.',
  },
]
