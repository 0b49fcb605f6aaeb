import { createRegistry } from '../src/contract/registry.ts'
import { custom } from './custom/custom-connector.ts'
import { email } from './email/email-connector.ts'
import { slack } from './slack/slack-connector.ts'
import { sms } from './sms/sms-connector.ts'
import { telegram } from './telegram/telegram-connector.ts'
import { webChat } from './web-chat/web-chat-connector.ts'
import { whatsapp } from './whatsapp/whatsapp-connector.ts'

/** Every kind of channel this build knows: one line each. */
export const registry = createRegistry([webChat, email, whatsapp, sms, telegram, slack, custom])
