import { PASTE_KEY, generic } from './generic'
import { NAMES } from './names'
import type { SourceTexts } from './texts'

const base = generic(NAMES.paddle)

export const paddle: SourceTexts = {
  ...base,
  about: 'Paddle Billing. Paste an API key with read permissions. It is stored encrypted on this machine.',
  key: {
    label: 'API key',
    placeholder: 'pdl_live_apikey_…',
    apiBase: 'https://api.paddle.com',
    steps: {
      open: {
        title: 'Create an API key in Paddle',
        text: 'Go to Developer tools, Authentication, API keys, and choose New API key. Call it Chartsy. A key that expires stops the updates on that day, so choose a late date.',
        link: 'Open Paddle’s key page',
      },
      permissions: {
        title: 'Give it these permissions to read',
        text: 'Read access is enough. If Paddle can reach this server, give Notification settings Write access and changes appear within a second. Everything not marked “required” is optional; you’ll see what you lose.',
      },
      copy: {
        title: 'Save the key and copy it',
        text: 'It starts with pdl_live_apikey_, or with pdl_sdbx_apikey_ in a sandbox account. Paddle shows it only once. Older keys have 50 letters and digits; they work too.',
      },
      paste: PASTE_KEY,
    },
    full: {
      badge: 'Key with full access',
      title: 'This key can do more than read',
      text: 'It is from before Paddle’s keys had permissions. It works, and Chartsy only reads. A new key with read permissions is safer: nobody could use it to refund or cancel anything.',
    },
    restricted: 'Key with permissions',
    grant: ['In Paddle, edit the key and add the permission to read', 'to it. Then check again; the key itself stays the same.'],
    refusals: {
      key_publishable: {
        title: 'This is a client-side token',
        advice:
          'Tokens that start with live_ or test_ are made for web pages and can’t read anything. Create an API key (pdl_live_apikey_…) as described above and paste it here.',
      },
      key_malformed: {
        title: 'This doesn’t look like a Paddle API key',
        advice: 'A key starts with pdl_live_apikey_ or pdl_sdbx_apikey_ and has 69 characters. Copy the whole key from Paddle.',
      },
      key_refused: {
        title: 'Paddle rejected this key',
        advice: 'Check that you copied all of it, and that it has not expired or been revoked, or create a new one.',
      },
      permission_missing: {
        advice: 'Edit the key in Paddle, add the permission, and check again.',
      },
      provider_unreachable: {
        title: 'This server can’t reach Paddle',
        advice: 'Check that the server is allowed to connect to api.paddle.com, then check again.',
      },
    },
    finalRefusals: ['key_publishable', 'key_malformed'],
  },
  webhook: {
    ...base.webhook,
    states: {
      ...base.webhook.states,
      silent: `${base.webhook.states.silent} In Paddle, go to Developer tools, Notifications and check whether deliveries to this server fail.`,
    },
    byHand: {
      ...base.webhook.byHand,
      address: 'In Paddle, go to Developer tools, Notifications and add a destination with this address:',
      secret: 'Copy the destination’s secret key and paste it here.',
    },
    secretPlaceholder: 'pdl_ntfset_…',
    left: 'Its webhook could not be removed from Paddle: delete it there under Developer tools, Notifications. Until then, anything it sends is rejected.',
  },
  providerMrr:
    'What Paddle’s API says MRR was, and how ours differs from it. Paddle converts each transaction at its own exchange rate of that day. Neither figure contains taxes or one-off charges, and neither is reduced by Paddle’s fees.',
  bill: { one: 'transaction', many: 'transactions', paid: 'paid transaction', allPaid: 'paid transactions', none: 'Credited by an adjustment' },
  charge: { many: 'payment attempts', tellsRefunds: false },
  invoiceReasons: {
    web: 'Checkout',
    api: 'Created through the API',
    subscription_recurring: 'Renewal',
    subscription_update: 'Plan change',
    subscription_charge: 'One-off charge',
    subscription_payment_method_change: 'Payment method change',
  },
}
