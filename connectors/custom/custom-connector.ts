import type { Connector } from '../../src/contract/connector.ts'
import type { ChannelType } from '../../src/domain/ids.ts'
import { fetchFile } from './fetch-file.ts'
import { inbound } from './inbound.ts'
import { check, deleteMessage, editMessage, markRead, send, sendTyping } from './outbound.ts'
import { type CustomConfig, capabilitiesOf, configFields, setup } from './settings.ts'

/** Any system that can post and take signed JSON. */
export const custom: Connector<CustomConfig> = {
  type: 'custom' as ChannelType,
  displayName: 'Custom channel',
  summary: 'Any system of your own, by signed HTTP both ways.',
  mark: {
    color: '#5b4fc7',
    path: 'M9 4c-2.5 0-2.5 2-2.5 4S6.5 12 4 12c2.5 0 2.5 2 2.5 4S6.5 20 9 20M15 4c2.5 0 2.5 2 2.5 4s0 4 2.5 4c-2.5 0-2.5 2-2.5 4s0 4-2.5 4',
  },
  configFields,
  setup,
  capabilities: capabilitiesOf,
  check,
  inbound,
  send,
  sendTyping,
  markRead,
  editMessage,
  deleteMessage,
  fetchAttachment: fetchFile,
}
