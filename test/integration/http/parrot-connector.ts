/** A connector that reaches nothing: it knows every kind of setting, and repeats what it is told. */
import type { Connector } from '../../../src/contract/connector.ts'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import type { Capabilities } from '../../../src/domain/capabilities.ts'
import type { ChannelType } from '../../../src/domain/ids.ts'
import type { VisitorSettings } from '../../../src/domain/visitor.ts'
import { TEXT_ONLY } from '../../harness/scripted-channel.ts'

const capabilities: Capabilities = {
  ...TEXT_ONLY,
  text: { support: 'native', maxLength: 1_000, overLimit: 'split' },
}

export const parrot: Connector = {
  type: 'parrot' as ChannelType,
  displayName: 'Parrot',
  summary: 'Repeats.',
  configFields: [
    { key: 'title', label: 'Title', kind: 'text', required: false, default: 'Hello', maxLength: 20 },
    { key: 'color', label: 'Color', kind: 'color', required: false, default: '#112233' },
    {
      key: 'mode',
      label: 'Mode',
      kind: 'select',
      required: true,
      default: 'loud',
      options: [
        { value: 'loud', label: 'Loud' },
        { value: 'fail', label: 'Fail' },
      ],
    },
    { key: 'volume', label: 'Volume', kind: 'number', required: false, minimum: 0, maximum: 10 },
    { key: 'awake', label: 'Awake', kind: 'boolean', required: false, default: true },
    {
      key: 'hosts',
      label: 'Hosts',
      kind: 'list',
      required: false,
      pattern: '[a-z.]+',
      patternHelp: 'Lower case.',
    },
    { key: 'homepage', label: 'Homepage', kind: 'url', required: false },
    {
      key: 'reason',
      label: 'Reason',
      kind: 'text',
      required: true,
      showWhen: { key: 'mode', equals: 'fail' },
    },
    { key: 'apiKey', label: 'Key', kind: 'secret', required: false },
    { key: 'signing', label: 'Signing', kind: 'secret', required: true, generated: true },
  ],
  capabilities: () => capabilities,
  async check({ config }) {
    if (config['mode'] !== 'fail') return { ok: true }
    throw new ConnectorError({ code: 'hoarse', detail: 'No voice.', retry: 'later', delivery: 'not-sent' })
  },
  inbound: {
    kind: 'webhook',
    maxBodyBytes: 1_000,
    verify: () => ({ ok: false, code: 'invalid-signature' }),
    parse: () => [],
    acknowledge: () => ({ status: 200 }),
  },
  visitors: {
    publicSettings: () => ({}) as VisitorSettings,
    frameAncestors: () => [],
    issueTicket: () => undefined,
    admit: () => ({ ok: false, code: 'identity-not-proven', detail: '' }),
    recognise: () => undefined,
    snippet: (_config, { id, publicUrl }) => `<script src="${publicUrl}" data-channel="${id}"></script>`,
  },
  send: async ({ id }) => ({ externalId: id }),
}
