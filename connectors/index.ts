import { createRegistry } from '../src/contract/registry.ts'
import { email } from './email/email-connector.ts'
import { telegram } from './telegram/telegram-connector.ts'
import { webChat } from './web-chat/web-chat-connector.ts'

/** Every kind of channel this build knows: one line each. */
export const registry = createRegistry([webChat, email, telegram])
