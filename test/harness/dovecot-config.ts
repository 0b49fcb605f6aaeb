import { execFileSync } from 'node:child_process'
import { userInfo } from 'node:os'
import { join } from 'node:path'

export interface DovecotPlace {
  readonly root: string
  readonly port: number
  readonly lmtpPort: number
  /** Whether there is a folder that the server itself marks as the one of sent mail. */
  readonly sent: boolean
}

/** As root, Dovecot delivers as the user `mail`, never as root. */
export const MAIL_OWNER = process.getuid?.() === 0 ? { uid: 8, gid: 8 } : undefined

/** Settings of Dovecot 2.3, one a line; nothing of the machine's own configuration is read. */
export function dovecotConfig({ root, port, lmtpPort, sent }: DovecotPlace): string {
  const at = (...parts: readonly string[]): string => join(root, ...parts)
  return `
base_dir = ${at('base')}
state_dir = ${at('state')}
log_path = ${at('dovecot.log')}
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_username_format = %n
auth_failure_delay = 0
mail_location = maildir:${at('mail')}/%u
mail_max_userip_connections = 100
mailbox_idle_check_interval = 1 secs
maildir_very_dirty_syncs = no
passdb {
  driver = passwd-file
  args = ${at('users')}
}
userdb {
  driver = static
  args = ${owner()}home=${at('mail')}/%u allow_all_users=yes
}
namespace inbox {
  inbox = yes
  ${sent ? SENT : ''}
}
service anvil {
  ${NO_PENALTY}
  ${unprivileged('chroot =')}
}
service imap-login {
  inet_listener imap {
    address = 127.0.0.1
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
  ${unprivileged('chroot =')}
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = ${lmtpPort}
  }
  ${unprivileged(`user = ${userInfo().username}`)}
}
first_valid_uid = 1
first_valid_gid = 1
${MAIL_OWNER ? '' : asOrdinaryUser()}
`
}

/** Else a wrong password makes the next sign-in from this address wait for seconds. */
const NO_PENALTY = `unix_listener anvil-auth-penalty {
    mode = 0
  }`

const SENT = `mailbox Sent {
    special_use = \\Sent
    auto = subscribe
  }`

const owner = (): string => {
  const { uid, gid } = MAIL_OWNER ?? userInfo()
  return `uid=${uid} gid=${gid} `
}

const unprivileged = (line: string): string => (MAIL_OWNER ? '' : line)

/** All services run as whoever runs the tests, who can neither change the user nor the root folder. */
function asOrdinaryUser(): string {
  const { username } = userInfo()
  const group = execFileSync('id', ['-gn']).toString().trim()
  const service = (name: string, line: string): string => `service ${name} {\n  ${line}\n}`
  return [
    `default_internal_user = ${username}`,
    `default_internal_group = ${group}`,
    `default_login_user = ${username}`,
    service('stats', 'chroot ='),
    service('auth', `user = ${username}`),
    service('auth-worker', `user = ${username}`),
  ].join('\n')
}
