import { PASTE_KEY, generic } from './generic'
import { NAMES } from './names'
import type { SourceTexts } from './texts'

const base = generic(NAMES.stripe)

export const stripe: SourceTexts = {
  ...base,
  about: 'Paste a restricted key with read access. It is stored encrypted on this machine.',
  key: {
    label: 'Restricted key',
    placeholder: 'rk_live_…',
    apiBase: 'https://api.stripe.com',
    steps: {
      open: {
        title: 'Open the restricted key page in Stripe',
        text: 'A restricted key can only do what you allow. Its name and permissions are already filled in. You need to be an administrator of the Stripe account.',
        link: 'Open Stripe’s key page',
      },
      permissions: {
        title: 'Check that these are set to Read',
        text: 'Read access is enough. If Stripe can reach this server, give Webhook Endpoints Write access and changes appear within a second. Everything not marked “required” is optional; you’ll see what you lose.',
      },
      copy: {
        title: 'Create the key and copy it',
        text: 'It starts with rk_live_, or with rk_test_ in test mode. Stripe shows it only once.',
      },
      paste: PASTE_KEY,
    },
    full: {
      badge: 'Full secret key',
      title: 'This key can do more than read',
      text: 'It works, and Chartsy only reads. A restricted key is safer: nobody could use it to change anything in your account.',
    },
    restricted: 'Restricted key',
    grant: ['In Stripe, edit the key and set', 'to Read, then check again. The key itself stays the same.'],
    refusals: {
      key_publishable: {
        title: 'This is a publishable key',
        advice: 'Keys that start with pk_ are made for web pages and can’t read anything. Create a restricted key (rk_…) as described above and paste it here.',
      },
      key_malformed: {
        title: 'This doesn’t look like a Stripe key',
        advice: 'A key starts with rk_live_, rk_test_, sk_live_ or sk_test_. Copy the whole key from Stripe.',
      },
      key_refused: {
        title: 'Stripe rejected this key',
        advice: 'Check that you copied all of it, or create a new one.',
      },
      permission_missing: {
        advice: 'Edit the key in Stripe, set the permission to Read, and check again.',
      },
      provider_unreachable: {
        title: 'This server can’t reach Stripe',
        advice: 'Check that the server is allowed to connect to api.stripe.com, then check again.',
      },
    },
    finalRefusals: ['key_publishable', 'key_malformed'],
  },
  webhook: {
    ...base.webhook,
    states: {
      ...base.webhook.states,
      silent: `${base.webhook.states.silent} In Stripe, go to Developers, Webhooks and check whether deliveries to this server fail.`,
    },
    byHand: {
      ...base.webhook.byHand,
      address: 'In Stripe, go to Developers, Webhooks and add an endpoint with this address:',
    },
    secretPlaceholder: 'whsec_…',
    left: 'Its webhook could not be removed from Stripe: delete it there under Developers, Webhooks. Until then, anything it sends is rejected.',
  },
  invoiceReasons: {
    subscription_cycle: 'Renewal',
    subscription_create: 'First invoice',
    subscription_update: 'Plan change',
    subscription_threshold: 'Usage threshold reached',
    subscription: 'Subscription',
    automatic_pending_invoice_item_invoice: 'Pending items',
    quote_accept: 'Quote accepted',
    upcoming: 'Upcoming',
  },
}
