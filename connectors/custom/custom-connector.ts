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
