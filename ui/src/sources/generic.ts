import type { SourceTexts } from './texts'

export const PASTE_KEY = {
  title: 'Paste the key here',
  hint: 'The key is checked right away with read-only requests. It is saved, encrypted, only when you connect.',
}

/** Texts that fit every source. A source replaces those for which its own dashboard has other words. */
export const generic = (name: string): SourceTexts => ({
  name,
  about: '',
  webhook: {
    states: {
      live: `${name} notifies this server of every change. Chartsy also checks the event list every ten minutes for anything that was missed.`,
      registered: 'The webhook is registered and waiting for its first event. Until then Chartsy polls every minute.',
      silent: `${name} has stopped delivering events to this server. Chartsy polls every minute until deliveries resume.`,
      pending: 'The webhook is being registered. Until then Chartsy polls every minute.',
      unreachable: `${name} can’t reach this server, so Chartsy polls every minute. To see changes within a second, start the server with --public-url and its public address. No data is lost without it.`,
      manual:
        'This key isn’t allowed to register a webhook, so Chartsy polls every minute. To see changes within a second, create the endpoint by hand as described below.',
    },
    byHand: {
      address: `In ${name}, add a webhook endpoint with this address:`,
      version: (version) => `Choose API version ${version} and these events:`,
      secret: 'Reveal its signing secret and paste it here.',
    },
    secretPlaceholder: '',
    secretLabel: 'Signing secret',
    removal: `In ${name}, only Chartsy’s own webhook is removed.`,
    removed: `Its webhook was removed from ${name}.`,
    left: `Its webhook could not be removed from ${name}: delete it there. Until then, anything it sends is rejected.`,
  },
  bill: { one: 'invoice', many: 'invoices', paid: 'paid invoice', allPaid: 'paid invoices', none: 'Pending, not invoiced yet' },
  charge: { many: 'charges', tellsRefunds: true },
  invoiceReasons: {},
})
