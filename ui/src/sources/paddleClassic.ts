import { generic } from './generic'
import { NAMES } from './names'
import type { SourceTexts } from './texts'

const base = generic(NAMES.paddle_classic)

export const paddleClassic: SourceTexts = {
  ...base,
  about: 'Paddle Classic, for sellers from before Paddle Billing. Enter your vendor ID and an auth code. The code is stored encrypted on this machine.',
  key: {
    label: 'Auth code',
    placeholder: '0123456789abcdef…',
    owner: {
      label: 'Vendor ID',
      placeholder: '12345',
      hint: 'The number that Paddle shows on the same page, under Developer Tools, Authentication.',
    },
    apiBase: 'https://vendors.paddle.com',
    steps: {
      open: {
        title: 'Find your vendor ID and an auth code in Paddle',
        text: 'Both are under Developer Tools, Authentication. Generate a new auth code and call it Chartsy, so that you can revoke it on its own.',
        link: 'Open Paddle’s authentication page',
      },
      permissions: {
        title: 'Know what an auth code can do',
        text: 'Paddle Classic has no codes that can only read: an auth code can also refund payments and cancel subscriptions. Chartsy can request nothing but the lists below, none of which changes anything. The code is encrypted and never leaves this server except to Paddle.',
        list: 'All lists that Chartsy reads',
      },
      copy: {
        title: 'Copy both',
        text: 'For a Paddle sandbox account, also enter the API address https://sandbox-vendors.paddle.com below.',
      },
      paste: {
        title: 'Paste both here',
        hint: 'The code is checked right away with read-only requests. It is saved, encrypted, only when you connect.',
      },
    },
    full: {
      badge: 'Code with full access',
      title: 'An auth code can do more than read',
      text: 'It can also refund and cancel, because Paddle Classic has no narrower codes. Chartsy only reads. If you ever stop using Chartsy, revoke the code in Paddle.',
    },
    restricted: 'Code that only reads',
    grant: ['In Paddle, use the auth code of a user who may read', 'and check again.'],
    refusals: {
      key_malformed: {
        title: 'This doesn’t look like a vendor ID and an auth code',
        advice: 'The vendor ID is a number, and the auth code has only the digits 0 to 9 and the letters a to f. Copy both from Paddle.',
      },
      key_refused: {
        title: 'Paddle rejected this auth code',
        advice:
          'Check that the vendor ID and the code belong together, that you copied all of the code, and that it was not revoked. For a sandbox account, enter the address https://sandbox-vendors.paddle.com.',
      },
      provider_unreachable: {
        title: 'This server can’t reach Paddle',
        advice: 'Check that the server is allowed to connect to vendors.paddle.com, then check again.',
      },
    },
    finalRefusals: ['key_malformed'],
  },
  webhook: {
    ...base.webhook,
    states: {
      ...base.webhook.states,
      live: 'Paddle sends its alerts to this server. Chartsy also reads the alert history every ten minutes for anything that was missed, and every list once a day.',
      registered: 'The public key is saved, and Chartsy is waiting for the first alert. Until then it reads the alert history every minute.',
      manual:
        'Chartsy reads Paddle’s alert history every minute, and every list once a day. To see changes within a second, enter this server’s address in Paddle as described below.',
      unreachable:
        'Paddle can’t reach this server, so Chartsy reads the alert history every minute, and every list once a day. To see changes within a second, start the server with --public-url and its public address. No data is lost without it.',
    },
    byHand: {
      address: 'In Paddle, go to Developer Tools, Alerts, and enter this address for webhooks:',
      version: () => 'Switch on webhooks for these alerts:',
      secret: 'Go to Developer Tools, Public Key, copy all of it, and paste it here.',
    },
    isByHandOnly: true,
    secretPlaceholder: '-----BEGIN PUBLIC KEY-----…',
    secretLabel: 'Public key',
    removal: 'In Paddle, you then remove this server’s address yourself.',
    removed: 'Remove this server’s address in Paddle under Developer Tools, Alerts. Until then, anything it sends is rejected.',
    left: 'Remove this server’s address in Paddle under Developer Tools, Alerts. Until then, anything it sends is rejected.',
  },
  bill: { one: 'payment', many: 'payments', paid: 'payment', allPaid: 'payments', none: 'Not on any payment' },
  invoiceReasons: { one_off_charge: 'One-off charge' },
  coarse: (day) =>
    `Figures before ${day} are coarse. Paddle Classic keeps its alerts for 90 days; for the time before, it lists one amount per payment, tax included where it was charged. Refunds, disputes and failed payments before ${day} aren’t available. A subscription becomes exact with its first payment after that day, so its MRR falls then by the tax in its price.`,
}
