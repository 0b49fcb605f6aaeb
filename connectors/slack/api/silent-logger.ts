import type { Logger } from '@slack/bolt'

const quiet = (): void => undefined

/**
 * For Bolt's parts. What they would write holds messages, and addresses that open a socket by themselves; what went
 * wrong is told by what they throw.
 */
export const silentLogger = (): Logger =>
  ({
    debug: quiet,
    info: quiet,
    warn: quiet,
    error: quiet,
    setLevel: quiet,
    getLevel: () => 'error',
    setName: quiet,
  }) as unknown as Logger
