import { createRegistry } from '../src/contract/registry.ts'
import { custom } from './custom/custom-connector.ts'
import { email } from './email/email-connector.ts'
import { slack } from './slack/slack-connector.ts'
import { webChat } from './web-chat/web-chat-connector.ts'

/** Every kind of channel this build knows: one line each. */
export const registry = createRegistry([webChat, email, slack, custom])
