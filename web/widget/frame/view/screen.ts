import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { VisitorApi } from '../api.ts'
import type { Chat } from '../chat.ts'
import type { ChatState } from '../chat-state.ts'
import type { FileCache } from '../file-cache.ts'
import type { Keepsake } from '../keepsake.ts'
import type { Language } from '../words.ts'

/** What every part of the screen may need. */
export interface Screen {
  readonly chat: Chat
  readonly api: VisitorApi
  readonly files: FileCache
  readonly keepsake: Keepsake
  readonly state: ChatState
  readonly language: Language
}

export const ScreenContext = createContext<Screen | undefined>(undefined)

export function useScreen(): Screen {
  const screen = useContext(ScreenContext)
  if (screen === undefined) throw new Error('outside of the screen')
  return screen
}
